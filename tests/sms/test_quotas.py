"""A month's quota: what has gone out and what is promised counts, each in its currency, in the organisation's month."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from approvals.versions import token_of
from messaging.models import Send, Status
from sms.models import Charge, Quota, SmsGateway
from sms.quotas import Use, month_of
from tests.approvals.tea_room import refused
from tests.factories import NOON, harbour_tea, other_tenant
from tests.sms.tea_quotas import HONG_KONG, LATER, contract, limit, reasons, sent, text, used
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, texter, use

pytestmark = pytest.mark.django_db


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
