"""Whether this process can do its work: load balancers ask, people read."""

from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def database_answers() -> None:
    """Raises DatabaseError when PostgreSQL does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def redis_answers() -> None:
    """Raises RedisError when Redis does not."""
    cache.get("health")


PARTS: dict[str, Callable[[], None]] = {"database": database_answers, "redis": redis_answers}


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 with every part `ok`, else 503. Says no more: the answer is public."""
    found = {name: state_of(name, ask) for name, ask in PARTS.items()}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def state_of(name: str, ask: Callable[[], None]) -> str:
    """`ok` or `down`, with the reason in the log."""
    try:
        ask()
    except (DatabaseError, RedisError, OSError) as error:
        log.warning("health_part_down", part=name, error=str(error))
        return "down"
    return "ok"
