"""Receipts that come before their text is known, and ids that a gateway gives again after months."""

from datetime import datetime, timedelta
from decimal import Decimal
from queue import SimpleQueue
from typing import Any

import pytest

from messaging.engine.clerk import Clerk
from messaging.engine.recurring import let_go
from messaging.engine.taken import Ending, Result, Taken
from messaging.inbox.apply import apply_waiting
from messaging.inbox.statuses import match_parked
from messaging.models import Attempt, Message, Outcome, ParkedStatus, Status, WebhookEvent
from sms import submitted
from sms.callbacks import pack
from sms.gateways.gateway import Callback
from sms.models import Charge, SmsGateway, SubmittedPart
from sms.submitted import Submitted
from sms.ways import tag_of
from tests.factories import NOON, SenderFactory, other_tenant
from tests.sms.tea_texts import TeaTexts, drinker, gateway_at, text_of

LONG_AGO = NOON - timedelta(days=100)
RECEIPTS = {
    "url": "https://sms.example.test/send", "form": {"to": "{to_digits}", "text": "{text}"},
    "accepted": {"statuses": [200], "id": {"json_pointer": "/id"}},
    "receipts": {"id": "id", "status": "state", "statuses": {"DELIVRD": "delivered", "UNDELIV": "failed"}},
}  # fmt: skip


def plain(gateway: SmsGateway) -> SmsGateway:
    """It repeats no reference of ours: its own id is all that it tells."""
    gateway.kind, gateway.configuration, gateway.secrets = "generic", RECEIPTS, '{"values": {}}'
    gateway.save()
    return gateway


def tells(gateway: SmsGateway, key: str, state: str = "DELIVRD", at: datetime = NOON) -> None:
    """The gateway reports, and the report is read."""
    call = Callback("receipt", "POST", "", "", {"content-type": "application/x-www-form-urlencoded"},
                    f"id={key}&state={state}".encode())  # fmt: skip
    event = WebhookEvent.objects.create(carrier="sms", body=pack(gateway.pk, call, at), signed_for=[gateway.pk])
    assert apply_waiting(at) == 1
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.APPLIED


def named(message: Message, gateway: SmsGateway, key: str) -> Message:
    Message.objects.filter(pk=message.pk).update(provider_id=f"{tag_of(gateway.pk)}:{key}")
    return message


def statuses(*messages: Message) -> list[Status]:
    return [Status(Message.objects.get(pk=one.pk).status) for one in messages]


@pytest.mark.django_db
def test_a_receipt_that_beats_the_answer_waits_for_its_text() -> None:
    tea = TeaTexts()
    ann = text_of(tea, drinker("Ann"))
    tells(plain(tea.first), "4711")
    assert (ParkedStatus.objects.count(), match_parked(NOON), statuses(ann)) == (1, 0, [Status.ACCEPTED])
    named(ann, tea.first, "4711")
    assert match_parked(NOON) == 1
    assert (ParkedStatus.objects.count(), statuses(ann)) == (0, [Status.DELIVERED])


@pytest.mark.django_db
def test_a_price_that_is_told_before_its_text_is_known_waits_with_the_receipt() -> None:
    tea = TeaTexts()
    ann = text_of(tea, drinker("Ann"))
    plain(tea.first)
    receipts: Any = RECEIPTS["receipts"]
    tea.first.configuration = {**RECEIPTS, "receipts": {**receipts, "price": "price"}}
    tea.first.save()
    tells(tea.first, "4711&price=0.31")
    assert (match_parked(NOON), Charge.objects.count()) == (0, 0)
    named(ann, tea.first, "4711")
    assert match_parked(NOON) == 1
    charge = Charge.objects.get()
    assert (charge.message, charge.amount, charge.currency) == (ann, Decimal("0.31"), "HKD")
    assert (ParkedStatus.objects.count(), statuses(ann)) == (0, [Status.DELIVERED])


@pytest.mark.django_db
def test_a_part_that_is_told_before_its_text_is_known_does_not_speak_for_the_whole() -> None:
    tea = TeaTexts()
    ann = text_of(tea, drinker("Ann"))
    attempt = Attempt.objects.create(message=ann, contact=ann.contact, sender=ann.sender, started_at=NOON,
                                     category="marketing", lease_until=NOON)  # fmt: skip
    plain(tea.first)
    for key in ("4711", "4712"):
        tells(tea.first, key)
    assert (ParkedStatus.objects.count(), match_parked(NOON)) == (2, 0)
    submitted.keep([Submitted(tea.first.pk, attempt.pk, ("4711", "4712", "4713"), 3)], NOON)
    named(ann, tea.first, "4711")
    assert (match_parked(NOON), statuses(ann)) == (2, [Status.ACCEPTED])
    assert list(SubmittedPart.objects.order_by("part").values_list("progress", flat=True)) == [
        "delivered", "delivered", "accepted",
    ]  # fmt: skip
    tells(tea.first, "4713")
    assert (ParkedStatus.objects.count(), statuses(ann)) == (0, [Status.DELIVERED])


@pytest.mark.django_db
def test_a_receipt_waits_a_week_and_for_no_text_of_another_house() -> None:
    tea = TeaTexts()
    ann = text_of(tea, drinker("Ann"))
    tells(plain(gateway_at("http://127.0.0.1:9", "theirs", 1, other_tenant())), "4711")
    assert ParkedStatus.objects.count() == 0  # they have no sender ID that it could be of
    tells(plain(tea.first), "4712")
    facts = {"organisation": other_tenant(), "sender": SenderFactory(organisation=other_tenant())}
    Message.objects.filter(pk=ann.pk).update(provider_id=f"{tag_of(tea.first.pk)}:4712", **facts)
    assert match_parked(NOON) == 0
    match_parked(NOON + timedelta(days=8))
    assert (ParkedStatus.objects.count(), statuses(ann)) == (0, [Status.ACCEPTED])


@pytest.mark.django_db
def test_an_id_that_comes_again_does_not_settle_the_text_of_then() -> None:
    tea = TeaTexts()
    of_then, of_now = text_of(tea, drinker("Ann"), "Winter"), text_of(tea, drinker("Bo"), "Spring")
    named(of_then, plain(tea.first), "4711")
    Message.objects.filter(pk=of_then.pk).update(handed_at=LONG_AGO)
    tells(tea.first, "4711", "UNDELIV")
    assert (match_parked(NOON), statuses(of_then, of_now)) == (0, [Status.ACCEPTED, Status.ACCEPTED])
    assert let_go(f"{tag_of(tea.first.pk)}:4711", of_now.pk)
    named(of_now, tea.first, "4711")
    assert (match_parked(NOON), statuses(of_then, of_now)) == (1, [Status.ACCEPTED, Status.FAILED])


@pytest.mark.django_db
def test_two_texts_of_one_day_do_not_take_an_id_from_each_other() -> None:
    tea = TeaTexts()
    ann = named(text_of(tea, drinker("Ann")), tea.first, "4711")
    bo = text_of(tea, drinker("Bo"), "Spring")
    assert not let_go(f"{tag_of(tea.first.pk)}:4711", bo.pk)
    assert Message.objects.get(pk=ann.pk).provider_id == f"{tag_of(tea.first.pk)}:4711"


@pytest.mark.django_db
def test_a_text_that_is_known_by_our_reference_needs_no_id_of_its_own() -> None:
    tea = TeaTexts()
    of_then, of_now = text_of(tea, drinker("Ann"), "Winter"), text_of(tea, drinker("Bo"), "Spring")
    named(of_then, plain(tea.first), "4711")
    Message.objects.filter(pk=of_now.pk).update(provider_id=None, status=Status.UNSURE)
    attempt = Attempt.objects.create(message=of_now, contact=of_now.contact, sender=of_now.sender, started_at=NOON,
                                     category="marketing", lease_until=NOON, outcome=Outcome.UNSURE)  # fmt: skip
    receipts: dict[str, Any] = {**RECEIPTS["receipts"], "reference": "ref"}  # type: ignore[dict-item]
    tea.first.configuration = {**RECEIPTS, "receipts": receipts}
    tea.first.save()
    tells(tea.first, f"4711&ref={attempt.pk}")
    assert statuses(of_then, of_now) == [Status.ACCEPTED, Status.DELIVERED]


@pytest.mark.django_db(transaction=True)
def test_an_id_that_comes_again_does_not_make_a_text_unsure_that_was_taken() -> None:
    tea = TeaTexts()
    of_then, of_now = text_of(tea, drinker("Ann"), "Winter"), text_of(tea, drinker("Bo"), "Spring")
    named(of_then, tea.first, "4711")
    Message.objects.filter(pk=of_then.pk).update(handed_at=LONG_AGO)
    Message.objects.filter(pk=of_now.pk).update(provider_id=None, status=Status.SENDING)
    attempt = Attempt.objects.create(message=of_now, contact=of_now.contact, sender=of_now.sender, started_at=NOON,
                                     category="marketing", lease_until=NOON)  # fmt: skip
    taken = Taken(attempt.pk, of_now.pk, of_now.send_id, of_now.contact_id, of_now.address, "phone", None, {},
                  "marketing", of_now.price, 10, 0, 10)  # fmt: skip
    clerk = Clerk(of_now.sender, SimpleQueue())
    clerk.write_down([Result(taken, Ending.ACCEPTED, provider_id=f"{tag_of(tea.first.pk)}:4711")])
    clerk.close()
    assert statuses(of_then, of_now) == [Status.ACCEPTED, Status.ACCEPTED]
    assert Message.objects.get(provider_id=f"{tag_of(tea.first.pk)}:4711") == of_now
    assert str(Message.objects.get(pk=of_then.pk).provider_id).endswith(f":4711~{of_then.pk}")
