"""Celery only rings: what is to be done is found in the rows, also after a ring was lost or came twice."""

import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.clock import database_now
from config.beat import BELLS
from messaging import tasks
from messaging.engine.live import senders_with_work
from messaging.management.commands.run_lanes import serve
from messaging.models import Outbox, Send, SendState
from tests.factories import MessagingRulesFactory
from tests.messaging.engine.stage import Witness, countersigned, crowd, fresh, statuses, witness_sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_quiet_hours() -> None:
    """Lanes live by the real clock, and tests are run at night, too."""
    MessagingRulesFactory(quiet_from="00:00", quiet_until="00:00")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was rung for, in place of a broker."""
    found: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks.lane_slice, "apply_async", lambda arguments, **how: found.append((arguments, how)))
    return found


def due_send(people: int, per_second: int = 5000) -> Send:
    now = database_now()
    sender = witness_sender(per_second=5000)
    return countersigned(
        crowd(people), sender=sender, due_at=now - timedelta(seconds=1), not_after=now + timedelta(hours=1),
        per_second=per_second,
    )  # fmt: skip


def test_a_bell_releases_what_is_due_and_wakes_its_lane_by_id_alone(rung: list[tuple[object, ...]]) -> None:
    send = due_send(3)
    tasks.dispatch_due()
    assert fresh(send).state == SendState.SENDING
    assert rung == [((str(send.sender_id),), {"expires": 10.0})]


def test_a_lost_ring_costs_nothing_but_time(rung: list[tuple[object, ...]], witness: Witness) -> None:
    send = due_send(3)
    tasks.dispatch_due()
    tasks.dispatch_due()
    assert len(rung) == 2
    tasks.lane_slice(str(send.sender_id))
    tasks.lane_slice(str(send.sender_id))
    assert len(witness.journal) == 3
    tasks.dispatch_due()
    assert fresh(send).state == SendState.COMPLETED


def test_a_slice_that_does_not_get_through_rings_again(
    rung: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch, witness: Witness
) -> None:
    monkeypatch.setattr(tasks, "SLICE", 0.5)
    send = due_send(60, per_second=20)
    tasks.dispatch_due()
    rung.clear()
    tasks.lane_slice(str(send.sender_id))
    assert rung == [((str(send.sender_id),), {"expires": 10.0})]
    assert Outbox.objects.exists()


def test_nobody_is_woken_for_what_is_not_due(rung: list[tuple[object, ...]]) -> None:
    due_send(1)
    tasks.dispatch_due()
    rung.clear()
    Outbox.objects.update(due_at=database_now() + timedelta(minutes=1))
    tasks.dispatch_due()
    assert rung == []
    assert senders_with_work(database_now() + timedelta(minutes=1))


def test_beat_rings_for_all_of_it() -> None:
    rings = dict(BELLS.values())
    assert rings["messaging.tasks.dispatch_due"] == 5.0
    assert rings["messaging.tasks.reap"] == 15.0
    assert "messaging.tasks.watch" in rings


def test_a_slice_is_far_shorter_than_the_brokers_patience() -> None:
    from config import queue

    assert queue.broker_transport_options["visibility_timeout"] > tasks.SLICE * 10  # type: ignore[operator]


def test_cron_can_stand_in_for_beat_and_run_lanes_for_workers(witness: Witness) -> None:
    send = due_send(40)
    said = StringIO()
    call_command("dispatch_due", stdout=said)
    assert said.getvalue() == "1 sends released, 0 messages unsure\n"
    over = threading.Event()
    threading.Timer(20, over.set).start()

    def stop_when_through() -> None:
        while len(witness.journal) < 40 and not over.is_set():
            time.sleep(0.02)
        time.sleep(0.5)
        over.set()

    threading.Thread(target=stop_when_through).start()
    serve(over, None)
    assert statuses(send) == {"Accepted by the provider": 40}


def test_run_lanes_ends_when_its_time_is_over() -> None:
    begun = time.monotonic()
    call_command("run_lanes", "--seconds", "0.3")
    assert time.monotonic() - begun < 5
