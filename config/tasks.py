"""The one bell that stands for all: where it is heard, beat rings, the broker carries and a worker works."""

from datetime import datetime

from celery import shared_task
from django.core.cache import cache

from accounts.clock import database_now

_KEY = "bell-heard-at"
KEPT_FOR = 7 * 24 * 3600  # seconds; after that nobody asks since when it is silent


@shared_task
def hear() -> None:
    """Write down that a bell was heard. An emptied Redis forgets it until the next one."""
    cache.set(_KEY, database_now().timestamp(), KEPT_FOR)


def silence(now: datetime) -> float | None:
    """Seconds since a bell was last heard; None when nobody knows of any. Raises RedisError."""
    heard_at = cache.get(_KEY)
    return None if heard_at is None else max(0.0, now.timestamp() - heard_at)
