"""The servers go down: PostgreSQL crashes and recovers, the broker forgets everything, is away, or comes back empty."""

from functools import partial

import redis
from django.conf import settings
from django.db import connection

from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, NO_BROKER, NO_DATABASE, add, cell

_DATABASE_POINTS = {
    "execution.before_commit": 1, "execution.committed": 1, "release.chunk_committed": 3, "take.before_commit": 4,
    "take.committed": 4, "handover.after_post": 30, "finish.before_commit": 3, "finish.committed": 3,
    "inbox.stored": 3, "inbox.applied_before_commit": 2,
}  # fmt: skip
_FLUSHES = {
    "execution.before_commit": 1, "release.chunk_committed": 2, "take.committed": 4, "handover.after_post": 30,
    "inbox.stored": 3, "inbox.before_settling": 2,
}  # fmt: skip


def _crash_at(case: Case, *, point: str, latest: int) -> None:
    """PostgreSQL loses its power while somebody stands at the point, and comes back after a moment."""
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.unsure_at_most, case.breaks = IN_FLIGHT, NO_DATABASE
    case.begin()
    held = case.faults.held(point)
    case.stack.servers.crash_database()
    held.let_go()
    connection.close()
    case.stack.servers.start_database()


for _point, _latest in _DATABASE_POINTS.items():
    _seldom = _point not in (
        "release.chunk_committed",
        "take.committed",
        "handover.after_post",
        "inbox.applied_before_commit",
    )
    add(f"crash-database@{_point}", partial(_crash_at, point=_point, latest=_latest), rare=_seldom)


def flush_all() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.flushall()


def _flush_at(case: Case, *, point: str, latest: int) -> None:
    """Redis forgets queue, buckets and cache while somebody stands at the point."""
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.begin()
    held = case.faults.held(point)
    flush_all()
    held.let_go()


for _point, _latest in _FLUSHES.items():
    _seldom = _point not in ("execution.before_commit", "handover.after_post")
    add(f"flush@{_point}", partial(_flush_at, point=_point, latest=_latest), rare=_seldom)


@cell("flush-the-bell-of-an-approval")
def _flush_bell(case: Case) -> None:
    """The worker is away when the bell rings, and Redis forgets the ring before it is back."""
    case.ask()
    for worker in case.stack.members_like("worker"):
        worker.kill()
    case.approve()
    flush_all()


@cell("broker-away-mid-send")
def _away_mid_send(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 20))
    case.breaks = NO_BROKER
    case.stack.servers.kill_broker()
    case.wait_for_attempts(case.chance.randint(25, 35))
    case.stack.servers.start_broker()


@cell("broker-away-at-the-approval")
def _away_at_approval(case: Case) -> None:
    """The decision stands although nobody can be rung for."""
    case.ask()
    case.breaks = NO_BROKER
    case.stack.servers.kill_broker()
    case.approve()
    case.stack.servers.start_broker()


@cell("broker-back-without-its-data", "celery", rare=True)
def _back_empty(case: Case) -> None:
    case.begin()
    case.wait_for_attempts(case.chance.randint(3, 20))
    case.breaks = NO_BROKER
    case.stack.servers.kill_broker(forget=True)
    case.stack.servers.start_broker()


_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user"


def _cut_at(case: Case, *, point: str, latest: int) -> None:
    """Every connection to the database is cut while somebody stands at the point."""
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.unsure_at_most, case.breaks = IN_FLIGHT, NO_DATABASE
    case.begin()
    held = case.faults.held(point)
    with connection.cursor() as cursor:
        cursor.execute(_CUT)
    held.let_go()


for _point, _latest in (("take.before_commit", 4), ("finish.before_commit", 3), ("inbox.applied_before_commit", 2)):
    add(
        f"cut-connections@{_point}", partial(_cut_at, point=_point, latest=_latest), rare=_point != "take.before_commit"
    )


def _error_at(case: Case, *, point: str, times: int) -> None:
    """A deadlock or a lost connection, as the code sees it, several times on end."""
    case.faults.at(point, nth=case.chance.randint(1, 2), times=times, deed="raise")
    case.unsure_at_most, case.breaks = IN_FLIGHT, NO_DATABASE
    case.begin()


for _point, _times in (("take.before_commit", 3), ("finish.before_commit", 3), ("release.chunk_committed", 1),
                       ("execution.before_commit", 1), ("inbox.applied_before_commit", 1)):  # fmt: skip
    add(f"error@{_point}", partial(_error_at, point=_point, times=_times), rare=_point != "finish.before_commit")
