"""Never faster than allowed: token buckets in Redis, on Redis' clock, shared by whoever sends for the same limit.

A bucket makes a stream even and lets a lane that was held up catch up; a count of what was granted lately keeps any
second, wherever it begins, within the limit. Buckets start in debt by one burst: a Redis that forgot everything must
not grant a second one. While Redis is away each process counts by itself, which is as strict for a sender, because its
lease is held by one lane at a time.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any, cast

import redis
from django.conf import settings

from messaging.models import Sender

log = logging.getLogger(__name__)

REDIS_PATIENCE = 0.5  # seconds; a lane must not stand still longer than that over a lost Redis
ASK_AGAIN_AFTER = 2.0  # seconds until a lost Redis is asked again

WINDOW = 1.025  # seconds that are counted as one: what leaves evenly may arrive bunched

# KEYS: for each limit its bucket and the list of its grants.
# ARGV: tokens wanted, the window, then for each limit rate, burst and most in a window.
# Gives how many are granted, by all limits together, and in how many microseconds one more could be.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local granted, window, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local limits = {}
for i = 1, #KEYS / 2 do
  local one = {key = KEYS[2 * i - 1], log = KEYS[2 * i], rate = tonumber(ARGV[3 * i]),
               burst = tonumber(ARGV[3 * i + 1]), most = tonumber(ARGV[3 * i + 2])}
  local kept = redis.call('HMGET', one.key, 'tokens', 'at', 'lately')
  one.tokens, one.lately = 1 - one.burst, 0
  if kept[1] then
    one.tokens = math.min(one.burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * one.rate)
    one.lately = tonumber(kept[3])
  end
  while true do
    local oldest = redis.call('LINDEX', one.log, 0)
    if not oldest then one.lately = 0 break end
    local at, count = string.match(oldest, '(%S+) (%S+)')
    if tonumber(at) + window > now then one.until_free = tonumber(at) + window - now break end
    one.lately = one.lately - tonumber(count)
    redis.call('LPOP', one.log)
  end
  granted = math.max(0, math.min(granted, math.floor(one.tokens), one.most - one.lately))
  limits[i] = one
end
for _, one in ipairs(limits) do
  local left = one.tokens - granted
  if granted > 0 then
    redis.call('RPUSH', one.log, string.format('%.6f %d', now, granted))
    redis.call('PEXPIRE', one.log, 60000)
  end
  redis.call('HSET', one.key, 'tokens', string.format('%.6f', left), 'at', string.format('%.6f', now),
             'lately', one.lately + granted)
  redis.call('PEXPIRE', one.key, 3600000)
  wait = math.max(wait, (1 - left) / one.rate)
  if one.lately + granted >= one.most then wait = math.max(wait, one.until_free or window) end
end
return {granted, math.ceil(wait * 1000000)}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `per_second` in any second, counted under `key`."""

    key: str
    per_second: int

    @property
    def burst(self) -> int:
        """How many may leave at once after a pause: what comes in a tenth of a second, for a lane that was held up.

        Beyond twenty-five, what comes in a fortieth: more would reach the provider bunched with what follows it.
        """
        return max(1, min(self.per_second // 10, 25), self.per_second // 40)

    @property
    def rate(self) -> float:
        """How many a second when nothing holds it up: a little less than the window lets through."""
        return self.per_second * 0.975


def of_sender(sender: Sender) -> Limit:
    """What the provider lets this sender carry."""
    return Limit(f"sender:{sender.pk}", sender.per_second)


def keys_of(limit: Limit) -> tuple[str, str]:
    """Where Redis keeps the bucket of a limit, and the list of its grants."""
    return f"countersign:pace:{limit.key}", f"countersign:pace:{limit.key}:grants"


@dataclass(frozen=True, slots=True)
class Grant:
    """`tokens` may leave now; one more perhaps in `wait` seconds."""

    tokens: int
    wait: float


class Pacer:
    """Asks for tokens. One a lane; not shared between threads."""

    def __init__(self, url: str | None = None) -> None:
        self._redis = redis.Redis.from_url(
            url or settings.REDIS_URL, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE, retry=None
        )
        self._script = self._redis.register_script(_TAKE)
        self._alone = LocalBuckets()
        self._lost_at: float | None = None

    def take(self, limits: Sequence[Limit], wanted: int) -> Grant:
        """Take up to `wanted` tokens, and no more than one burst, out of all these limits together."""
        wanted = min(wanted, *(limit.burst for limit in limits))
        if self._lost_at is not None and time.monotonic() < self._lost_at + ASK_AGAIN_AFTER:
            return self._alone.take(limits, wanted, time.monotonic())
        try:
            grant = self._ask(limits, wanted)
        except redis.RedisError as error:
            if self._lost_at is None:
                log.warning("Redis is away (%s): lanes pace themselves", type(error).__name__)
            self._lost_at = time.monotonic()
            return self._alone.take(limits, wanted, time.monotonic())
        self._lost_at = None
        return grant

    def close(self) -> None:
        self._redis.close()

    def _ask(self, limits: Sequence[Limit], wanted: int) -> Grant:
        facts: list[Any] = [wanted, WINDOW]
        keys: list[str] = []
        for limit in limits:
            facts += [limit.rate, limit.burst, limit.per_second]
            keys += keys_of(limit)
        granted, microseconds = cast(list[int], self._script(keys=keys, args=facts))
        return Grant(granted, microseconds / 1_000_000)


@dataclass(slots=True)
class Bucket:
    """One limit as one process keeps it. `grants` are those of the last window: when, and how many."""

    limit: Limit
    at: float
    tokens: float
    lately: int = 0
    grants: deque[tuple[float, int]] = field(default_factory=deque)

    def refresh(self, now: float) -> int:
        """Go on to this moment, and tell how many there are to be had."""
        self.tokens = min(float(self.limit.burst), self.tokens + max(0.0, now - self.at) * self.limit.rate)
        self.at = now
        while self.grants and self.grants[0][0] + WINDOW <= now:
            self.lately -= self.grants.popleft()[1]
        return max(0, min(floor(self.tokens), self.limit.per_second - self.lately))

    def give(self, count: int) -> float:
        """Grant so many; in how many seconds there could be one more."""
        self.tokens -= count
        self.lately += count
        if count:
            self.grants.append((self.at, count))
        wait = (1 - self.tokens) / self.limit.rate
        if self.lately >= self.limit.per_second:
            wait = max(wait, self.grants[0][0] + WINDOW - self.at)
        return max(0.0, wait)


class LocalBuckets:
    """The same buckets in this process alone."""

    def __init__(self) -> None:
        self._kept: dict[str, Bucket] = {}

    def take(self, limits: Sequence[Limit], wanted: int, now: float) -> Grant:
        """`now` is in seconds, of any clock that only goes forward."""
        buckets = [self._kept.setdefault(one.key, Bucket(one, now, 1.0 - one.burst)) for one in limits]
        granted = min(wanted, *(bucket.refresh(now) for bucket in buckets))
        return Grant(granted, max(bucket.give(granted) for bucket in buckets))
