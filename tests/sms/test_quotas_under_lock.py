"""The quota as it is asked under its lock: added up once, a month at a time, and never passed by two together."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import transaction

from approvals.reasons import Refused
from approvals.registry import Call
from messaging.models import Send
from sms.models import Quota
from sms.quotas import Use, hold_quota
from tests.approvals.tea_room import at_once, refused
from tests.factories import NOON
from tests.sms.tea_quotas import HONG_KONG, LATER, call, contract, left, limit, sent, used
from tests.sms.tea_texts import TeaTexts

pytestmark = pytest.mark.django_db


def test_the_quota_is_asked_again_under_its_lock() -> None:
    tea = TeaTexts()
    limit("1")
    asked = contract(tea, "2")
    assert refused(lambda: hold_quota(call(), asked)).codes == ["over_quota"]


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
