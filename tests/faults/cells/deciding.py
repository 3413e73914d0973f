"""Several people decide at once: one outcome, one execution."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.utils import timezone

from approvals import decisions
from approvals.models import ActionRequest
from approvals.reasons import Refused
from messaging.models import SendState
from tests.faults.case import Case
from tests.faults.cells.registry import cell

Deed = Callable[[], object]


def at_once(*deeds: Deed) -> list[bool]:
    """Do all of them at the same moment, each on a connection of its own; whether each was let."""
    start = Barrier(len(deeds))

    def run(deed: Deed) -> bool:
        try:
            start.wait(10)
            deed()
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(deeds)) as people:
        return list(people.map(run, deeds))


@cell("two-approvers-at-once")
def _two_approvers(case: Case) -> None:
    request = case.ask(10)
    business = case.business
    let = at_once(*(
        lambda officer=officer: business.countersign(request, officer) for officer in (business.mei, business.zoe)
    ))  # fmt: skip
    assert sum(let) == 1, let


@cell("approve-reject-withdraw-at-once")
def _three_wishes(case: Case) -> None:
    request, business = case.ask(10), case.business
    case.ends = frozenset({SendState.COMPLETED, SendState.DRAFT})
    let = at_once(
        lambda: business.countersign(request),
        lambda: decisions.reject(request.pk, business.zoe, timezone.now(), note="Not now."),
        lambda: decisions.withdraw(request.pk, business.agent, timezone.now()),
    )
    assert any(let), let
    case.settle()
    state = ActionRequest.objects.get(pk=request.pk).state
    assert (case.send.state == SendState.COMPLETED) == (state == "succeeded"), (case.send.state, state)


@cell("approve-while-the-sweep-runs", "crowd")
def _approve_and_sweep(case: Case) -> None:
    from approvals.tasks import execute, sweep

    request, business = case.ask(10), case.business
    at_once(
        lambda: business.countersign(request),
        *(lambda: sweep.delay() for _ in range(3)),
        *(lambda: execute.delay(str(request.pk)) for _ in range(3)),
    )
