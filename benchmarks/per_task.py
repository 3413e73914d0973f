"""`dispatch_vs_task_per_message`: a lane against a Celery task for each message, with the same statements and client.

The worker of the other side runs as `celery -A benchmarks.per_task worker`.
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import celery
from django.conf import settings
from django.utils import timezone

from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.processes import child, running

ANSWER_AFTER = "0.1"  # seconds
QUEUE = "bench-per-task"


def _application() -> celery.Celery:
    """As a process of its own this is the first of our modules, and has to make Django ready."""
    if not settings.configured:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    settings.DEBUG = False  # it is on for its defaults alone; with it Django keeps every statement
    return celery.Celery("bench", broker=settings.REDIS_URL, set_as_current=False, task_ignore_result=True)


app = _application()


@app.task(queue=QUEUE)
def hand_over_one(message_id: int, port: int) -> None:
    """Mark, send and write down one message, with the lane's own statements."""
    from django.db import transaction

    from messaging.carriers import carrier
    from messaging.engine import take
    from messaging.engine.bodies import builder_of
    from messaging.engine.finish import finish
    from messaging.engine.handover import hand_over
    from messaging.engine.live import live_sends
    from messaging.engine.sorting import sort_out
    from messaging.gate import rules_of
    from messaging.models import Message

    settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
    now = timezone.now()
    message = Message.objects.select_related("sender__account", "sender__organisation").get(pk=message_id)
    sender = message.sender
    with transaction.atomic():
        rules, locked = rules_of(sender.organisation), take._lock_contacts([message.contact_id])
        candidates = take._ask(sender, [message_id], locked, rules, now)
        taken = take._write_down(sort_out(candidates, live_sends(now), rules, now), now)
    build = builder_of(sender.channel)(taken)
    if taken:
        finish([hand_over(carrier(sender.carrier), sender, build, one) for one in taken], sender, timezone.now())


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    command = [
        sys.executable, "-m", "celery", "-A", "benchmarks.per_task", "worker", "--pool", "prefork", "--concurrency",
        "2", "--queues", QUEUE, "--loglevel", "ERROR", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    with child(command):
        yield _against("dispatch_vs_task_per_message", "0", Bar(4.0), rounds, 4_000 * scale, 400 * scale)
        yield _against("dispatch_vs_task_at_100_ms", ANSWER_AFTER, Bar(50.0), rounds, 4_000 * scale, 60 * scale)


def _against(name: str, delay: str, bar: Bar, rounds: int, count: int, tasks: int) -> Outcome:
    from benchmarks.delivery import lane_rate, queued, stage

    number, translation = stage("bench-per-task", count)
    with running("benchmarks.sink", delay) as port:
        settings.GRAPH_BASE_URL = f"http://127.0.0.1:{port}"
        outcome = Outcome(name, "messages/s", "messages/s by tasks", bar)
        outcome.notes.append(f"{count:,} messages by the lane, {tasks} by two worker processes, a task each")
        _by_tasks(queued(number, translation, 20), port)  # the worker is there and warm when this is through
        return in_turns(
            outcome, rounds, lambda: lane_rate(queued(number, translation, count)),
            lambda: _by_tasks(queued(number, translation, tasks), port),
        )  # fmt: skip


def _by_tasks(send: Any, port: int) -> float:
    """Messages a second from the first task asked for to the last message written down."""
    from benchmarks.delivery import rate_since
    from messaging.models import Status

    began, patient_until = timezone.now(), time.monotonic() + 120
    for message_id in send.messages.values_list("pk", flat=True):
        hand_over_one.delay(message_id, port)
    waiting = send.messages.filter(status__in=(Status.QUEUED, Status.SENDING))
    while waiting.exists():
        assert time.monotonic() < patient_until, f"{waiting.count()} tasks are not through"
        time.sleep(0.05)
    return rate_since(began, send)
