"""An app that shortens leases, waits and slices, so that a cell sees in seconds what takes production a minute.

Everything keeps its order: a hand-over times out before its attempt runs out, an attempt before it is reaped.
"""

import os
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import AppConfig

from tests.faults.plan import wrong_now

SHORTER: dict[str, Any] = {
    "messaging.engine.lease:SECONDS": 2.5,
    "messaging.engine.take:LEASE": timedelta(seconds=3.5),
    "messaging.engine.clerk:LEASE": timedelta(seconds=3.5),
    "messaging.engine.lanes:GOODBYE": 4.0,
    "messaging.engine.finish:FIRST_WAIT": 0.2,
    "messaging.engine.finish:LONGEST_WAIT": 1.0,
    "messaging.engine.finish:BUSY_WAIT": 0.2,
    "messaging.engine.cooling:FIRST": 0.2,
    "messaging.engine.cooling:LONGEST": 1.0,
    "messaging.engine.cooling:LONGEST_FOR_WAYS": 0.5,
    "messaging.engine.release:CHUNK": 16,
    "messaging.tasks:SLICE": 6.0,
    "messaging.management.commands.run_lanes:SLICE": 10.0,
    "messaging.management.commands.run_lanes:LOOKS_EVERY": 0.2,
    "messaging.whatsapp.client:NOT_REACHED_SECONDS": 0.3,
    "sms.gateways.http:CONNECT_SECONDS": 0.4,
    "sms.gateways.http:READ_SECONDS": 1.8,
    "sms.gateways.http:NOT_REACHED_SECONDS": 0.3,
    "sms.carrier:PATIENCE_SECONDS": 0.2,
    "sms.carrier:WRITTEN_WITHIN": 0.1,
    "sms.carrier:NO_WAY_SECONDS": 0.5,
    "sms.gateways.smpp.line:NO_LINE_SECONDS": 0.3,
    "approvals.tasks:BELL_LOST_AFTER": timedelta(seconds=1.5),
    "approvals.tasks:OUTSIDE_LOST_AFTER": timedelta(seconds=4),
}
READ_SECONDS = 2.0  # how long a hand-over waits for the provider


class Hurry(AppConfig):
    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        for place, value in SHORTER.items():
            module, name = place.split(":")
            owner = import_module(module)
            assert hasattr(owner, name), f"{place} is gone: the harness hurries something that does not exist"
            setattr(owner, name, value)
        _answer_sooner()
        if "COUNTERSIGN_FAULTS" in os.environ:
            _ask_the_cell_for_the_time()


def _answer_sooner() -> None:
    from django.conf import settings

    from messaging.carriers import carrier
    from messaging.whatsapp.graph import Address

    address = Address(settings.GRAPH_BASE_URL, settings.GRAPH_VERSION, connect_seconds=1.0, read_seconds=READ_SECONDS)
    carrier("whatsapp")._address = lambda: address  # type: ignore[attr-defined]


def _ask_the_cell_for_the_time() -> None:
    """A machine whose clock is wrong: the application reads it wherever it does not ask the database."""
    from django.utils import timezone

    timezone.now = wrong_now
