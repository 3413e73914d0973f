"""get_rate_limit: what is taken of the pace right now, looked at without taking any."""

import time
from typing import Any

import pytest
import redis

from messaging.engine.pacing import Pacer, keys_of, of_sender
from messaging.models import Sender
from tests.approvals.tea_room import refused, tea_agent
from tests.factories import SenderFactory, harbour_tea, other_tenant
from tests.messaging.meta.asking import over_mcp, over_rest, told

pytestmark = pytest.mark.django_db


def number(per_second: int, **fields: Any) -> Sender:
    made: Sender = SenderFactory(account__organisation=harbour_tea(), per_second=per_second, **fields)
    return made


def test_numbers_that_nobody_sends_from_have_all_their_tokens() -> None:
    number(80)
    number(20)
    assert told("get_rate_limit") == {
        "channel": "whatsapp",
        "capacity_mps": 100,
        "tokens_remaining": 100,
        "tokens_used": 0,
        "last_update_ms": None,
        "last_update_at": None,
    }


def test_what_was_let_go_within_the_second_is_used_and_looking_takes_none() -> None:
    sender = number(1000)
    pacer, before = Pacer(), time.time()
    while not pacer.take([of_sender(sender)], 1).tokens:
        pass  # a new bucket is in debt for some milliseconds
    for _look in range(3):
        found = told("get_rate_limit")
        assert (found["capacity_mps"], found["tokens_used"], found["tokens_remaining"]) == (1000, 1, 999)
    assert before * 1000 - 100 <= found["last_update_ms"] <= time.time() * 1000 + 100
    assert found["last_update_at"].endswith("Z")


def test_what_left_before_this_second_is_used_no_more(settings: Any) -> None:
    bucket, grants = keys_of(of_sender(number(80)))
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.hset(bucket, "at", "1719308400.5")
        server.rpush(grants, "1719308400.500000 7", f"{time.time():.6f} 2")
        found = told("get_rate_limit")
        server.delete(bucket, grants)
    assert (found["tokens_used"], found["last_update_ms"]) == (2, 1719308400500)
    assert found["last_update_at"] == "2024-06-25T09:40:00.500000Z"


def test_all_numbers_together_never_carry_more_than_the_organisation(settings: Any) -> None:
    settings.ENGINE_ORGANISATION_PER_SECOND = 60
    number(80)
    assert told("get_rate_limit")["capacity_mps"] == 60


def test_another_tenants_numbers_and_those_for_texts_do_not_count() -> None:
    theirs = SenderFactory(account__organisation=other_tenant(), per_second=500)
    Pacer().take([of_sender(theirs)], 1)
    number(20, channel="sms", account=None, organisation=harbour_tea())
    found = told("get_rate_limit")
    assert (found["capacity_mps"], found["tokens_used"]) == (0, 0)


def test_a_limiter_that_does_not_answer_is_no_empty_one(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    number(80)
    assert refused(lambda: told("get_rate_limit")).codes == ["limiter_unreachable"]


def test_a_channel_that_there_is_not_is_refused_by_its_name() -> None:
    no = refused(lambda: told("get_rate_limit", channel="telegram"))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", "channel")]
    assert "telegram" in str(no.reasons[0].text)


def test_rest_and_mcp_answer_with_its_own_keys_alone() -> None:
    keys = ["channel", "capacity_mps", "tokens_remaining", "tokens_used", "last_update_ms", "last_update_at"]
    assert list(over_rest("get_rate_limit")) == keys
    assert list(over_mcp("get_rate_limit", tea_agent(scopes=["meta:read"]), channel="whatsapp")) == keys
