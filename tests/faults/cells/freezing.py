"""SIGSTOP for longer than every lease, then SIGCONT: whoever comes back finds that others have gone on."""

import signal
import time
from functools import partial

from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, add

LONGER_THAN_LEASES = 5.0  # seconds: lane 2.5, attempt 3.5, and the reaper's ring
_LANE_POINTS = {
    "take.before_commit": 4, "take.committed": 4, "handover.before_post": 30, "handover.after_post": 30,
    "finish.before_commit": 3,
}  # fmt: skip
_WORKER_POINTS = {"release.chunk_committed": 3, "inbox.applied_before_commit": 2, "inbox.before_settling": 2}


def _freeze_at(case: Case, *, point: str, latest: int) -> None:
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.unsure_at_most = IN_FLIGHT
    case.begin()
    held = case.faults.held(point)
    frozen = case.stack.owner_of(held.pid)
    frozen.signal(signal.SIGSTOP)
    held.let_go()
    time.sleep(LONGER_THAN_LEASES)
    frozen.signal(signal.SIGCONT)


for _point, _latest in _LANE_POINTS.items():
    _play = partial(_freeze_at, point=_point, latest=_latest)
    add(f"freeze-lane@{_point}", _play, rare=_point != "handover.after_post")
    add(f"freeze-only-lane@{_point}", _play, "alone", rare=True)
    add(f"freeze-pool@{_point}", _play, "celery", rare=True)
for _point, _latest in _WORKER_POINTS.items():
    _play = partial(_freeze_at, point=_point, latest=_latest)
    add(f"freeze-worker@{_point}", _play, rare=_point != "inbox.before_settling")
