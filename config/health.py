"""Whether this process answers, and asked deeper, whether the work gets done: load balancers ask, people read."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from accounts.clock import database_now
from accounts.tenancy import unconfined
from config.tasks import silence
from messaging.engine.unserved import longest_wait
from messaging.inbox.waiting import oldest_wait

log = structlog.get_logger(__name__)

AWAY = (DatabaseError, RedisError, OSError)
Answer = TypeVar("Answer")


class Work(NamedTuple):
    """Something that has to go on. `ask` gives the seconds for which it has been lying, None when nobody knows since
    when, and raises one of AWAY when it cannot be asked; with `most` seconds it is still well.
    """

    ask: Callable[[datetime], float | None]
    most: float


# Several rings of the slowest bell that each hangs on: one lost ring is no illness.
WORK: dict[str, Work] = {
    "beat": Work(silence, 60.0),
    "queue": Work(longest_wait, 120.0),
    "webhooks": Work(oldest_wait, 60.0),
}


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """`OK` from a process that answers. With `?deep=1` each part with its state and age: 503 unless all of them are ok.

    A dead broker or a silent beat is no reason to take the web processes out of the balance, so only the deep question
    asks for them. It tells ages and no more: the answer is public.
    """
    if request.GET.get("deep") != "1":
        return HttpResponse("OK", content_type="text/plain; charset=utf-8")
    found = looked_at()
    return JsonResponse(found, status=200 if all(part["state"] == "ok" for part in found.values()) else 503)


def looked_at() -> dict[str, dict[str, str | float]]:
    """Each part as `ok`, `late` or `down`, work with the seconds for which it has been lying."""
    with unconfined():
        now = _asked("database", database_now)
        servers: dict[str, dict[str, str | float]] = {
            "database": {"state": "ok" if now else "down"},
            "broker": {"state": "ok" if _asked("broker", _broker_answers) else "down"},
        }
        return servers | {name: state_of(name, work, now) for name, work in WORK.items()}


def state_of(name: str, work: Work, now: datetime | None) -> dict[str, str | float]:
    """How it is with some work. Without the database's clock nobody can say for how long it has been lying."""
    found = _asked(name, lambda: (work.ask(now),)) if now else None
    if found is None:
        return {"state": "down"}
    (seconds,) = found
    if seconds is None:
        return {"state": "late"}
    return {"state": "ok" if seconds <= work.most else "late", "seconds": round(seconds, 1)}


def _asked(part: str, ask: Callable[[], Answer]) -> Answer | None:
    """What a part answers; None, with the reason in the log, when it does not."""
    try:
        return ask()
    except AWAY as error:
        log.warning("health_part_down", part=part, error=type(error).__name__)
        return None


def _broker_answers() -> bool:
    cache.get("health")
    return True
