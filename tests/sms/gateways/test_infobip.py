"""Infobip: what goes over the wire, and what each answer means."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from messaging.carriers import Retry, SendFailed
from sms.gateways.gateway import Account, Taken, gateway
from sms.gateways.infobip.adapter import Infobip
from tests.sms.gateways.accounts import ATTEMPT, submission
from tests.sms.gateways.infobip_calls import NAMES, at_infobip
from tests.sms.gateways.listener import Listener, listening


def answered(group: int, status: int, **more: Any) -> bytes:
    told = {"groupId": group, "groupName": NAMES[group], "id": status, "name": "no", "description": "…"}
    message = {"messageId": str(ATTEMPT), "status": told, "destination": "85261234567", **more}
    return json.dumps({"bulkId": "b-1", "messages": [message]}).encode()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as given:
        given.body = answered(1, 26, details={"messageCount": 2})
        yield given


@pytest.fixture
def harbour(listener: Listener) -> Account:
    return at_infobip(listener.url)


def test_a_text_goes_out_as_it_was_approved_and_under_our_own_id(listener: Listener, harbour: Account) -> None:
    text = "茶到了“Harbour” € — reply…"
    taken = Infobip().send(harbour, replace(submission(text), valid_for=timedelta(hours=4)))
    assert taken == Taken((str(ATTEMPT),), 2)
    (asked,) = listener.asked
    assert (asked.method, asked.path) == ("POST", "/sms/3/messages")
    assert asked.headers["authorization"] == "App an-api-key-0001"
    assert json.loads(asked.body) == {
        "messages": [
            {
                "sender": "#HARBOUR",
                "destinations": [{"to": "85261234567", "messageId": str(ATTEMPT)}],
                "content": {"text": text, "transliteration": "NONE"},
                "webhooks": {
                    "delivery": {"url": "https://sms.example.test/sms/k3y/receipt", "intermediateReport": True},
                    "contentType": "application/json",
                    "callbackData": str(ATTEMPT),
                },
                "options": {"validityPeriod": {"amount": 240, "timeUnit": "MINUTES"}},
            }
        ],
        "options": {"includeSmsCountInResponse": True, "tracking": {"shortenUrl": False, "trackClicks": False}},
    }


@pytest.mark.parametrize(("valid_for", "minutes"), [(timedelta(seconds=30), 1), (timedelta(days=7), 2880)])
def test_the_validity_is_in_minutes_and_at_most_two_days(
    listener: Listener, harbour: Account, valid_for: timedelta, minutes: int
) -> None:
    Infobip().send(harbour, replace(submission(sender="+85268001234"), valid_for=valid_for))
    (message,) = json.loads(listener.asked[0].body)["messages"]
    assert message["options"]["validityPeriod"]["amount"] == minutes
    assert message["sender"] == "85268001234"


@pytest.mark.parametrize(
    ("group", "status", "retry", "opts_out", "scope"),
    [
        (5, 8, Retry.PERMANENT, False, "message"),
        (5, 52, Retry.PERMANENT, False, "message"),
        (5, 14, Retry.PERMANENT, True, "message"),
        (5, 25, Retry.PERMANENT, False, "message"),
        (5, 13, Retry.HOLD, False, "sender"),
        (5, 19, Retry.HOLD, False, "sender"),
        (5, 12, Retry.HOLD, False, "account"),
        (5, 21, Retry.UNSURE, False, "message"),
        (5, 23, Retry.UNSURE, False, "message"),  # our id was seen before: it was taken then
        (5, 99, Retry.UNSURE, False, "message"),
        (2, 8, Retry.UNSURE, False, "message"),
        (4, 15, Retry.UNSURE, False, "message"),
    ],
)
def test_a_yes_that_says_rejected_was_not_taken(
    listener: Listener, harbour: Account, group: int, status: int, retry: Retry, opts_out: bool, scope: str
) -> None:
    listener.body = answered(group, status)
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    failed = raised.value
    assert (failed.code, failed.retry, failed.opts_out, failed.scope) == (f"status_{status}", retry, opts_out, scope)


OURS = {"errorCode": "E400", "description": "not today", "violations": []}


OLDER = {"requestError": {"serviceException": {"messageId": "BAD_REQUEST", "text": "not today"}}}


@pytest.mark.parametrize(
    ("status", "body", "code", "retry", "scope"),
    [
        (400, OURS, "E400", Retry.PERMANENT, "message"),
        (400, OLDER, "BAD_REQUEST", Retry.PERMANENT, "message"),
        (400, {}, "http_400", Retry.UNSURE, "message"),
        (400, [], "http_400", Retry.UNSURE, "message"),
        (401, OLDER, "BAD_REQUEST", Retry.HOLD, "account"),
        (403, {}, "http_403", Retry.HOLD, "account"),
        (429, {}, "http_429", Retry.NOT_ATTEMPTED, "sender"),
        (404, OURS, "E400", Retry.UNSURE, "message"),
        (500, OURS, "E400", Retry.UNSURE, "message"),
        (302, {}, "http_302", Retry.UNSURE, "message"),
    ],
)
def test_what_a_refusal_means(
    listener: Listener, harbour: Account, status: int, body: Any, code: str, retry: Retry, scope: str
) -> None:
    listener.status, listener.body = status, json.dumps(body).encode()
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    assert (raised.value.code, raised.value.retry, raised.value.scope) == (code, retry, scope)


@pytest.mark.parametrize(("headers", "wait"), [({"Retry-After": "7"}, 7.0), ({}, 5.0)])
def test_the_wait_that_infobip_names_counts(
    listener: Listener, harbour: Account, headers: dict[str, str], wait: float
) -> None:
    listener.status, listener.headers = 429, headers
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    assert raised.value.retry_after == wait


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"messages": []}', b'{"messages": [{"messageId": "m"}]}', b"\xff"]
)
def test_a_yes_without_a_status_is_unsure(listener: Listener, harbour: Account, body: bytes) -> None:
    listener.body = body
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    assert (raised.value.code, raised.value.retry) == ("unreadable_answer", Retry.UNSURE)


def test_a_yes_without_an_id_stands_under_ours(listener: Listener, harbour: Account) -> None:
    listener.body = answered(1, 26, messageId=None)
    assert Infobip().send(harbour, submission()) == Taken((str(ATTEMPT),), None)


def test_a_lost_answer_is_unsure_and_is_not_asked_for_again(listener: Listener, harbour: Account) -> None:
    listener.hangs_up = True
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    assert (raised.value.code, raised.value.retry) == ("answer_lost", Retry.UNSURE)
    assert len(listener.asked) == 1


def test_a_connection_that_never_stood_was_no_attempt() -> None:
    with pytest.raises(SendFailed) as raised:
        Infobip().send(at_infobip("http://127.0.0.1:9"), submission())
    assert (raised.value.code, raised.value.retry) == ("not_reached", Retry.NOT_ATTEMPTED)


def test_the_key_is_in_no_error(listener: Listener, harbour: Account) -> None:
    listener.status, listener.body = 400, b'{"errorCode": "E400", "description": "you said an-api-key-0001"}'
    with pytest.raises(SendFailed) as raised:
        Infobip().send(harbour, submission())
    assert "an-api-key-0001" not in f"{raised.value!s} {harbour!r}"


def test_it_is_registered_under_its_name() -> None:
    assert gateway("infobip").name == "infobip"
