"""Vonage's Messages API: what goes over the wire, and what each answer means."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from pydantic import ValidationError

from messaging.carriers import Retry, SendFailed
from sms.gateways.gateway import Account, Failure, Taken, gateway
from sms.gateways.vonage.adapter import VonageSecrets
from tests.sms.gateways.accounts import ATTEMPT, submission
from tests.sms.gateways.listener import Listener, listening
from tests.sms.gateways.vonage_calls import APPLICATION, NOON_SECONDS, at_vonage, private_key, private_pem, vonage
from tests.sms.gateways.vonage_messages import ERRORS, TEXT_ID


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
