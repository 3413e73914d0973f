"""A month's quota: what has gone out and what is promised counts, each in its currency, in the organisation's month."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from accounts.actor import Actor, Face
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from approvals.versions import token_of
from messaging.models import Message, Send, Status
from sms.campaigns.contract import CampaignContract
from sms.models import Charge, Quota, SmsGateway
from sms.quotas import Use, WithinQuota, hold_quota, left_of, month_of, use_of
from tests.approvals.tea_room import at_once, refused
from tests.factories import NOON, AudienceFactory, SendFactory, harbour_tea, mei_chan, other_tenant
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, texter, use

pytestmark = pytest.mark.django_db

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
LATER = NOON + timedelta(days=31)


def sent(tea: TeaTexts, name: str = "Winter tea by SMS", **changed: Any) -> Send:
    """A campaign in Hong Kong dollars with one text of 0.50 that was handed over at noon."""
    facts = {"state": "sending", "started_at": NOON, "reserved": Decimal("0.50"), "cost_ceiling": Decimal(10)}
    send: Send = SendFactory(
        kind="campaign", channel="sms", name=name, sender=tea.identity.sender, template=campaign_of(tea, name).texts,
        audience=AudienceFactory(segment=tea.segment), request__preview__contract={"currency": "HKD"},
        **{**facts, **changed},
    )  # fmt: skip
    text(send, "0.50", Status.ACCEPTED, NOON)
    return send


def text(send: Send, price: str, status: Status, at: datetime) -> Message:
    """One more text of a send."""
    contact = drinker()
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=contact, sender=send.sender, address=contact.phone,
        address_kind="phone", category="marketing", market="HK", price=Decimal(price), status=status, queued_at=at,
        handed_at=at,
    )  # fmt: skip


def used(at: datetime = NOON, now: datetime = NOON) -> Use | None:
    return use_of(harbour_tea(), month_of(harbour_tea(), at), now).get("HKD")


def limit(amount: str, currency: str = "HKD") -> None:
    Quota.objects.create(organisation=harbour_tea(), currency=currency, monthly=Decimal(amount))


def contract(tea: TeaTexts, ceiling: str, due_at: datetime = NOON, name: str = "Summer tea") -> Any:
    audience = sent(tea, name, state="draft", reserved=Decimal(0)).audience_id
    return CampaignContract.model_construct(
        audience_id=audience, currency="HKD", cost_ceiling=Decimal(ceiling), due_at=due_at
    )


def reasons(asked: Any) -> list[Reason]:
    return list(WithinQuota()(call(), asked))


def call() -> Call:
    return Call(Actor.of_person(mei_chan(), Face.REST), NOON)


def test_a_month_begins_at_midnight_of_the_organisation() -> None:
    month = month_of(harbour_tea(), datetime(2026, 2, 28, 17, tzinfo=ZoneInfo("UTC")))
    assert month.since == datetime(2026, 3, 1, tzinfo=HONG_KONG)
    assert month.until == datetime(2026, 4, 1, tzinfo=HONG_KONG)


def test_what_may_have_arrived_is_used_and_the_rest_of_the_ceiling_is_reserved() -> None:
    sent(TeaTexts())
    assert used() == Use(None, Decimal("0.50"), Decimal("9.50"))


def test_what_has_ended_reserves_nothing_and_what_is_scheduled_uses_nothing() -> None:
    tea = TeaTexts()
    sent(tea, "Over", state="completed", ended_at=NOON)
    sent(tea, "To come", state="scheduled", started_at=None, reserved=Decimal(0), due_at=NOON + timedelta(days=2))
    sent(tea, "In April", state="scheduled", started_at=None, reserved=Decimal(0), due_at=LATER)
    assert used() == Use(None, Decimal("0.50"), Decimal(10))
    assert used(LATER) == Use(None, Decimal(0), Decimal(10))


def test_a_send_across_the_end_of_a_month_counts_in_each_what_went_out_in_it() -> None:
    tea = TeaTexts()
    send = sent(tea, state="completed", started_at=NOON - timedelta(days=9), ended_at=NOON)
    text(send, "0.70", Status.DELIVERED, NOON - timedelta(days=8))
    text(send, "0.90", Status.FAILED, NOON)
    assert used() == Use(None, Decimal("0.50"), Decimal(0))
    assert used(NOON - timedelta(days=20)) == Use(None, Decimal("0.70"), Decimal(0))


def test_another_tenants_sends_and_currencies_do_not_count() -> None:
    send = sent(TeaTexts())
    limit("5", "USD")
    Send.objects.filter(pk=send.pk).update(organisation=other_tenant())
    assert used() is None


@pytest.mark.parametrize(("ceiling", "fits"), [("10.00", True), ("10.01", False)])
def test_a_campaign_fits_into_what_is_left_to_the_cent(ceiling: str, fits: bool) -> None:
    tea = TeaTexts()
    sent(tea)
    limit("20")
    found = reasons(contract(tea, ceiling))
    assert [one.code for one in found] == ([] if fits else ["over_quota"])


def test_without_a_quota_nothing_is_refused_and_another_currency_does_not_help() -> None:
    tea = TeaTexts()
    limit("1", "USD")
    assert reasons(contract(tea, "1000")) == []


def test_a_campaign_of_next_month_takes_from_that_one() -> None:
    tea = TeaTexts()
    sent(tea)
    limit("12")
    asked = contract(tea, "12", LATER)
    assert reasons(asked) == []
    assert [one.code for one in reasons(asked.model_copy(update={"due_at": NOON}))] == ["over_quota"]


def test_a_sends_own_promise_does_not_stand_in_its_way() -> None:
    tea = TeaTexts()
    limit("10")
    own = sent(tea)
    asked = contract(tea, "10").model_copy(update={"audience_id": own.audience_id})
    assert reasons(asked) == []


def test_a_send_that_runs_over_the_end_of_a_month_keeps_to_the_month_it_began_in() -> None:
    tea = TeaTexts()
    limit("12")
    own = sent(tea, "Over midnight", started_at=NOON - timedelta(days=2), due_at=NOON - timedelta(days=2))
    sent(tea)
    asked = contract(tea, "10", own.due_at).model_copy(update={"audience_id": own.audience_id})
    assert reasons(asked) == []
    Send.objects.filter(pk=own.pk).update(started_at=None)
    assert [one.code for one in reasons(asked)] == ["over_quota"]


def test_the_quota_is_asked_again_under_its_lock() -> None:
    tea = TeaTexts()
    limit("1")
    asked = contract(tea, "2")
    assert refused(lambda: hold_quota(call(), asked)).codes == ["over_quota"]


def left(at: datetime = NOON) -> Decimal:
    return left_of(Quota.objects.get(currency="HKD"), month_of(harbour_tea(), at), at)


def test_what_has_ended_is_added_up_once_and_what_ends_later_is_added_to_it() -> None:
    tea = TeaTexts()
    limit("20")
    early = sent(
        tea, "Early", state="completed", started_at=NOON - timedelta(hours=2), ended_at=NOON - timedelta(hours=1)
    )
    sent(tea, "Late", state="completed", ended_at=NOON - timedelta(minutes=2))
    sent(tea, "Going")
    asked, next_hour = contract(tea, "1"), NOON + timedelta(hours=1)
    with transaction.atomic():
        hold_quota(call(), asked)
    assert Quota.objects.get().counted == Decimal("0.50")
    assert (left(), used()) == (Decimal(9), Use(Decimal(20), Decimal("1.50"), Decimal("9.50")))
    Send.objects.filter(pk=early.pk).update(reserved=Decimal(0))  # what is reported of it later counts a day later
    with transaction.atomic():
        hold_quota(Call(call().actor, next_hour), asked)
    assert (Quota.objects.get().counted, left(next_hour)) == (Decimal(1), Decimal(9))
    with transaction.atomic():
        hold_quota(Call(call().actor, NOON + timedelta(days=1)), asked)
    assert (Quota.objects.get().counted, left(NOON + timedelta(days=1))) == (Decimal("0.50"), Decimal("9.50"))


def test_a_new_month_begins_with_nothing_added_up() -> None:
    tea = TeaTexts()
    limit("20")
    sent(tea, state="completed", started_at=NOON - timedelta(hours=2), ended_at=NOON - timedelta(hours=1))
    asked = contract(tea, "1", LATER)
    with transaction.atomic():
        hold_quota(call(), contract(tea, "1", name="Now"))
    with transaction.atomic():
        hold_quota(Call(call().actor, LATER), asked)
    quota = Quota.objects.get()
    assert (quota.counted, quota.counted_since, left(LATER)) == (
        Decimal(0), datetime(2026, 4, 1, tzinfo=HONG_KONG), Decimal(20),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_campaigns_scheduled_at_once_do_not_take_what_is_left_of_the_quota_together() -> None:
    tea = TeaTexts()
    limit("10")
    asked = [contract(tea, "6", name=name) for name in ("Summer tea", "Autumn tea")]
    asker, both_asked = call(), Barrier(2)
    with transaction.atomic():
        hold_quota(asker, asked[0])  # added up just now: nothing but the lock keeps the two apart

    def schedule(one: Any) -> bool:
        with suppress(Refused), transaction.atomic():
            hold_quota(asker, one)
            with suppress(BrokenBarrierError):  # whoever holds the lock waits for nobody
                both_asked.wait(0.3)
            Send.objects.filter(audience=one.audience_id).update(state="scheduled", cost_ceiling=Decimal(6))
            return True
        return False

    assert sorted(at_once(*[partial(schedule, one) for one in asked])) == [False, True]


def test_the_tool_tells_used_reserved_left_charged_and_how_many_parts_that_pays_for() -> None:
    tea = TeaTexts()
    send = sent(tea)
    limit("20")
    SmsGateway.objects.filter(pk=tea.first.pk).update(balance=Decimal(4), balance_at=NOON)
    Charge.objects.create(organisation=tea.organisation, message=send.messages.get(), told_as="a", told_at=NOON,
                          amount=Decimal("0.31"), currency="HKD")  # fmt: skip
    told = use("quotas.get", texter()).data
    (row,) = told["currencies"]
    numbers = {name: Decimal(row[name]) for name in ("monthly", "used", "reserved", "left", "charged")}
    assert numbers == {
        "monthly": Decimal(20), "used": Decimal("0.50"), "reserved": Decimal("9.50"), "left": Decimal(10),
        "charged": Decimal("0.31"),
    }  # fmt: skip
    assert told["gateways"][0]["parts_left"] == {"HK": 10, "MO": 7}
    assert told["gateways"][1]["parts_left"] == {"HK": 20}
    assert use("quotas.get", texter(), month="2026-04").data["currencies"][0]["used"] in ("0", "0.000000")


def test_a_campaign_over_the_quota_is_warned_of_in_its_preview_and_not_scheduled() -> None:
    tea = TeaTexts()
    for name in ("Ann", "Bo", "Cy"):
        drinker(name)
    limit("1.49")
    campaign = campaign_of(tea)
    ask = {
        "campaign_id": str(campaign.pk),
        "base_version_token": token_of(campaign),
        "due_at": "2026-03-02T14:00+08:00",
    }
    actor = texter()
    priced = use("cost_preview", actor, **ask)
    assert any("1.49 are left" in warning for warning in priced.warnings)
    wish = {"preview_id": str(priced.preview_id), "idempotency_key": "spring-by-sms", "reason": "Spring"}
    assert refused(lambda: use("campaigns.schedule", actor, **wish)).codes == ["over_quota"]
    Quota.objects.update(monthly=Decimal("1.50"))
    assert use("campaigns.schedule", actor, **wish).request is not None
