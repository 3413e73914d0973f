"""Sends that go now, by lanes on real threads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

from django.db import connection

from accounts.clock import database_now
from messaging.engine.lanes import run_lane
from messaging.engine.release import release_due
from messaging.models import Contact, Send
from tests.messaging.engine.stage import countersigned, fresh, witness_sender

FAST = 5000  # messages a second: a limit that no test reaches


def going(people: list[Contact], **fields: object) -> Send:
    """A send that is released now."""
    now = database_now()
    fields.setdefault("sender", witness_sender(per_second=FAST))
    send = countersigned(
        people, due_at=now - timedelta(seconds=1), not_after=now + timedelta(hours=6),
        **({"per_second": FAST} | fields),
    )  # fmt: skip
    release_due(now)
    return fresh(send)


def run(send: Send, seconds: float = 20.0, idle: float = 0.3, **rest: object) -> bool:
    return run_lane(send.sender_id, seconds, idle=idle, **rest)  # type: ignore[arg-type]


@contextmanager
def in_background(work: Callable[[], object]) -> Iterator[Thread]:
    def run_and_close() -> None:
        work()
        connection.close()

    thread = Thread(target=run_and_close)
    thread.start()
    yield thread
    thread.join()
