"""What Vonage's statuses and replies say."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from messaging.carriers import Malformed
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown
from tests.sms.gateways.accounts import ATTEMPT
from tests.sms.gateways.vonage_calls import at_vonage, told, vonage
from tests.sms.gateways.vonage_messages import ERRORS, TEXT_ID, status


def error(code: int) -> dict[str, Any]:
    return {"type": f"{ERRORS}/messages-olympus#{code}", "title": code, "detail": "…", "instance": "bf0c"}


@pytest.mark.parametrize(
    ("word", "code", "progress", "failure"),
    [
        ("submitted", None, Progress.SENT, Failure.NONE),
        ("submitted", 1220, Progress.SENT, Failure.NONE),
        ("delivered", None, Progress.DELIVERED, Failure.NONE),
        ("read", None, Progress.DELIVERED, Failure.NONE),
        ("rejected", 1190, Progress.FAILED, Failure.RECIPIENT_BAD),
        ("rejected", 1240, Progress.FAILED, Failure.RECIPIENT_REFUSED),
        ("rejected", 1210, Progress.FAILED, Failure.CONTENT),
        ("rejected", 1120, Progress.FAILED, Failure.SENDER),
        ("rejected", 1070, Progress.FAILED, Failure.ACCOUNT),
        ("rejected", 1483, Progress.FAILED, Failure.REGULATION),
        ("rejected", 1360, Progress.EXPIRED, Failure.RECIPIENT_AWAY),
        ("undeliverable", 1180, Progress.FAILED, Failure.RECIPIENT_AWAY),
        ("undeliverable", 1250, Progress.FAILED, Failure.ROUTE),
        ("undeliverable", 1330, Progress.FAILED, Failure.UNCLEAR),
        ("undeliverable", None, Progress.FAILED, Failure.UNCLEAR),
    ],
)
def test_what_a_status_says(word: str, code: int | None, progress: Progress, failure: Failure) -> None:
    body = status(status=word, **({"error": error(code)} if code else {}))
    (receipt,) = vonage.read(at_vonage(), told(body))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.failure, receipt.code) == (progress, failure, str(code or ""))
    assert (receipt.provider_id, receipt.reference) == (TEXT_ID, str(ATTEMPT))
    assert receipt.dedupe_key == f"{TEXT_ID}:{word}:{code or ''}"
    assert (receipt.part, receipt.parts) == (1, 1)
    assert receipt.at == datetime(2026, 3, 2, 4, 0, 5, 120_000, tzinfo=UTC)


def test_a_status_speaks_of_the_whole_text_and_of_what_it_cost() -> None:
    body = status(status="submitted", client_ref=f"{ATTEMPT}.3", usage={"price": "0.0999", "currency": "EUR"})
    (receipt,) = vonage.read(at_vonage(), told(body))
    assert isinstance(receipt, Receipt)
    assert (receipt.reference, receipt.part, receipt.parts) == (str(ATTEMPT), 1, 1)
    assert (receipt.price, receipt.currency) == (Decimal("0.0999"), "EUR")


@pytest.mark.parametrize("usage", ["free", {"price": "NaN"}, {"price": "-1"}, {"price": True}, {"price": "1e400"}, {}])
def test_a_price_that_is_none_does_not_lose_the_status(usage: Any) -> None:
    (receipt,) = vonage.read(at_vonage(), told(status(status="delivered", usage=usage)))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.price) == (Progress.DELIVERED, None)


def test_a_reply_is_read_with_numbers_as_we_write_them() -> None:
    body = status(**{"from": "85261234567", "to": "85268001234"}, message_type="text", text="退訂")
    (reply,) = vonage.read(at_vonage(), told(body, kind="reply"))
    at = datetime(2026, 3, 2, 4, 0, 5, 120_000, tzinfo=UTC)
    assert reply == Reply(TEXT_ID, TEXT_ID, "+85268001234", "+85261234567", "退訂", at)


def test_a_reply_to_a_short_code_keeps_it_as_it_is() -> None:
    body = status(**{"from": "85261234567", "to": "62226"}, text="STOP")
    (reply,) = vonage.read(at_vonage(), told(body, kind="reply"))
    assert isinstance(reply, Reply)
    assert reply.sender == "62226"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("receipt", {}),
        ("receipt", status(status="sang")),
        ("receipt", status(status=7)),
        ("receipt", status(status="delivered", message_uuid=None)),
        ("receipt", status(status="delivered", channel="viber_service")),
        ("reply", status(text="hello", **{"from": "HARBOUR"})),
        ("reply", status(text={"body": "hello"}, **{"from": "85261234567"})),
    ],
)
def test_what_makes_no_sense_is_kept_as_unknown(kind: str, body: dict[str, Any]) -> None:
    (item,) = vonage.read(at_vonage(), told(body, kind=kind))
    assert isinstance(item, Unknown)
    assert len(item.dedupe_key) == 40


@pytest.mark.parametrize("body", [b"", b"[]", b'"delivered"', b"{", b"\xff"])
def test_a_body_that_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        vonage.read(at_vonage(), replace(told({}), body=body))
