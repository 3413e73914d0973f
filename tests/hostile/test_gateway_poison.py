"""Poison in every field of what SMS gateways tell: what cannot be read is kept, and costs at most itself."""

import json
from typing import Any

import pytest

from messaging.inbox.apply import TRIES, apply_waiting
from messaging.models import Attempt, InboundMessage, Outcome, ParkedStatus, Status, WebhookEvent, WebhookFailure
from sms.callbacks import hash_of_key, pack
from sms.gateways.gateway import Callback
from sms.models import Charge, SmsGateway
from tests.factories import NOON, harbour_tea
from tests.hostile.gateway_calls import ACCOUNTS, Told, calls, named, poisoned_bodies
from tests.sms.tea_texts import TeaTexts, drinker, text_of
from tests.thoroughness import tries

pytestmark = pytest.mark.django_db


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


def apply_all() -> None:
    for _each in range(TRIES):
        while WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING, tries=_each).exists():
            apply_waiting(NOON)


@pytest.mark.parametrize("kind", list(ACCOUNTS))
def test_poison_in_any_field_of_a_gateway_costs_at_most_its_own_item(kind: str, attempt: Attempt) -> None:
    row, reference = account_at(kind), str(attempt.pk)
    names, beside = {}, set()
    for shape, told in calls(kind, "n", reference).items():
        for poison, path, body in list(poisoned_bodies(told))[:: tries(23, 1)]:
            name = str(len(names))
            names[arrived(row, told, named(body, name), reference)] = f"{shape} {path} {poison}"
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
    arrived(row, told, told.body(), reference)
    apply_all()
    assert list(InboundMessage.objects.values_list("at", flat=True)) == [NOON, NOON]


def _ids(model: Any) -> set[str]:
    return {told.partition(":")[2] for told in model.objects.values_list("provider_id", flat=True)}


@pytest.mark.parametrize("kind", list(ACCOUNTS))
def test_sound_calls_of_every_gateway_do_what_they_say(kind: str, attempt: Attempt) -> None:
    """So that the poisoned ones prove something."""
    row, reference = account_at(kind), str(attempt.pk)
    for told in calls(kind, "sound", reference).values():
        arrived(row, told, told.body(), reference)
    apply_all()
    assert {event.state for event in WebhookEvent.objects.all()} == {WebhookEvent.State.APPLIED}
    assert set(InboundMessage.objects.values_list("text", flat=True)) == {"Is it back?"}
    attempt.message.refresh_from_db()
    assert attempt.message.status in (Status.DELIVERED, Status.FAILED)
    assert Charge.objects.exists() is (kind != "twilio")
