"""`/health`: a process that answers says OK, and asked deeper it says what lies and for how long."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisIsGone

from accounts.clock import database_now
from config import health
from config.tasks import hear, silence
from messaging.models import WebhookEvent


@pytest.fixture
def heard() -> None:
    hear()


def deep(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/health?deep=1")
    return answer.status_code, {name: part["state"] for name, part in answer.json().items()}


def test_a_process_that_answers_says_ok_and_asks_nobody(client: Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_deep_health_is_200_when_every_part_is_ok(client: Client, heard: None) -> None:
    assert deep(client) == (
        200,
        {"database": "ok", "broker": "ok", "beat": "ok", "queue": "ok", "webhooks": "ok"},
    )


@pytest.mark.django_db
def test_a_beat_that_nobody_has_heard_is_late(client: Client) -> None:
    cache.delete("bell-heard-at")
    assert deep(client) == (
        503,
        {"database": "ok", "broker": "ok", "beat": "late", "queue": "ok", "webhooks": "ok"},
    )


@pytest.mark.django_db
def test_a_beat_is_late_after_a_minute_and_says_since_when(client: Client) -> None:
    cache.set("bell-heard-at", database_now().timestamp() - 61)
    answer = client.get("/health?deep=1")
    assert (answer.status_code, answer.json()["beat"]["state"]) == (503, "late")
    assert 61 <= answer.json()["beat"]["seconds"] < 70
    cache.set("bell-heard-at", database_now().timestamp() - 50)
    assert client.get("/health?deep=1").json()["beat"]["state"] == "ok"


@pytest.mark.django_db
def test_a_webhook_that_lies_for_a_minute_is_late_and_an_applied_one_is_not(client: Client, heard: None) -> None:
    long_ago = database_now() - timedelta(seconds=75)
    event = WebhookEvent.objects.create(carrier="whatsapp", body=b"{}", received_at=long_ago)
    answer = client.get("/health?deep=1")
    assert (answer.status_code, answer.json()["webhooks"]["state"]) == (503, "late")
    assert 75 <= answer.json()["webhooks"]["seconds"] < 85
    WebhookEvent.objects.filter(pk=event.pk).update(state=WebhookEvent.State.APPLIED)
    assert client.get("/health?deep=1").json()["webhooks"] == {"state": "ok", "seconds": 0.0}


@pytest.mark.django_db
def test_a_queue_that_nobody_serves_is_late_after_two_minutes(
    client: Client, heard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = health.WORK["queue"]
    monkeypatch.setitem(health.WORK, "queue", work._replace(ask=lambda _now: 121.0))
    assert client.get("/health?deep=1").json()["queue"] == {"state": "late", "seconds": 121.0}
    monkeypatch.setitem(health.WORK, "queue", work._replace(ask=lambda _now: 119.0))
    assert client.get("/health?deep=1").json()["queue"] == {"state": "ok", "seconds": 119.0}


@pytest.mark.django_db
def test_without_redis_the_broker_is_down_and_nothing_of_the_error_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(key: str) -> None:
        raise RedisIsGone("Error 111 connecting to queue.internal:6379")

    monkeypatch.setattr(cache, "get", gone)
    answer = client.get("/health?deep=1")
    assert answer.status_code == 503
    assert (answer.json()["broker"], answer.json()["beat"]) == ({"state": "down"}, {"state": "down"})
    assert answer.json()["database"] == {"state": "ok"}
    assert b"internal" not in answer.content


def test_without_a_database_all_that_hangs_on_it_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", gone)
    assert deep(client) == (
        503,
        {"database": "down", "broker": "ok", "beat": "down", "queue": "down", "webhooks": "down"},
    )


@pytest.mark.django_db
def test_silence_is_counted_from_the_last_bell() -> None:
    now = database_now()
    cache.set("bell-heard-at", (now - timedelta(seconds=12)).timestamp())
    assert silence(now) == pytest.approx(12.0)
