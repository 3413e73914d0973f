"""Token buckets: never more than the limit in any second, in Redis and without it."""

import time
from collections.abc import Iterable

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
def test_no_second_sees_more_than_the_limit_and_none_much_less(per_second: int) -> None:
    limit = Limit("test", per_second)
    assert limit.rate == pytest.approx(0.975 * per_second)
    granted = _granted_by_second(range(6000), limit)
    assert max(granted) <= per_second
    assert granted[-1] >= per_second * 0.965 - 1


@pytest.mark.parametrize("held_up", [30, 90, 400, 1500])
def test_a_lane_that_was_held_up_catches_up_within_the_limit(held_up: int) -> None:
    limit = Limit("test", 200)
    ticks = [*range(3000), *range(3000 + held_up, 8000)]
    granted = _granted_by_second(ticks, limit)
    assert max(granted) <= 200
    behind = 200 * 0.975 * max(0, held_up - 100) / 1000  # a tenth of a second is made good
    assert sum(granted[1000::1000]) >= 200 * 0.975 * 6 - behind - 20


def test_a_burst_is_a_tenth_of_a_second_and_not_many_messages() -> None:
    assert [Limit("test", per_second).burst for per_second in (1, 9, 80, 200, 1000, 5000)] == [1, 1, 8, 20, 25, 125]


def _granted_by_second(ticks: Iterable[int], limit: Limit) -> list[int]:
    """What a greedy taker who asks at these milliseconds gets, in the second from each millisecond on."""
    buckets, grants = LocalBuckets(), [0] * 8000
    for tick in ticks:
        grants[tick] = buckets.take([limit], 1000, tick / 1000).tokens
    last = max(tick for tick, some in enumerate(grants) if some)
    return [sum(grants[begin : begin + 1000]) for begin in range(max(1, last - 999))]


def test_a_bucket_begins_in_debt_by_a_burst(pacer: Pacer) -> None:
    grant = pacer.take([Limit("test:new", 80)], 10)
    assert grant.tokens == 0
    assert 0.09 < grant.wait < 0.12


def test_redis_grants_at_the_rate_and_no_faster(pacer: Pacer) -> None:
    limit = Limit("test:rate", 1000)
    pacer.take([limit], 1)
    begun, granted = time.monotonic(), 0
    while time.monotonic() - begun < 0.5:
        grant = pacer.take([limit], 1000)
        assert grant.tokens <= 25
        granted += grant.tokens
        time.sleep(0.002)
    assert 250 <= granted <= 0.975 * 1000 * (time.monotonic() - begun)


def test_redis_lets_no_second_see_more_than_the_limit(pacer: Pacer) -> None:
    limit = Limit("test:second", 20)
    pacer.take([limit], 1)
    given: list[float] = []
    for pause in (0.4, 0.0, 0.1, 0.1, 0.3, 0.0, 0.05, 0.05, 0.3, 0.1, 0.2, 0.1, 0.1, 0.2, 0.3):
        time.sleep(pause)
        given += [time.monotonic()] * pacer.take([limit], 20).tokens
    assert len(given) > 15
    assert max(sum(at <= other < at + 1.0 for other in given) for at in given) <= 20


def test_the_tightest_of_several_limits_counts(pacer: Pacer) -> None:
    wide, tight = Limit("test:wide", 1000), Limit("test:tight", 10)
    pacer.take([wide, tight], 1)
    time.sleep(0.25)
    assert pacer.take([wide, tight], 50).tokens == 1
    assert pacer.take([wide, tight], 50).tokens == 0
    assert pacer.take([wide], 19).tokens == 19


def test_a_full_bucket_does_not_overflow(pacer: Pacer) -> None:
    limit = Limit("test:full", 1)  # one a second: slow enough that a busy machine refills nothing in between
    pacer.take([limit], 1)
    time.sleep(2.2)
    assert pacer.take([limit], 200).tokens == 1
    assert pacer.take([limit], 200).tokens == 0


def test_a_redis_that_forgot_everything_grants_no_second_burst(pacer: Pacer) -> None:
    limit = Limit("test:flushed", 1000)
    pacer.take([limit], 1)
    time.sleep(0.25)
    assert pacer.take([limit], 200).tokens == 25
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    assert pacer.take([limit], 200).tokens == 0


def test_without_redis_a_lane_paces_itself(caplog: pytest.LogCaptureFixture) -> None:
    pacer = Pacer("redis://127.0.0.1:9/0")
    limit = Limit("test:alone", 200)
    assert pacer.take([limit], 5).tokens == 0
    time.sleep(0.15)
    assert 5 <= pacer.take([limit], 20).tokens <= 20
    assert caplog.text.count("Redis is away") == 1
