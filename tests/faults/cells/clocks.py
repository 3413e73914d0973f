"""Clocks that are wrong: leases, due times and deadlines go by the database's."""

import time
from datetime import timedelta
from functools import partial

from django.utils import timezone

from accounts.clock import database_now
from approvals.models import ActionRequest
from messaging.models import Attempt, Message, SendState
from tests.faults.case import Case
from tests.faults.cells.registry import add, cell

HOUR = 3600.0


def _wrong(case: Case, *, by: float) -> None:
    """One worker and one lane of two each have another time than the rest: nobody is early, late or given up for it."""
    case.faults.put_wrong({"worker": by, "lanes": by, "beat": by})
    case.begin()
    case.stop_by_word(case.people[-1])
    case.settle()
    away = timedelta(seconds=abs(by) / 2)
    wrong = [one for one in Attempt.objects.filter(message__send=case.send) if abs(one.started_at - case.began) > away]
    assert not wrong, f"{len(wrong)} attempts bear a time that the database never had"
    assert case.request
    ended_at = ActionRequest.objects.get(pk=case.request.pk).ended_at
    assert ended_at, "the request has no end"
    assert abs(ended_at - case.began) < away, f"the request ended at {ended_at}, says the worker"


for _hours in (1, -1, 25, -25):
    _name = f"clocks-{abs(_hours)}-hours-{'ahead' if _hours > 0 else 'behind'}"
    add(_name, partial(_wrong, by=_hours * HOUR), rare=_hours != -25)


@cell("clock-ahead-of-a-due-time")
def _not_early(case: Case) -> None:
    """Every clock but the database's says that it is due: nothing leaves before it is."""
    due = database_now() + timedelta(seconds=5)
    case.faults.put_wrong(dict.fromkeys(("worker", "worker-2", "lanes", "lanes-2", "beat"), HOUR))
    case.ask(10, due_in=5.0)
    case.approve()
    while database_now() < due - timedelta(seconds=0.5):
        assert not Message.objects.filter(send=case.send).exists(), "released before it was due"
        time.sleep(0.1)
    case.wait_for_state(SendState.COMPLETED)


@cell("clock-ahead-of-a-deadline")
def _not_expired(case: Case) -> None:
    """A request that waits for Mei does not expire because some worker lives in next month."""
    case.faults.put_wrong(dict.fromkeys(("worker", "worker-2", "beat"), 24 * 30 * HOUR))
    request = case.ask(10)
    time.sleep(2.5)  # two sweeps and more
    assert ActionRequest.objects.get(pk=request.pk).state == "pending", "expired by a clock that is wrong"
    assert timezone.now() < request.expires_at
    case.approve()
