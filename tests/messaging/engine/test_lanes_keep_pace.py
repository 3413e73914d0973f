"""How fast lanes are: no second sees more than a limit, a throttled one keeps quiet, and none waits for nothing."""

import time
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest

from accounts.clock import database_now
from messaging.carriers import Accepted, Outgoing, Retry, SendFailed
from messaging.engine import cooling, lanes
from messaging.engine.lanes import run_lane
from messaging.engine.reap import reap
from messaging.models import Attempt, Lane
from tests.messaging.engine.running import going, run
from tests.messaging.engine.stage import Witness, crowd, fresh, statuses, witness_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_quiet_hours")]


def test_a_throttled_sender_keeps_quiet_and_loses_nobody(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooling, "FIRST", 0.1)
    people = crowd(30)

    def answer(outgoing: Outgoing) -> Accepted:
        if len(witness.journal) <= 3:
            raise SendFailed("130429", "Rate limit hit", Retry.NOT_ATTEMPTED, 0.2, scope="sender")
        return Accepted(f"wamid.{outgoing.attempt_id}", False)

    witness.answer = answer
    send = going(people, sender=witness_sender(per_second=100))
    run(send, idle=2)
    assert statuses(send) == {"Accepted by the provider": 30}
    refused = Attempt.objects.filter(code="130429").count()
    assert 1 <= refused < 30
    assert len(witness.journal) == 30 + refused
    assert fresh(send).reserved == 30 * Decimal("0.0732")


def test_a_lane_that_keeps_quiet_is_not_idle_and_goes_on_by_itself(witness: Witness) -> None:
    throttled = [True]

    def answer(outgoing: Outgoing) -> Accepted:
        if throttled and throttled.pop():
            raise SendFailed("130429", "Rate limit hit", Retry.NOT_ATTEMPTED, 1.5, scope="sender")
        return Accepted(f"wamid.{outgoing.attempt_id}", False)

    witness.answer = answer
    send = going(crowd(30), sender=witness_sender(per_second=100))
    run(send, idle=0.8)
    assert statuses(send)["Accepted by the provider"] >= 29  # the refused one may be due a moment later


def test_a_hold_stops_the_queue_at_once(witness: Witness) -> None:
    def answer(outgoing: Outgoing) -> Accepted:
        raise SendFailed("190", "Token expired", Retry.HOLD, scope="account")

    witness.answer = answer
    send = going(crowd(100), sender=witness_sender(per_second=100))
    run(send)
    assert len(witness.journal) < 30
    send.sender.refresh_from_db()
    assert send.sender.pause_reason == "Token expired (190)"
    assert statuses(send) == {"Queued": 100}
    assert fresh(send).reserved == 0


def test_a_lost_redis_slows_nobody_down_and_lets_nobody_run(witness: Witness, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"  # type: ignore[attr-defined]
    send = going(crowd(60), sender=witness_sender(per_second=50))
    run(send)
    assert len(witness.journal) == 60
    assert busiest_second(witness.times) <= 50


def test_no_second_sees_more_than_the_limit(witness: Witness) -> None:
    send = going(crowd(160), sender=witness_sender(per_second=80))
    begun = time.monotonic()
    run(send, idle=0.3)
    assert busiest_second(witness.times) <= 80
    assert time.monotonic() - begun < 4.5


def test_a_slow_send_does_not_slow_its_sender_down(witness: Witness) -> None:
    sender = witness_sender(per_second=200)
    slow = crowd(20)
    going(slow, sender=sender, per_second=10)
    going(crowd(100), sender=sender)
    run_lane(sender.pk, 20, idle=0.3)
    slow_numbers = {person.phone for person in slow}
    journal = list(zip(witness.times, witness.journal, strict=True))
    assert len(journal) == 120
    assert busiest_second([at for at, outgoing in journal if outgoing.to in slow_numbers]) <= 10
    last_quick = max(at for at, outgoing in journal if outgoing.to not in slow_numbers)
    slow_before = sum(at <= last_quick for at, outgoing in journal if outgoing.to in slow_numbers)
    assert slow_before < 20


def busiest_second(times: list[float]) -> int:
    """The most events in any second, wherever it begins."""
    ordered = sorted(times)
    return max(sum(1 for at in ordered if begins <= at < begins + 1.0) for begins in ordered)


def test_the_last_results_are_written_down_at_once(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WRITTEN_AFTER", 60.0)
    send = going(crowd(2))
    begun = time.monotonic()
    run(send, seconds=30, idle=0.2)
    assert time.monotonic() - begun < 15
    assert statuses(send) == {"Accepted by the provider": 2}


def test_a_lane_without_work_ends_soon() -> None:
    sender = witness_sender()
    begun = time.monotonic()
    assert run_lane(sender.pk, 20, idle=0.2) is False
    assert time.monotonic() - begun < 3
    assert Lane.objects.get().lease_until is None


def test_a_lane_whose_batch_takes_long_to_come_is_not_idle(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    from messaging.engine import clerk

    take = clerk.take

    def take_slowly(*question: object) -> object:
        time.sleep(0.6)
        return take(*question)  # type: ignore[arg-type]

    monkeypatch.setattr(clerk, "take", take_slowly)
    send = going(crowd(2))
    run(send, idle=0.2)
    assert len(witness.journal) == 2


def test_an_answer_that_never_comes_does_not_keep_a_lane_for_ever(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GOODBYE", 0.3)
    go_home = Event()

    def never(outgoing: Outgoing) -> Accepted:
        go_home.wait(10)
        return Accepted("wamid.late", False)

    witness.answer = never
    monkeypatch.setattr("messaging.engine.hands.Hands.close", lambda hands: None)
    send = going(crowd(1))
    run(send, seconds=1.5)
    assert statuses(send) == {"Being handed over": 1}
    reap(database_now() + timedelta(minutes=1))
    assert statuses(send) == {"Outcome unknown": 1}
    go_home.set()
