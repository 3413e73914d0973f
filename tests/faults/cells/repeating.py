"""Everything may be delivered several times at once: tasks, rings, whole processes that do the same."""

from messaging import tasks
from messaging.inbox import tasks as inbox_tasks
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, LOST_CHILD, cell


@cell("approval-rung-five-times", "crowd")
def _execute_five_times(case: Case) -> None:
    from approvals.tasks import execute

    case.begin()
    for _ in range(5):
        execute.delay(str(case.request.pk))  # type: ignore[union-attr]


@cell("release-rung-five-times", "crowd")
def _release_five_times(case: Case) -> None:
    case.begin()
    while case.send.state not in case.ends and not case.send.started_at:
        for _ in range(3):
            tasks.dispatch_due.delay()
        case.stack.mend()


@cell("lanes-rung-five-times", "crowd")
def _lanes_five_times(case: Case) -> None:
    case.begin()
    for _ in range(5):
        case.wait_for_attempts(case.chance.randint(1, 8))
        for _ in range(3):
            tasks.lane_slice.delay(str(case.business.sender.pk))


@cell("webhooks-rung-five-times", "crowd", rare=True)
def _webhooks_five_times(case: Case) -> None:
    case.begin()
    for least in (5, 15, 25, 35):
        case.wait_for_attempts(least)
        for _ in range(4):
            inbox_tasks.apply_webhooks.delay()
            inbox_tasks.tidy_inbox.delay()


@cell("reaper-rung-all-the-time", "crowd")
def _reap_all_the_time(case: Case) -> None:
    case.begin()
    for least in (5, 15, 25, 35):
        case.wait_for_attempts(least)
        for _ in range(4):
            tasks.reap.delay()
            tasks.watch.delay()


@cell("two-of-everything-and-a-kill", "crowd")
def _crowd_and_kill(case: Case) -> None:
    case.faults.at("handover.after_post", nth=case.chance.randint(5, 25))
    case.unsure_at_most, case.breaks = IN_FLIGHT, LOST_CHILD
    case.begin()
    held = case.faults.held("handover.after_post")
    case.stack.kill_process(held.pid)
    held.let_go()
