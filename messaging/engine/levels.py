"""What stands in the token buckets now. Looking takes nothing out of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis
from django.conf import settings

from messaging.engine.pacing import REDIS_PATIENCE, WINDOW, Limit, keys_of


@dataclass(frozen=True, slots=True)
class Levels:
    """`used` tokens left these buckets in the last second, all together. `at` is when one of them was last asked, in
    unix seconds of Redis' clock; None where nobody asked within the hour.
    """

    used: int
    at: float | None


def levels_of(limits: Sequence[Limit]) -> Levels:
    """Look at these buckets. Raises redis.RedisError while Redis is away."""
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE, retry=None
    ) as server:
        pipe = server.pipeline(transaction=False)
        pipe.time()
        for limit in limits:
            bucket, grants = keys_of(limit)
            pipe.hget(bucket, "at")
            pipe.lrange(grants, 0, -1)
        (seconds, microseconds), *found = pipe.execute()
    since = seconds + microseconds / 1_000_000 - WINDOW
    asked = [float(at) for at in found[::2] if at is not None]
    given = [one.decode().split() for grants in found[1::2] for one in grants]
    return Levels(sum(int(count) for at, count in given if float(at) > since), max(asked, default=None))
