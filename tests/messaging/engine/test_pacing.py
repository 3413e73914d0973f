"""Token buckets: never more than the limit in any second, in Redis and without it."""

import time

import pytest
import redis
from django.conf import settings

from messaging.engine.pacing import Limit, LocalBuckets, Pacer


@pytest.fixture
def pacer() -> Pacer:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("countersign:pace:test:*"):
        client.delete(key)
    client.close()
    return Pacer()


@pytest.mark.parametrize("per_second", [1, 2, 10, 49, 50, 80, 1000])
def test_rate_and_burst_together_stay_within_the_limit(per_second: int) -> None:
    limit = Limit("test", per_second)
    assert limit.rate == pytest.approx(0.97 * per_second)
    granted = _granted_by_second(LocalBuckets(), limit, seconds=5)
    assert max(granted) <= per_second
    assert granted[-1] >= per_second * 0.95 - 1


def test_a_lane_may_be_fifteen_milliseconds_late_and_lose_nothing() -> None:
    assert [Limit("test", per_second).burst for per_second in (1, 80, 200, 1000)] == [1, 1, 3, 15]


def _granted_by_second(buckets: LocalBuckets, limit: Limit, seconds: int) -> list[int]:
    """What a greedy taker gets in the busiest windows, asking every millisecond of a made-up clock."""
    grants = [buckets.take([limit], 1000, tick / 1000).tokens for tick in range(seconds * 1000)]
    return [sum(grants[begin : begin + 1000]) for begin in range(0, (seconds - 1) * 1000, 50)] + [
        sum(grants[(seconds - 1) * 1000 :])
    ]


def test_a_bucket_begins_empty(pacer: Pacer) -> None:
    grant = pacer.take([Limit("test:new", 80)], 10)
    assert grant.tokens == 0
    assert 0 < grant.wait < 0.1


def test_redis_grants_at_the_rate_and_no_faster(pacer: Pacer) -> None:
    limit = Limit("test:rate", 1000)
    pacer.take([limit], 1)
    begun, granted = time.monotonic(), 0
    while time.monotonic() - begun < 0.5:
        grant = pacer.take([limit], 1000)
        assert grant.tokens <= 15
        granted += grant.tokens
        time.sleep(0.002)
    assert 350 <= granted <= 0.97 * 1000 * (time.monotonic() - begun) + 15


def test_the_tightest_of_several_limits_counts(pacer: Pacer) -> None:
    wide, tight = Limit("test:wide", 1000), Limit("test:tight", 10)
    pacer.take([wide, tight], 1)
    time.sleep(0.2)
    assert pacer.take([wide, tight], 50).tokens == 1
    assert pacer.take([wide, tight], 50).tokens == 0
    assert pacer.take([wide], 9).tokens == 9


def test_a_full_bucket_does_not_overflow(pacer: Pacer) -> None:
    limit = Limit("test:full", 1)  # one a second: slow enough that a busy machine refills nothing in between
    pacer.take([limit], 1)
    time.sleep(2.2)
    assert pacer.take([limit], 200).tokens == 1
    assert pacer.take([limit], 200).tokens == 0


def test_a_redis_that_forgot_everything_grants_no_second_burst(pacer: Pacer) -> None:
    limit = Limit("test:flushed", 1000)
    pacer.take([limit], 1)
    time.sleep(0.1)
    assert pacer.take([limit], 20).tokens == 15
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    assert pacer.take([limit], 20).tokens == 0


def test_without_redis_a_lane_paces_itself(caplog: pytest.LogCaptureFixture) -> None:
    pacer = Pacer("redis://127.0.0.1:9/0")
    limit = Limit("test:alone", 200)
    assert pacer.take([limit], 5).tokens == 0
    time.sleep(0.05)
    assert pacer.take([limit], 5).tokens == 3
    assert caplog.text.count("Redis is away") == 1
