"""The row is the queue and the task its bell: what no bell woke is found, what nobody decided ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from approvals import tasks
from approvals.calls import call
from approvals.execution import _engine
from approvals.models import ActionRequest
from approvals.transitions import move
from tests.approvals import tea_menu as room
from tests.approvals.tea_room import approved, at_once, codes_of, fresh, poured, request_of, serving, tea_agent, wish
from tests.factories import harbour_tea

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea_room")]


def minutes_ago(minutes: float) -> Any:
    """The sweep reads the clock, so these tests stand on it too."""
    return timezone.now() - timedelta(minutes=minutes)


def approved_ago(minutes: float, **ask: Any) -> ActionRequest:
    then = minutes_ago(minutes)
    return approved(serving(tea_agent(), then, **ask), now=then)


def test_a_task_carries_an_id_and_no_time() -> None:
    request = approved_ago(0)
    tasks.execute(str(request.pk))
    assert (fresh(request).state, poured()) == ("succeeded", 1)


def test_a_bell_that_rings_twice_changes_nothing_the_second_time() -> None:
    request = approved_ago(0)
    tasks.execute(str(request.pk))
    tasks.execute(str(request.pk))
    assert poured() == 1


def test_what_no_bell_woke_is_carried_out_by_the_sweep() -> None:
    request = approved_ago(1)
    tasks.sweep()
    assert (fresh(request).state, poured()) == ("succeeded", 1)


def test_a_worker_whose_clock_is_a_month_ahead_expires_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    waits, let = serving(tea_agent(), minutes_ago(5)), approved_ago(0)
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(days=30))
    tasks.sweep()
    tasks.execute(str(let.pk))
    assert [fresh(one).state for one in (waits, let)] == ["pending", "succeeded"]


def test_the_sweep_leaves_a_bell_the_time_to_ring() -> None:
    request = approved_ago(0.1)
    tasks.sweep()
    assert fresh(request).state == "approved"


def test_the_sweep_ends_what_nobody_decided_in_time() -> None:
    old = serving(tea_agent(), minutes_ago(72 * 60 + 1))
    young = serving(tea_agent(), minutes_ago(72 * 60 - 5))
    tasks.sweep()
    assert (fresh(old).state, codes_of(fresh(old))) == ("expired", ["expired"])
    assert fresh(young).state == "pending"


def test_the_sweep_ends_what_was_approved_and_came_too_late() -> None:
    then = minutes_ago(72 * 60 + 1)
    request = approved(serving(tea_agent(), then), now=then)
    tasks.sweep()
    assert (fresh(request).state, poured()) == ("expired", 0)


def test_the_sweep_gives_up_on_what_broke_off_outside_and_does_not_repeat_it() -> None:
    def begun(minutes: float) -> ActionRequest:
        then = minutes_ago(minutes)
        answer = call("tea.pot.deliver", wish(f"begun-{minutes}-ago", blend="jasmine"), tea_agent(), then)
        request = approved(request_of(answer), now=then)
        return move(request, "start", _engine(request), then)

    old, young = begun(16), begun(14)
    tasks.sweep()
    assert (fresh(old).state, codes_of(fresh(old))) == ("unsure", ["outcome_unknown"])
    assert fresh(young).state == "executing"
    assert room.DELIVERED == []


def test_one_request_that_cannot_be_carried_out_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = approved_ago(2), approved_ago(1)
    carry_out = tasks.carry_out

    def break_off_on_the_first(request_id: Any, now: Any) -> Any:
        if request_id == first.pk:
            raise RuntimeError("a guard broke off")
        return carry_out(request_id, now)

    monkeypatch.setattr(tasks, "carry_out", break_off_on_the_first)
    tasks.sweep()
    assert (fresh(first).state, fresh(second).state) == ("approved", "succeeded")


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_everything_once() -> None:
    requests = [approved_ago(1), approved_ago(2)]
    overdue = serving(tea_agent(), minutes_ago(72 * 60 + 1))
    assert at_once(tasks.sweep, tasks.sweep, tasks.sweep) == [None, None, None]
    assert [fresh(request).state for request in (*requests, overdue)] == ["succeeded", "succeeded", "expired"]
    assert poured() == 2


@pytest.mark.django_db(transaction=True)
def test_an_approval_rings_only_once_it_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(tasks.execute, "delay", rung.append)
    request = serving()
    with transaction.atomic():
        approved(request)
        assert rung == []
    assert rung == [str(request.pk)]


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_cannot_ring_does_not_undo_the_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_broker(*_: Any) -> None:
        raise ConnectionError("Redis is gone")

    monkeypatch.setattr(tasks.execute, "delay", no_broker)
    request = serving()
    assert approved(request).state == "approved"
    assert fresh(request).state == "approved"


def test_the_sweep_voids_what_does_not_stand_any_more() -> None:
    request = approved_ago(1)
    organisation = harbour_tea()
    organisation.sending_stopped_at = timezone.now()
    organisation.save()
    tasks.sweep()
    assert (fresh(request).state, poured()) == ("voided", 0)
