"""How often something may be tried: counters in Redis, by a hash of who tries, in fixed stretches of time.

Redis may be emptied or away. Then each process counts for itself, so that a guesser is slowed and nobody is shut out.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` tries of one kind in each stretch of `within`."""

    name: str
    most: int
    within: timedelta

    def count(self, now: datetime, *who: str) -> int:
        """Count one try and return how many there were. Counting comes before looking: tries at once all count."""
        key, seconds = self._key(now, who), int(self.within.total_seconds())
        try:
            return _counted(caches["default"], key, seconds)
        except RedisError as error:
            log.warning("bounds_without_redis", error=type(error).__name__)
            return _counted(caches["own_process"], key, seconds)

    def is_reached(self, now: datetime, *who: str) -> bool:
        """Whether no more tries are left, without counting one."""
        key = self._key(now, who)
        try:
            return int(caches["default"].get(key, 0)) >= self.most
        except RedisError:
            return int(caches["own_process"].get(key, 0)) >= self.most

    def forget(self, now: datetime, *who: str) -> None:
        """Somebody has shown that it was them."""
        key = self._key(now, who)
        caches["own_process"].delete(key)
        try:
            caches["default"].delete(key)
        except RedisError as error:
            log.warning("bounds_without_redis", error=type(error).__name__)

    def _key(self, now: datetime, who: tuple[str, ...]) -> str:
        """The stretch stands in the key, so a counter that never expires holds nobody up."""
        stretch = int(now.timestamp() // self.within.total_seconds())
        return f"bound:{self.name}:{stretch}:{hashlib.sha256(chr(0).join(who).encode()).hexdigest()}"


def _counted(cache: BaseCache, key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it expired in between
        cache.set(key, 1, seconds)
        return 1


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as far as it can be trusted."""
    return address_in(request.META)


def address_in(meta: Mapping[str, Any]) -> str:
    """The same of a request's WSGI environment: our proxy's word, or the other end of the line.

    Whoever has an IPv6 address has 2**64 of them, so those count as one.
    """
    said = str(meta.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:  # the last address is the one our proxy saw; those before it anybody can write
        said = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or said
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
