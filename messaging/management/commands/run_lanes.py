import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext_lazy as _

from accounts.clock import database_now
from messaging.engine.lanes import run_lane
from messaging.engine.live import senders_with_work

log = logging.getLogger(__name__)

LOOKS_EVERY = 0.5  # seconds
SLICE = 60.0  # seconds a lane keeps a sender before another process may have it


class Command(BaseCommand):
    help = str(_("Send from every sender that has something to send, until told to stop. Run as many as you like."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=None, help=str(_("Stop after so long; default: never.")))

    def handle(self, *args: Any, **options: Any) -> None:
        seconds = options["seconds"]
        with told_to_stop() as over:
            serve(over, time.monotonic() + seconds if seconds is not None else None)


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Set when somebody sends SIGTERM or presses Ctrl-C; while a stop is under way a second one changes nothing."""
    over = threading.Event()
    before = {number: signal.signal(number, lambda *_: over.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield over
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(over: threading.Event, until: float | None) -> None:
    """Run a lane for each sender with work, several at a time, until `over` is set or the time has come.

    What is under way then is finished and what is not goes back; nothing is left unsure by an orderly stop.
    """
    at_work: set[UUID] = set()

    def is_over() -> bool:
        return over.is_set() or (until is not None and time.monotonic() >= until)

    def run(sender_id: UUID) -> None:
        try:
            run_lane(sender_id, SLICE, stop=is_over)
        except Exception:  # a worker ends here; the next one takes the sender up again
            log.exception("the lane of sender %s broke off", sender_id)
        finally:
            at_work.discard(sender_id)
            connection.close()

    with ThreadPoolExecutor(settings.ENGINE_LANES, "lane") as lanes:
        while not is_over():
            for sender_id in waiting_senders():
                if sender_id not in at_work and len(at_work) < settings.ENGINE_LANES:
                    at_work.add(sender_id)
                    lanes.submit(run, sender_id)
            over.wait(LOOKS_EVERY)


def waiting_senders() -> list[UUID]:
    """Senders with work; none while the database is away."""
    try:
        return senders_with_work(database_now())
    except (OperationalError, InterfaceError):
        log.warning("the database does not answer; asking again", exc_info=True)
        connection.close()
        return []
