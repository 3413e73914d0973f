"""Twilio: what goes over the wire, what each answer means, and which callbacks are believed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from messaging.carriers import Malformed, Retry, SendFailed
from sms.gateways.gateway import Account, Callback, Failure, Progress, Receipt, Reply, Taken, Unknown, gateway
from sms.gateways.twilio.adapter import Twilio, TwilioConfiguration, TwilioSecrets
from sms.gateways.twilio.signature import signature_of
from tests.sms.gateways.accounts import ATTEMPT, account, submission
from tests.sms.gateways.listener import Listener, listening

SID = "SM" + "1" * 32
VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "signature_vectors.json").read_text())["twilio"]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        told.status, told.body = 201, json.dumps({"sid": SID, "num_segments": "1", "price": None}).encode()
        yield told


@pytest.fixture
def harbour(listener: Listener) -> Account:
    return at_twilio(listener.url)


def at_twilio(url: str = "https://api.twilio.com", token: str = "test-auth-token-0001", **more: str) -> Account:
    configuration = TwilioConfiguration(account_sid="AC" + "0" * 32, base_url=url, **more)
    return account(configuration, TwilioSecrets.model_validate({"auth_token": token}))


def callback(form: dict[str, str], url: str, token: str = "test-auth-token-0001", kind: str = "receipt") -> Callback:
    signature = signature_of(token, url, {key: [value] for key, value in form.items()})
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return Callback(kind, "POST", url, url.partition("?")[2], headers, urlencode(form).encode())  # type: ignore[arg-type]


def test_a_text_goes_out_as_it_was_approved(listener: Listener, harbour: Account) -> None:
    text = "茶到了“Harbour” € — reply…"
    taken = Twilio().send(harbour, replace(submission(text), valid_for=timedelta(hours=4)))
    assert taken == Taken((SID,), 1)
    (asked,) = listener.asked
    assert asked.path == f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert asked.headers["authorization"].startswith("Basic ")
    assert parse_qs(asked.body.decode()) == {
        "To": ["+85261234567"],
        "From": ["#HARBOUR"],
        "Body": [text],
        "StatusCallback": [f"https://sms.example.test/sms/k3y/receipt?ref={ATTEMPT}"],
        "SmartEncoded": ["false"],
        "ShortenUrls": ["false"],
        "ValidityPeriod": ["14400"],
    }


def test_a_one_time_code_is_not_to_be_kept(listener: Listener, harbour: Account) -> None:
    Twilio().send(harbour, replace(submission("Your code is 123456."), is_secret=True))
    assert parse_qs(listener.asked[0].body.decode())["ContentRetention"] == ["discard"]


def test_a_messaging_service_chooses_the_sender(listener: Listener) -> None:
    Twilio().send(at_twilio(listener.url, messaging_service_sid="MG" + "2" * 32), submission())
    form = parse_qs(listener.asked[0].body.decode())
    assert form["MessagingServiceSid"] == ["MG" + "2" * 32]
    assert "From" not in form


@pytest.mark.parametrize(
    ("status", "code", "retry", "opts_out", "scope"),
    [
        (400, 21614, Retry.PERMANENT, False, "message"),
        (400, 21610, Retry.PERMANENT, True, "message"),
        (429, 20429, Retry.NOT_ATTEMPTED, False, "sender"),
        (400, 21606, Retry.HOLD, False, "sender"),
        (401, 20003, Retry.HOLD, False, "account"),
        (400, 99999, Retry.UNSURE, False, "message"),
        (500, 20003, Retry.UNSURE, False, "message"),
    ],
)
def test_what_a_refusal_means(
    listener: Listener, harbour: Account, status: int, code: int, retry: Retry, opts_out: bool, scope: str
) -> None:
    listener.status, listener.body = status, json.dumps({"code": code, "message": "no", "status": status}).encode()
    with pytest.raises(SendFailed) as raised:
        Twilio().send(harbour, submission())
    failed = raised.value
    assert (failed.code, failed.retry, failed.opts_out, failed.scope) == (str(code), retry, opts_out, scope)


def test_the_wait_that_twilio_names_counts(listener: Listener, harbour: Account) -> None:
    listener.status, listener.body, listener.headers = 429, b'{"code": 20429}', {"Retry-After": "7"}
    with pytest.raises(SendFailed) as raised:
        Twilio().send(harbour, submission())
    assert raised.value.retry_after == 7.0


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"sid": null}', b'{"sid": "short"}', b"\xff"])
def test_a_yes_without_an_id_is_unsure(listener: Listener, harbour: Account, body: bytes) -> None:
    listener.body = body
    with pytest.raises(SendFailed) as raised:
        Twilio().send(harbour, submission())
    assert raised.value.retry is Retry.UNSURE


def test_a_lost_answer_is_unsure_and_is_not_asked_for_again(listener: Listener, harbour: Account) -> None:
    listener.hangs_up = True
    with pytest.raises(SendFailed) as raised:
        Twilio().send(harbour, submission())
    assert (raised.value.code, raised.value.retry) == ("answer_lost", Retry.UNSURE)
    assert len(listener.asked) == 1


def test_a_connection_that_never_stood_was_no_attempt() -> None:
    with pytest.raises(SendFailed) as raised:
        Twilio().send(at_twilio("http://127.0.0.1:9"), submission())
    assert (raised.value.code, raised.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)


def test_the_token_is_in_no_error(listener: Listener, harbour: Account) -> None:
    listener.status, listener.body = 400, b'{"code": 21614, "message": "you said test-auth-token-0001"}'
    with pytest.raises(SendFailed) as raised:
        Twilio().send(harbour, submission())
    assert "test-auth-token-0001" not in f"{raised.value!s} {harbour!r}"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['url']} {vector['valid']}")
def test_the_signature_vectors_hold(vector: dict[str, Any]) -> None:
    signed = callback(vector["form"], vector["url"])
    given = replace(signed, headers=signed.headers | {"x-twilio-signature": vector["signature"]})
    assert Twilio().verify(at_twilio(token=vector["secret"]), given) is vector["valid"]


def test_the_vector_of_twilios_own_sdk_holds() -> None:
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
            "To": "+18005551212"}  # fmt: skip
    signature = signature_of("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", {k: [v] for k, v in form.items()})
    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


FORM = {"MessageSid": SID, "MessageStatus": "delivered", "To": "+85261234567"}
URL = f"https://sms.example.test/sms/k3y/receipt?ref={ATTEMPT}"


@pytest.mark.parametrize(
    "forged",
    [
        lambda call: replace(call, body=call.body + b"&ErrorCode=1"),
        lambda call: replace(call, body=call.body.replace(b"delivered", b"deliverec")),
        lambda call: replace(call, url=call.url + "0"),
        lambda call: replace(call, url=call.url.replace("https", "http")),
        lambda call: replace(call, headers={}),
        lambda call: replace(call, headers=call.headers | {"x-twilio-signature": ""}),
        lambda call: replace(call, headers=call.headers | {"x-twilio-signature": "é"}),
        lambda call: replace(call, body=b"\xff=1"),
    ],
)
def test_one_changed_byte_is_not_believed(forged: Any) -> None:
    signed = callback(FORM, URL)
    assert Twilio().verify(at_twilio(), signed)
    assert not Twilio().verify(at_twilio(), forged(signed))


def test_a_port_in_the_address_and_the_token_before_do_not_matter() -> None:
    secrets = TwilioSecrets.model_validate({"auth_token": "the-new-one", "previous_auth_token": "test-auth-token-0001"})
    changing = replace(at_twilio(), secrets=secrets)
    assert Twilio().verify(changing, callback(FORM, URL))
    assert Twilio().verify(at_twilio(), replace(callback(FORM, URL), url=URL.replace(".test", ".test:443")))


@pytest.mark.parametrize(
    ("status", "code", "progress", "failure"),
    [
        ("queued", "", Progress.ACCEPTED, Failure.NONE),
        ("sending", "", Progress.ACCEPTED, Failure.NONE),
        ("sent", "", Progress.SENT, Failure.NONE),
        ("delivered", "", Progress.DELIVERED, Failure.NONE),
        ("undelivered", "30003", Progress.FAILED, Failure.RECIPIENT_AWAY),
        ("undelivered", "30005", Progress.FAILED, Failure.RECIPIENT_BAD),
        ("failed", "21610", Progress.FAILED, Failure.RECIPIENT_REFUSED),
        ("failed", "30036", Progress.EXPIRED, Failure.RECIPIENT_AWAY),
        ("failed", "12", Progress.FAILED, Failure.UNCLEAR),
    ],
)
def test_what_a_receipt_says(status: str, code: str, progress: Progress, failure: Failure) -> None:
    form = {"MessageSid": SID, "MessageStatus": status, **({"ErrorCode": code} if code else {})}
    (receipt,) = Twilio().read(at_twilio(), callback(form, URL))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.failure, receipt.reference) == (progress, failure, str(ATTEMPT))
    assert (receipt.provider_id, receipt.dedupe_key) == (SID, f"{SID}:{status}:{code}")


def test_a_reply_is_read_with_what_twilio_heard_in_it() -> None:
    form = {"MessageSid": SID, "From": "+85261234567", "To": "+85268001234", "Body": "退訂", "OptOutType": "STOP"}
    (reply,) = Twilio().read(at_twilio(), callback(form, "https://sms.example.test/sms/k3y/reply", kind="reply"))
    assert reply == Reply(SID, SID, "+85268001234", "+85261234567", "退訂", None, "stop")


@pytest.mark.parametrize("form", [{}, {"MessageSid": SID, "MessageStatus": "sang"}, {"MessageStatus": "sent"}])
def test_what_makes_no_sense_is_kept_as_unknown(form: dict[str, str]) -> None:
    (item,) = Twilio().read(at_twilio(), callback(form, URL))
    assert isinstance(item, Unknown)


def test_a_body_that_is_no_form_is_malformed() -> None:
    with pytest.raises(Malformed, match="the form cannot be read"):
        Twilio().read(at_twilio(), replace(callback(FORM, URL), body=b"\xff\xfe"))


def test_it_is_registered_under_its_name() -> None:
    assert gateway("twilio").name == "twilio"
