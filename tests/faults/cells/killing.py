"""SIGKILL at every step: of a process tree, and of a pool child alone. And SIGTERM, which must cost nothing."""

from functools import partial

from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, LOST_CHILD, add, cell

# Where, and the last of the times a point is reached in one send of forty people.
_LANE_POINTS = {
    "take.before_commit": 4, "take.committed": 4, "handover.before_post": 30, "handover.after_post": 30,
    "finish.before_commit": 3, "finish.committed": 3,
}  # fmt: skip
_WORKER_POINTS = {
    "execution.before_commit": 1, "execution.committed": 1, "release.chunk_committed": 3,
    "inbox.applied_before_commit": 2, "inbox.before_settling": 2,
}  # fmt: skip
_OFTEN_FOR_CHILDREN = ("take.committed", "handover.after_post")


def _kill_at(case: Case, *, point: str, latest: int, child: bool) -> None:
    case.faults.at(point, nth=case.chance.randint(1, latest))
    if point in _LANE_POINTS:
        case.unsure_at_most = IN_FLIGHT
    if child:
        case.breaks = LOST_CHILD
    case.begin()
    case.kill_here(point, child=child)


for _point, _latest in _LANE_POINTS.items():
    _tree, _child = (partial(_kill_at, point=_point, latest=_latest, child=child) for child in (False, True))
    add(f"kill-lane@{_point}", _tree, rare=_point == "finish.committed")
    add(f"kill-only-lane@{_point}", _tree, "alone", rare=True)
    add(f"kill-pool-child@{_point}", _child, "celery", rare=_point not in _OFTEN_FOR_CHILDREN)
    add(f"kill-pool@{_point}", _tree, "celery", rare=True)
for _point, _latest in _WORKER_POINTS.items():
    _tree, _child = (partial(_kill_at, point=_point, latest=_latest, child=child) for child in (False, True))
    add(f"kill-worker@{_point}", _tree)
    add(f"kill-only-worker@{_point}", _tree, "alone", rare=True)
    add(f"kill-worker-child@{_point}", _child, rare=_point != "execution.before_commit")


@cell("kill-lane-and-its-heir")
def _kill_lane_twice(case: Case) -> None:
    """The second kill meets whoever took over."""
    point, case.unsure_at_most = "handover.after_post", 2 * IN_FLIGHT
    case.faults.at(point, nth=case.chance.randint(2, 8))
    case.begin()
    case.kill_here(point)
    case.faults.at(point, nth=case.faults.count(point) + case.chance.randint(2, 6))
    case.kill_here(point)


@cell("sigterm-lane-mid-send")
def _deploy_lane(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(5, 30))
    for lane in case.stack.members_like("lanes"):
        lane.end()


@cell("sigterm-pool-mid-send", "celery", rare=True)
def _deploy_pool(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(5, 30))
    for pool in case.stack.members_like("slices"):
        pool.end(30)


@cell("sigterm-everything-mid-send", "celery")
def _deploy_everything(case: Case) -> None:
    # A beat that is told to end while it waits for the broker's answer may not hear it: redis-py loses what Celery
    # raises there. It ends when it is told once more, and its bell is rung by the next.
    case.breaks = frozenset({"SchedulingError"})
    case.begin()
    case.wait_for_attempts(case.chance.randint(5, 30))
    for member in case.stack.members.values():
        member.ask_to_end()
    for member in case.stack.members.values():
        member.wait(30)
        member.end()


@cell("kill-web@inbox.stored")
def _kill_web(case: Case) -> None:
    """Stored and never answered: the provider tells it all again."""
    case.faults.at("inbox.stored", nth=case.chance.randint(1, 3))
    case.begin()
    case.kill_here("inbox.stored")


@cell("kill-web-child@inbox.stored", rare=True)
def _kill_web_child(case: Case) -> None:
    case.faults.at("inbox.stored", nth=case.chance.randint(1, 3))
    case.begin()
    case.kill_here("inbox.stored", child=True)


@cell("sigterm-web-mid-webhooks")
def _deploy_web(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(10)
    case.stack.members["web"].end()
