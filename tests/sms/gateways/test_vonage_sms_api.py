"""Receipts and replies of Vonage's older SMS API: one call a part, in three forms."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from messaging.carriers import Malformed
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown
from tests.sms.gateways.accounts import ATTEMPT
from tests.sms.gateways.vonage_calls import at_vonage, told_of_old, vonage

DELIVERED = {
    "msisdn": "85261234567",
    "to": "HARBOUR",
    "network-code": "45400",
    "messageId": "0A0000001234567B",
    "price": "0.05500000",
    "status": "delivered",
    "scts": "2603021200",
    "err-code": "0",
    "client-ref": str(ATTEMPT),
    "message-timestamp": "2026-03-02 04:00:05",
}


@pytest.mark.parametrize("way", ["get", "form", "json"])
def test_a_receipt_is_read_in_each_of_its_forms(way: str) -> None:
    assert vonage.read(at_vonage(), told_of_old(DELIVERED, way)) == (
        Receipt(
            dedupe_key="0A0000001234567B:delivered:",
            provider_id="0A0000001234567B",
            reference=str(ATTEMPT),
            progress=Progress.DELIVERED,
            at=datetime(2026, 3, 2, 4, 0, 5, tzinfo=UTC),
            price=Decimal("0.055"),
        ),
    )


def test_each_part_of_a_long_text_has_a_receipt_of_its_own() -> None:
    ids = ("0A0000001234567B", "0A0000001234567C")
    calls = [told_of_old({**DELIVERED, "messageId": told, "client-ref": f"{ATTEMPT}.2"}) for told in ids]
    first, second = (vonage.read(at_vonage(), call)[0] for call in calls)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert first.reference == second.reference == str(ATTEMPT)
    assert (first.parts, second.parts) == (2, 2)  # which of them each is, Vonage does not say
    assert (first.part, second.part) == (0, 0)
    assert first.dedupe_key != second.dedupe_key


@pytest.mark.parametrize(
    ("word", "code", "progress", "failure"),
    [
        ("accepted", "0", Progress.SENT, Failure.NONE),
        ("buffered", "0", Progress.SENT, Failure.NONE),
        ("buffered", "2", Progress.SENT, Failure.NONE),
        ("DELIVERED", "0", Progress.DELIVERED, Failure.NONE),
        ("expired", "0", Progress.EXPIRED, Failure.RECIPIENT_AWAY),
        ("expired", "2", Progress.EXPIRED, Failure.RECIPIENT_AWAY),
        ("failed", "7", Progress.FAILED, Failure.RECIPIENT_AWAY),
        ("failed", "3", Progress.FAILED, Failure.RECIPIENT_BAD),
        ("failed", "12", Progress.FAILED, Failure.RECIPIENT_BAD),
        ("rejected", "4", Progress.FAILED, Failure.RECIPIENT_REFUSED),
        ("rejected", "9", Progress.FAILED, Failure.RECIPIENT_REFUSED),
        ("rejected", "6", Progress.FAILED, Failure.CONTENT),
        ("rejected", "51", Progress.FAILED, Failure.SENDER),
        ("rejected", "54", Progress.FAILED, Failure.REGULATION),
        ("failed", "8", Progress.FAILED, Failure.ROUTE),
        ("failed", "99", Progress.FAILED, Failure.RECIPIENT_AWAY),
        ("failed", "1", Progress.FAILED, Failure.UNCLEAR),
        ("failed", "x", Progress.FAILED, Failure.UNCLEAR),
        ("unknown", "1", Progress.UNKNOWN, Failure.NONE),
    ],
)
def test_what_a_receipt_says(word: str, code: str, progress: Progress, failure: Failure) -> None:
    (receipt,) = vonage.read(at_vonage(), told_of_old({**DELIVERED, "status": word, "err-code": code}))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.failure) == (progress, failure)


def test_the_time_without_a_zone_at_the_message_centre_is_not_read() -> None:
    (receipt,) = vonage.read(at_vonage(), told_of_old({**DELIVERED, "message-timestamp": ""}))
    assert isinstance(receipt, Receipt)
    assert receipt.at is None


@pytest.mark.parametrize("way", ["get", "form", "json"])
def test_a_reply_is_read_in_each_of_its_forms(way: str) -> None:
    said = {
        "msisdn": "85261234567", "to": "85268001234", "messageId": "0B0000001234567B", "text": "退訂 & bye",
        "type": "unicode", "keyword": "退訂", "message-timestamp": "2026-03-02 04:00:05",
    }  # fmt: skip
    at = datetime(2026, 3, 2, 4, 0, 5, tzinfo=UTC)
    assert vonage.read(at_vonage(), told_of_old(said, way, kind="reply")) == (
        Reply("0B0000001234567B", "0B0000001234567B", "+85268001234", "+85261234567", "退訂 & bye", at),
    )


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("receipt", {}),
        ("receipt", {**DELIVERED, "status": "sang"}),
        ("receipt", {**DELIVERED, "messageId": ""}),
        ("reply", {"msisdn": "HARBOUR", "messageId": "0B", "text": "hello"}),
        ("reply", {"msisdn": "85261234567", "messageId": "0B", "type": "binary", "data": "00"}),
    ],
)
def test_what_makes_no_sense_is_kept_as_unknown(kind: str, fields: dict[str, str]) -> None:
    (item,) = vonage.read(at_vonage(), told_of_old(fields, kind=kind))
    assert isinstance(item, Unknown)


@pytest.mark.parametrize("body", [b"\xff", b"%ff=1", b"status=delivered&status=failed", b"&".join([b"a=1"] * 201)])
def test_a_body_that_is_no_form_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        vonage.read(at_vonage(), replace(told_of_old(DELIVERED), body=body))


def test_numbers_in_json_are_read_as_text() -> None:
    call = told_of_old(DELIVERED, "json")
    fields = {**json.loads(call.body), "err-code": 0}
    (receipt,) = vonage.read(at_vonage(), replace(call, body=json.dumps(fields).encode()))
    assert isinstance(receipt, Receipt)
    assert receipt.progress is Progress.DELIVERED
