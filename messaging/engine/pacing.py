"""Never faster than allowed: token buckets in Redis, on Redis' clock, shared by whoever sends for the same limit.

Rate and burst together stay within the limit, so that no second, wherever it begins, sees more. Buckets start empty: a
Redis that forgot everything must not grant a second burst. While Redis is away each process counts by itself, which is
as strict for a sender, because its lease is held by one lane at a time.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis
from django.conf import settings

log = logging.getLogger(__name__)

REDIS_PATIENCE = 0.5  # seconds; a lane must not stand still longer than that over a lost Redis
ASK_AGAIN_AFTER = 2.0  # seconds until a lost Redis is asked again

# KEYS: one bucket each; ARGV: tokens wanted, then rate a second and burst of each bucket.
# Gives how many are granted, by all buckets together, and in how many microseconds one more could be.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local granted, wait, tokens = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  tokens[i] = 0
  if kept[1] then
    tokens[i] = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate)
  end
  granted = math.min(granted, math.floor(tokens[i]))
end
for i, key in ipairs(KEYS) do
  local left = tokens[i] - granted
  redis.call('HSET', key, 'tokens', string.format('%.6f', left), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, 3600000)
  wait = math.max(wait, (1 - left) / tonumber(ARGV[2 * i]))
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
        """How many may leave at once after a pause: what comes in 15 ms, so that a lane may be that late."""
        return max(1, self.per_second * 3 // 200)

    @property
    def rate(self) -> float:
        """How many a second after that: with the burst, 1.5 in a hundred below the limit, for what bunches up."""
        return self.per_second * 0.97


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
        facts: list[Any] = [wanted]
        for limit in limits:
            facts += [limit.rate, limit.burst]
        keys = [f"countersign:pace:{limit.key}" for limit in limits]
        granted, microseconds = cast(list[int], self._script(keys=keys, args=facts))
        return Grant(granted, microseconds / 1_000_000)


class LocalBuckets:
    """The same buckets in this process alone."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, limits: Sequence[Limit], wanted: int, now: float) -> Grant:
        """`now` is in seconds, of any clock that only goes forward."""
        tokens = [self._tokens(limit, now) for limit in limits]
        granted = min(wanted, *(int(some) for some in tokens))
        for limit, some in zip(limits, tokens, strict=True):
            self._kept[limit.key] = (some - granted, now)
        missing = ((1 - some + granted) / limit.rate for limit, some in zip(limits, tokens, strict=True))
        return Grant(granted, max(0.0, *missing))

    def _tokens(self, limit: Limit, now: float) -> float:
        if limit.key not in self._kept:
            return 0.0
        tokens, at = self._kept[limit.key]
        return min(float(limit.burst), tokens + (now - at) * limit.rate)
