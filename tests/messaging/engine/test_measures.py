"""What the engine and the inbox count: what has happened, once it is kept, and by sender, never by person."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pytest_django import DjangoCaptureOnCommitCallbacks

from messaging.engine.finish import finish
from messaging.engine.sends import move_send, system
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.inbox.apply import apply_waiting
from messaging.inbox.shim import PATH, WebhookShim
from messaging.models import Message, WebhookEvent
from tests.factories import NOON
from tests.messaging.engine.stage import crowd, released
from tests.webhooks import arrived, ask, messages_body, status


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_attempts_are_counted_by_sender_and_ending_and_a_result_told_twice_once() -> None:
    send = released(crowd(3))
    first, second, third = take(send.sender, 3, NOON)
    results = [
        Result(first, Ending.ACCEPTED, provider_id="wamid.1"),
        Result(second, Ending.ACCEPTED, provider_id="wamid.2"),
        Result(third, Ending.FAILED, code="131026"),
    ]
    finish(results, send.sender, NOON)
    finish(results, send.sender, NOON)

    def attempts(ending: str) -> float:
        sender = {"channel": "whatsapp", "carrier": "witness", "sender": str(send.sender_id)}
        return counted("countersign_attempts_total", ending=ending, **sender)

    assert (attempts("accepted"), attempts("failed"), attempts("unsure")) == (2, 1, 0)


@pytest.mark.django_db
def test_a_send_is_counted_in_each_state_it_comes_into(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    paused = {"channel": "whatsapp", "kind": "broadcast", "state": "paused"}
    before = counted("countersign_send_moves_total", **paused)
    send = released(crowd(1))
    with django_capture_on_commit_callbacks() as kept:
        move_send(send, "pause", system(send), NOON)
    assert counted("countersign_send_moves_total", **paused) == before
    for callback in kept:
        callback()
    assert counted("countersign_send_moves_total", **paused) == before + 1


@pytest.mark.django_db
def test_reports_of_our_messages_are_counted_and_the_lag_of_their_webhook(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    send = released(crowd(1))
    Message.objects.update(provider_id="wamid.1")
    before, lags = reports("delivered"), lag()
    event = arrived(send.sender, messages_body(send.sender, statuses=[status("wamid.1", "delivered", NOON)]))
    arrived(send.sender, messages_body(send.sender, statuses=[status("wamid.of.nobody", "delivered", NOON)]))
    WebhookEvent.objects.update(carrier="whatsapp", received_at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_waiting(NOON + timedelta(seconds=7)) == 2
    assert WebhookEvent.objects.get(pk=event.pk).state == WebhookEvent.State.APPLIED
    assert reports("delivered") == before + 1
    assert lag() == (lags[0] + 2, lags[1] + 14)


def reports(name: str) -> float:
    return counted("countersign_statuses_total", channel="whatsapp", status=name)


def lag() -> tuple[float, float]:
    name, carrier = "countersign_webhook_lag_seconds", {"carrier": "whatsapp"}
    return counted(f"{name}_count", **carrier), counted(f"{name}_sum", **carrier)


def test_answers_to_webhooks_are_timed_by_their_status() -> None:
    def the_rest(_environ: Any, _start_response: Any) -> list[bytes]:
        return []

    before = counted("countersign_webhook_answer_seconds_count", status="405")
    ask(WebhookShim(the_rest), {"REQUEST_METHOD": "PUT", "PATH_INFO": PATH})
    assert counted("countersign_webhook_answer_seconds_count", status="405") == before + 1
