"""Vonage's Messages API: what goes over the wire, what each answer means, and what its statuses say."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from messaging.carriers import Malformed, Retry, SendFailed
from sms.gateways.gateway import Account, Failure, Progress, Receipt, Reply, Taken, Unknown, gateway
from sms.gateways.vonage.adapter import VonageSecrets
from tests.sms.gateways.accounts import ATTEMPT, submission
from tests.sms.gateways.listener import Listener, listening
from tests.sms.gateways.vonage_calls import APPLICATION, NOON_SECONDS, at_vonage, private_key, private_pem, told, vonage

TEXT_ID = "1111aaaa-bbbb-4ccc-8ddd-0123456789ab"
ERRORS = "https://developer.vonage.com/api-errors"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as given:
        given.status, given.body = 202, json.dumps({"message_uuid": TEXT_ID}).encode()
        yield given


@pytest.fixture
def harbour(listener: Listener) -> Account:
    return at_vonage(application_id="", base_url=listener.url)


def test_a_text_goes_out_as_it_was_approved(listener: Listener, harbour: Account) -> None:
    text = "茶到了“Harbour” € — reply…"
    taken = vonage.send(harbour, replace(submission(text), valid_for=timedelta(hours=4)))
    assert taken == Taken((TEXT_ID,))
    (asked,) = listener.asked
    assert (asked.method, asked.path) == ("POST", "/v1/messages")
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {
        "channel": "sms",
        "message_type": "text",
        "to": "85261234567",
        "from": "#HARBOUR",
        "text": text,
        "client_ref": str(ATTEMPT),
        "sms": {"encoding_type": "unicode"},
        "webhook_url": "https://sms.example.test/sms/k3y/receipt",
        "webhook_version": "v1",
        "ttl": 14400,
    }


def test_a_latin_text_in_two_parts_says_so_and_a_number_sends_without_its_plus(
    listener: Listener, harbour: Account
) -> None:
    vonage.send(harbour, submission("a" * 161, sender="+85268001234"))
    asked = json.loads(listener.asked[0].body)
    assert (asked["sms"], asked["from"]) == ({"encoding_type": "text"}, "85268001234")
    assert asked["client_ref"] == f"{ATTEMPT}.2"
    assert "ttl" not in asked


@pytest.mark.parametrize(("valid_for", "seconds"), [(timedelta(seconds=1), 20), (timedelta(days=30), 604_800)])
def test_the_time_to_live_is_in_seconds_and_within_vonages_bounds(
    listener: Listener, harbour: Account, valid_for: timedelta, seconds: int
) -> None:
    vonage.send(harbour, replace(submission(), valid_for=valid_for))
    assert json.loads(listener.asked[0].body)["ttl"] == seconds


def test_without_an_application_the_key_and_its_secret_sign_in(listener: Listener, harbour: Account) -> None:
    vonage.send(harbour, submission())
    assert listener.asked[0].headers["authorization"] == "Basic YWJjZDEyMzQ6YW4tYXBpLXNlY3JldA=="


def test_an_application_signs_in_with_a_token_of_at_most_fifteen_minutes(listener: Listener) -> None:
    with_key = at_vonage({"private_key": private_pem()}, base_url=listener.url)
    vonage.send(with_key, submission())
    vonage.send(with_key, submission())
    first, second = (asked.headers["authorization"].removeprefix("Bearer ") for asked in listener.asked)
    claims = jwt.decode(
        first, private_key().public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
    )
    assert first == second  # signing is dear, so a token serves for five minutes
    assert claims.pop("jti")
    assert claims == {"application_id": APPLICATION, "iat": NOON_SECONDS, "exp": NOON_SECONDS + 900}


def test_an_application_without_its_key_holds_the_queue(listener: Listener) -> None:
    with pytest.raises(SendFailed) as raised:
        vonage.send(at_vonage(base_url=listener.url), submission())
    assert (raised.value.code, raised.value.retry, raised.value.scope) == ("no_credentials", Retry.HOLD, "account")
    assert listener.asked == []


@pytest.mark.parametrize(
    ("status", "kind", "code", "retry", "opts_out", "scope"),
    [
        (422, "#1170", "1170", Retry.PERMANENT, False, "message"),
        (422, "#1240", "1240", Retry.PERMANENT, True, "message"),
        (422, "#1150", "1150", Retry.PERMANENT, False, "message"),
        (422, "#1120", "1120", Retry.HOLD, False, "sender"),
        (403, "#1060", "1060", Retry.HOLD, False, "account"),
        (401, "#unauthorized", "http_401", Retry.HOLD, False, "account"),
        (402, "#low-balance", "http_402", Retry.HOLD, False, "account"),
        (429, "#1010", "1010", Retry.NOT_ATTEMPTED, False, "sender"),
        (422, "#1030", "1030", Retry.UNSURE, False, "message"),
        (422, "#1320", "1320", Retry.UNSURE, False, "message"),
        (409, "#new", "http_409", Retry.UNSURE, False, "message"),
        (500, "#1170", "1170", Retry.UNSURE, False, "message"),
        (302, "#1170", "1170", Retry.UNSURE, False, "message"),
        (200, "", "http_200", Retry.UNSURE, False, "message"),
    ],
)
def test_what_a_refusal_means(
    listener: Listener, harbour: Account, status: int, kind: str, code: str, retry: Retry, opts_out: bool, scope: str
) -> None:
    told_why = {"type": f"{ERRORS}/messages{kind}", "title": "no", "detail": "not today", "instance": "bf0c"}
    listener.status, listener.body = status, json.dumps(told_why).encode()
    with pytest.raises(SendFailed) as raised:
        vonage.send(harbour, submission())
    failed = raised.value
    assert (failed.code, failed.retry, failed.opts_out, failed.scope) == (code, retry, opts_out, scope)
    assert failed.text == "not today"


@pytest.mark.parametrize(("headers", "wait"), [({"Retry-After": "7"}, 7.0), ({}, 5.0), ({"Retry-After": "soon"}, 5.0)])
def test_the_wait_that_vonage_names_counts(
    listener: Listener, harbour: Account, headers: dict[str, str], wait: float
) -> None:
    listener.status, listener.body, listener.headers = 429, b"<html>", headers
    with pytest.raises(SendFailed) as raised:
        vonage.send(harbour, submission())
    assert (raised.value.retry, raised.value.retry_after) == (Retry.NOT_ATTEMPTED, wait)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message_uuid": null}', b'{"message_uuid": "1"}', b"\xff"])
def test_a_yes_without_an_id_is_unsure(listener: Listener, harbour: Account, body: bytes) -> None:
    listener.body = body
    with pytest.raises(SendFailed) as raised:
        vonage.send(harbour, submission())
    assert raised.value.retry is Retry.UNSURE


def test_a_lost_answer_is_unsure_and_is_not_asked_for_again(listener: Listener, harbour: Account) -> None:
    listener.hangs_up = True
    with pytest.raises(SendFailed) as raised:
        vonage.send(harbour, submission())
    assert (raised.value.code, raised.value.retry) == ("answer_lost", Retry.UNSURE)
    assert len(listener.asked) == 1


def test_a_connection_that_never_stood_was_no_attempt() -> None:
    with pytest.raises(SendFailed) as raised:
        vonage.send(at_vonage(application_id="", base_url="http://127.0.0.1:9"), submission())
    assert (raised.value.code, raised.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)


def test_no_secret_is_in_an_error(listener: Listener, harbour: Account) -> None:
    listener.status, listener.body = 422, b'{"type": "x#1170", "detail": "you said an-api-secret"}'
    with pytest.raises(SendFailed) as raised:
        vonage.send(harbour, submission())
    assert "an-api-secret" not in f"{raised.value!s} {harbour!r}"


@pytest.mark.parametrize(
    ("secrets", "what"),
    [
        ({"signature_secret": "long-enough"}, "Give the private_key of an application, or the api_secret."),
        ({"signature_secret": "long-enough", "private_key": "-----BEGIN"}, "Give an RSA private key in PEM"),
        ({"signature_secret": "short", "api_secret": "x"}, "at least 8"),
    ],
)
def test_secrets_that_cannot_work_are_refused_without_being_shown(secrets: dict[str, str], what: str) -> None:
    with pytest.raises(ValidationError, match=what) as raised:
        VonageSecrets.model_validate(secrets)
    assert "-----BEGIN" not in str(raised.value)


def status(**fields: Any) -> dict[str, Any]:
    return {
        "message_uuid": TEXT_ID,
        "to": "85261234567",
        "from": "#HARBOUR",
        "timestamp": "2026-03-02T04:00:05.120Z",
        "channel": "sms",
        "client_ref": str(ATTEMPT),
        **fields,
    }


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


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("1180", Failure.RECIPIENT_AWAY),
        ("9", Failure.RECIPIENT_REFUSED),
        ("expired", Failure.RECIPIENT_AWAY),
        ("http_429", Failure.UNCLEAR),
        ("", Failure.UNCLEAR),
    ],
)
def test_a_code_that_was_kept_still_says_what_it_means(code: str, failure: Failure) -> None:
    assert vonage.failure_of(code) is failure


def test_it_is_registered_under_its_name() -> None:
    assert gateway("vonage").name == "vonage"
