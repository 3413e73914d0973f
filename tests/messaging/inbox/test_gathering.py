"""How long the consumer goes on, and when it lets a stream gather first."""

import pytest

from messaging.inbox import apply
from messaging.inbox.apply import apply_for
from messaging.models import WebhookEvent
from tests.factories import NOON, SenderFactory
from tests.webhooks import arrived, messages_body, status


def reports(count: int) -> None:
    number = SenderFactory.create()
    for one in range(count):
        arrived(number, messages_body(number, statuses=[status(f"wamid.{one}", "delivered", NOON)]))


def waiting() -> int:
    return WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).count()


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What it rested for, without the time that takes."""
    rested: list[float] = []
    monkeypatch.setattr("messaging.inbox.apply.time.sleep", rested.append)
    return rested


@pytest.mark.django_db
def test_it_goes_on_until_nothing_waits(monkeypatch: pytest.MonkeyPatch, rests: list[float]) -> None:
    monkeypatch.setattr(apply, "EVENTS_AT_ONCE", 2)
    reports(5)
    apply_for(60.0, lambda: NOON)
    assert waiting() == 0
    assert rests == [], "a backlog is no stream: there is nothing to wait for"


@pytest.mark.django_db
def test_it_ends_with_its_time_and_leaves_the_rest_to_the_next_ring(
    monkeypatch: pytest.MonkeyPatch, rests: list[float]
) -> None:
    monkeypatch.setattr(apply, "EVENTS_AT_ONCE", 2)
    reports(5)
    apply_for(0.0, lambda: NOON)
    assert waiting() == 3


@pytest.mark.django_db
def test_a_stream_is_let_gather_and_a_few_are_not(monkeypatch: pytest.MonkeyPatch, rests: list[float]) -> None:
    monkeypatch.setattr(apply, "STREAM_FROM", 3)
    reports(2)
    apply_for(60.0, lambda: NOON)
    assert rests == []
    reports(3)
    apply_for(60.0, lambda: NOON)
    assert rests == [0.05]
