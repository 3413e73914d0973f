"""Poison in every field of what SMS gateways tell: what cannot be read is kept, and costs at most itself."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from messaging.inbox.apply import TRIES, apply_waiting
from messaging.models import Attempt, InboundMessage, Outcome, ParkedStatus, Status, WebhookEvent, WebhookFailure
from sms.callbacks import hash_of_key, pack
from sms.gateways.gateway import Callback
from sms.models import Charge, SmsGateway
from tests.factories import NOON, harbour_tea
from tests.hostile.poison import POISONS, Path, places, poisoned
from tests.sms.gateways.test_generic import HARBOUR
from tests.sms.tea_texts import TeaTexts, drinker, text_of
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db

AT, PHONE = "2026-03-02T04:00:05Z", "85261230009"
# What a form can carry that JSON cannot, or that means something else there.
IN_FORMS = {
    "nul": "%00", "nul_inside": "tea%00drinkers", "half_surrogate": "%ED%A0%80", "no_utf_8": "%FF%FE", "percent": "%ZZ",
    "empty": "", "space": "+12", "line_end": "1%0A2", "nan": "NaN", "overflow": "1e400", "4301_digits": "1" * 4301,
    "negative": "-1", "full_width": "%EF%BC%91%EF%BC%92", "year_10000": "253402300800", "no_year": "99999999999999",
    "very_long": "x" * 20_000, "sql": "%27%3B+DROP+TABLE+x%3B--", "mark": "%E2%80%AE",
}  # fmt: skip
ACCOUNTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "twilio": ({"account_sid": "AC" + "3" * 32}, {"auth_token": "test-auth-token-0003"}),
    "infobip": ({"base_url": "https://xyz.api.infobip.com"}, {"api_key": "an-api-key-0001"}),
    "vonage": ({"api_key": "abcd1234"}, {"signature_secret": "a-signature-secret", "api_secret": "an-api-secret"}),
    "generic": (HARBOUR, {"values": {"password": "harbour", "callback": "a-secret"}}),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sound call: `fields` are the whole of a form, or of a JSON body."""

    kind: str
    way: str
    fields: dict[str, Any]


def calls(gateway: str, name: str, reference: str) -> dict[str, Told]:
    """A receipt and a reply in the gateway's own words."""
    if gateway == "twilio":
        said = {"MessageSid": f"SM{name}", "To": "+85261234567", "From": "#HARBOUR"}
        return {
            "receipt": Told("receipt", "form", {**said, "MessageStatus": "delivered", "ErrorCode": "30008",
                                                "RawDlrDoneDate": "2603021200"}),
            "reply": Told("reply", "form", {**said, "From": f"+{PHONE}", "Body": "Is it back?", "OptOutType": ""}),
        }  # fmt: skip
    if gateway == "infobip":
        receipt = {
            "bulkId": "b-1", "messageId": f"m-{name}", "to": PHONE, "sender": "#HARBOUR", "sentAt": AT, "doneAt": AT,
            "messageCount": 1, "callbackData": reference, "price": {"pricePerMessage": 0.4, "currency": "HKD"},
            "status": {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "…"},
            "error": {"groupId": 0, "id": 0, "name": "NO_ERROR", "permanent": False},
        }  # fmt: skip
        reply = {"messageId": f"m-{name}", "from": PHONE, "to": "85268001234", "text": "Is it back?",
                 "cleanText": "Is it back?", "keyword": "", "receivedAt": AT, "smsCount": 1}  # fmt: skip
        return {
            shape: Told(shape, "json", {"results": [one, {**deepcopy(one), "messageId": f"m-{name}-beside"} | alone]})
            for shape, one, alone in (("receipt", receipt, {"callbackData": ""}), ("reply", reply, {}))
        }
    if gateway == "vonage":
        told = {"message_uuid": f"u-{name}", "to": PHONE, "from": "HARBOUR", "timestamp": AT, "channel": "sms"}
        return {
            "receipt": Told("receipt", "json", {**told, "status": "rejected", "client_ref": reference,
                "usage": {"price": "0.4", "currency": "EUR"}, "destination": {"network_code": "45400"},
                "error": {"type": "https://x.test#1320", "title": "1320", "detail": "x", "instance": "y"}}),
            "reply": Told("reply", "json", {**told, "from": PHONE, "to": "HARBOUR", "text": "Is it back?",
                                            "sms": {"num_messages": "1", "keyword": "IS"}}),
            "old receipt": Told("receipt", "form", {"messageId": f"u-{name}", "status": "delivered", "msisdn": PHONE,
                "to": "HARBOUR", "err-code": "0", "price": "0.4", "scts": "2603021200", "client-ref": reference,
                "message-timestamp": "2026-03-02 04:00:05"}),
        }  # fmt: skip
    return {
        "receipt": Told("receipt", "form", {"id": f"g-{name}", "state": "DELIVRD", "why": "absent", "at": AT,
                                            "price": "0.4", "money": "HKD"}),
        "reply": Told("reply", "form", {"id": f"g-{name}", "from": PHONE, "to": "HARBOUR", "text": "Is it back?",
                                        "at": AT}),
    }  # fmt: skip


@pytest.fixture
def attempt() -> Attempt:
    """A text that Ann got, so that a receipt can be of something."""
    message = text_of(TeaTexts(), drinker("Ann"))
    return Attempt.objects.create(
        message=message, contact=message.contact, sender=message.sender, category="marketing", price=message.price,
        started_at=NOON, lease_until=NOON, outcome=Outcome.ACCEPTED,
    )  # fmt: skip


def account_at(kind: str) -> SmsGateway:
    configuration, secrets = ACCOUNTS[kind]
    key = f"callback-key-of-{kind}-at-harbour-tea"
    return SmsGateway.objects.create(
        organisation=harbour_tea(), kind=kind, name=f"at {kind}", configuration=configuration,
        secrets=json.dumps(secrets), callback_key=key, callback_key_hash=hash_of_key(key),
        position=7, per_second=10, currency="HKD",
    )  # fmt: skip


def arrived(row: SmsGateway, told: Told, body: bytes, reference: str) -> int:
    content = "application/json" if told.way == "json" else "application/x-www-form-urlencoded"
    call = Callback(told.kind, "POST", "", f"ref={reference}", {"content-type": content}, body)  # type: ignore[arg-type]
    kept = WebhookEvent.objects.create(carrier="sms", body=pack(row.pk, call, NOON), signed_for=[row.pk])
    return kept.pk


def bodies(told: Told) -> Iterator[tuple[str, Path, bytes]]:
    """Every poison in every field."""
    if told.way == "json":
        for path in places(told.fields):
            for poison, raw in POISONS.items():
                yield poison, path, poisoned(told.fields, path, raw)
        return
    for field in told.fields:
        for poison, raw in IN_FORMS.items():
            others = urlencode({name: value for name, value in told.fields.items() if name != field})
            yield poison, (field,), f"{others}&{field}={raw}".encode()
        yield "twice", (field,), f"{urlencode(told.fields)}&{field}=again".encode()


def apply_all() -> None:
    for _each in range(TRIES):
        while WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING, tries=_each).exists():
            apply_waiting(NOON)


@pytest.mark.parametrize("kind", list(ACCOUNTS))
def test_poison_in_any_field_of_a_gateway_costs_at_most_its_own_item(kind: str, attempt: Attempt) -> None:
    row, reference = account_at(kind), str(attempt.pk)
    names, beside = {}, set()
    for shape, told in calls(kind, "n", reference).items():
        for number, (poison, path, body) in list(enumerate(bodies(told)))[:: tries(23, 1)]:
            name = f"{shape[2:5]}{number}"
            names[arrived(row, told, _named(body, name), reference)] = f"{shape} {path} {poison}"
            if len(path) > 2 and path[:2] == ("results", 0):
                beside.add(f"m-{name}-beside")
    apply_all()
    readable = (WebhookEvent.State.APPLIED, WebhookEvent.State.UNREADABLE)
    assert list(WebhookEvent.objects.exclude(state__in=readable)) == []
    broken = WebhookFailure.objects.values_list("event_id", "kind", "error")
    assert [(names[event], kind, error) for event, kind, error in broken] == []
    kept = _ids(ParkedStatus) | _ids(InboundMessage)
    assert beside - kept == set()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00", "1926-03-02T04:00:00Z"])
def test_a_time_that_no_calendar_holds_is_that_of_the_telling(at: str, attempt: Attempt) -> None:
    row, reference = account_at("infobip"), str(attempt.pk)
    told = calls("infobip", "n", reference)["reply"]
    for reply in told.fields["results"]:
        reply["receivedAt"] = at
    arrived(row, told, json.dumps(told.fields).encode(), reference)
    apply_all()
    assert list(InboundMessage.objects.values_list("at", flat=True)) == [NOON, NOON]


def _named(body: bytes, name: str) -> bytes:
    """The same call about a text of its own."""
    for start in (b"m-n", b"u-n", b"g-n", b"SMn"):
        body = body.replace(start, start[:-1] + name.encode())
    return body


def _ids(model: Any) -> set[str]:
    return {told.partition(":")[2] for told in model.objects.values_list("provider_id", flat=True)}


@pytest.mark.parametrize("kind", list(ACCOUNTS))
def test_sound_calls_of_every_gateway_do_what_they_say(kind: str, attempt: Attempt) -> None:
    """So that the poisoned ones prove something."""
    row, reference = account_at(kind), str(attempt.pk)
    for told in calls(kind, "sound", reference).values():
        body = json.dumps(told.fields) if told.way == "json" else urlencode(told.fields)
        arrived(row, told, body.encode(), reference)
    apply_all()
    assert {event.state for event in WebhookEvent.objects.all()} == {WebhookEvent.State.APPLIED}
    assert set(InboundMessage.objects.values_list("text", flat=True)) == {"Is it back?"}
    attempt.message.refresh_from_db()
    assert attempt.message.status in (Status.DELIVERED, Status.FAILED)
    assert Charge.objects.exists() is (kind != "twilio")
