"""Carrying out in the same moment as somebody else, on real threads."""

import pytest

from approvals import decisions
from approvals.execution import carry_out
from audit.models import Entry
from messaging.models import Segment
from tests.approvals.carrying_out import A_MINUTE_LATER
from tests.approvals.tea_room import approved, at_once, fresh, poured, serving, tea_agent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tea_room")]


def test_twenty_threads_have_exactly_one_effect() -> None:
    request = approved(serving())
    outcomes = at_once(*[lambda: carry_out(request.pk, A_MINUTE_LATER)] * 20)
    assert [outcome.state for outcome in outcomes] == ["succeeded"] * 20
    assert poured() == 1
    assert Entry.objects.filter(action="request.start").count() == 1
    assert Entry.objects.filter(action="request.succeed").count() == 1


def test_a_withdrawal_and_a_worker_at_once_leave_one_of_both() -> None:
    agent = tea_agent()
    for _ in range(3):
        Segment.objects.all().delete()
        request = approved(serving(agent))
        at_once(
            lambda request=request: carry_out(request.pk, A_MINUTE_LATER),
            lambda request=request: decisions.withdraw(request.pk, agent, A_MINUTE_LATER),
        )
        assert (fresh(request).state, poured()) in {("succeeded", 1), ("withdrawn", 0)}
