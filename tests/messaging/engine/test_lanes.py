"""Lanes on real threads, a real database and a real Redis: what the carrier's journal says is what counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection

from accounts.clock import database_now
from messaging.carriers import Accepted, Outgoing, Retry, SendFailed
from messaging.engine import bodies, lanes
from messaging.engine.lanes import run_lane
from messaging.engine.lease import Lease
from messaging.engine.live import senders_with_work
from messaging.engine.reap import reap
from messaging.engine.release import release_due
from messaging.engine.sends import move_send, system
from messaging.engine.tallies import tally
from messaging.models import Attempt, Contact, Lane, Message, Outbox, Outcome, Send, SendState, Status
from tests.factories import MessagingRulesFactory
from tests.messaging.engine.stage import (
    Witness,
    countersigned,
    crowd,
    fresh,
    message_to,
    someone,
    statuses,
    witness_sender,
)

pytestmark = pytest.mark.django_db(transaction=True)

FAST = 5000  # messages a second: a limit that no test reaches


@pytest.fixture(autouse=True)
def no_quiet_hours() -> None:
    """Lanes live by the real clock, and tests are run at night, too."""
    from messaging.models import MessagingRules

    MessagingRulesFactory(quiet_from="00:00", quiet_until="00:00")
    assert MessagingRules.objects.exists()


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


def test_everybody_gets_one_message_and_the_send_completes(witness: Witness) -> None:
    people = crowd(50)
    send = going(people)
    run(send)
    assert witness.recipients == sorted(str(person.phone) for person in people)
    assert statuses(send) == {"Accepted by the provider": 50}
    assert Message.objects.exclude(provider_id=None).count() == 50
    reap(database_now())
    assert fresh(send).state == SendState.COMPLETED
    assert (tally(fresh(send)).accepted, tally(fresh(send)).closes) == (50, True)


def test_the_body_is_the_template_with_the_persons_values(witness: Witness) -> None:
    ming = someone(name="Ming", phone="+85260000001")
    send = going([ming])
    run(send)
    (outgoing,) = witness.journal
    assert send.template is not None
    assert (outgoing.to, outgoing.to_kind, outgoing.sender_ref) == ("+85260000001", "phone", send.sender.provider_ref)
    assert outgoing.attempt_id == Attempt.objects.get().pk
    assert outgoing.body == {
        "type": "template",
        "template": {
            "name": send.template.name,
            "language": {"code": "en", "policy": "deterministic"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ming"}]}],
        },
    }


def test_the_attempt_is_committed_before_the_provider_is_called(witness: Witness) -> None:
    seen: list[tuple[int, int]] = []

    def look(outgoing: Outgoing) -> Accepted:
        attempt = Attempt.objects.select_related("message").get(pk=outgoing.attempt_id)
        seen.append((attempt.outcome, attempt.message.status))
        connection.close()
        return Accepted("wamid.1", False)

    witness.answer = look
    run(going(crowd(1)))
    assert seen == [(Outcome.OPEN, Status.SENDING)]


def test_how_each_hand_over_ends_is_how_it_is_written_down(witness: Witness) -> None:
    held, gone, lost, broken, fine = people = crowd(5)
    answers: dict[str | None, Exception | Accepted] = {
        held.phone: Accepted("wamid.held", True),
        gone.phone: SendFailed("131026", "Not on WhatsApp", Retry.PERMANENT),
        lost.phone: SendFailed("answer_lost", "The answer was lost", Retry.UNSURE),
        broken.phone: RuntimeError("a mistake in the carrier"),
        fine.phone: Accepted("wamid.fine", False),
    }

    def answer(outgoing: Outgoing) -> Accepted:
        found = answers[outgoing.to]
        if isinstance(found, Exception):
            raise found
        return found

    witness.answer = answer
    send = going(people)
    run(send)
    found = {person.phone: message_to(person, send) for person in people}
    assert {phone: message.status for phone, message in found.items()} == {
        held.phone: Status.HELD, gone.phone: Status.FAILED, lost.phone: Status.UNSURE, broken.phone: Status.UNSURE,
        fine.phone: Status.ACCEPTED,
    }  # fmt: skip
    assert found[broken.phone].error_code == "carrier_broke"
    assert len(witness.journal) == 5


def test_a_poison_message_fails_alone(witness: Witness) -> None:
    people = crowd(10)
    send = going(people)
    definition = send.template.translations.get() if send.template else None
    assert definition is not None
    poison = people[4]
    prepare = bodies._prepare_by_channel["whatsapp"]

    def prepare_with_poison(batch: list[object]) -> Callable[[object], dict[str, object]]:
        build = prepare(batch)  # type: ignore[arg-type]

        def build_or_break(taken: object) -> dict[str, object]:
            if taken.contact_id == poison.pk:  # type: ignore[attr-defined]
                raise ZeroDivisionError("poison")
            return build(taken)  # type: ignore[arg-type]

        return build_or_break

    bodies._prepare_by_channel["whatsapp"] = prepare_with_poison  # type: ignore[assignment]
    try:
        run(send)
    finally:
        bodies._prepare_by_channel["whatsapp"] = prepare
    message = message_to(poison, send)
    assert (message.status, message.error_code) == (Status.FAILED, "body_not_built")
    assert statuses(send) == {"Accepted by the provider": 9, "Failed": 1}
    assert poison.phone not in witness.recipients


def test_a_sender_has_one_lane_at_a_time(witness: Witness) -> None:
    people = crowd(30)
    witness.seconds = 0.02
    send = going(people)
    first = Lease(send.sender_id)
    assert first.acquire()
    assert not Lease(send.sender_id).acquire()
    assert run(send) is False
    assert witness.journal == []
    assert senders_with_work(database_now()) == []
    first.release()
    assert senders_with_work(database_now()) == [send.sender_id]
    with in_background(lambda: run(send)), in_background(lambda: run(send)):
        pass
    run(send)
    assert witness.recipients == sorted(str(person.phone) for person in people)


def test_a_lease_that_ran_out_is_lost_for_good() -> None:
    sender = witness_sender()
    short = Lease(sender.pk, seconds=0.2)
    assert short.acquire()
    time.sleep(0.25)
    assert not short.still_holds()
    assert not short.renew_in_time()
    other = Lease(sender.pk)
    assert other.acquire()
    short.release()
    assert Lane.objects.get().holder is not None
    assert other.still_holds()


def test_a_lane_that_lost_its_lease_stops_and_gives_back(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.engine.lease.RENEW_AFTER", 0.05)
    witness.seconds = 0.05
    people = crowd(60)
    sender = witness_sender(per_second=40)
    send = going(people, sender=sender)
    robbed = Event()

    def rob() -> None:
        while not witness.journal:
            time.sleep(0.01)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE messaging_lane SET holder = gen_random_uuid()")
        robbed.set()

    with in_background(rob):
        assert run(send) is False
    assert robbed.is_set()
    sent = len(witness.journal)
    assert 0 < sent < 60
    assert statuses(send) == {"Accepted by the provider": sent, "Queued": 60 - sent}
    assert Outbox.objects.count() == 60 - sent
    assert not Attempt.objects.filter(outcome=Outcome.OPEN).exists()


def test_a_lane_that_is_told_to_stop_finishes_what_is_under_way(witness: Witness) -> None:
    witness.seconds = 0.1
    send = going(crowd(200), sender=witness_sender(per_second=100))
    run(send, stop=lambda: len(witness.journal) >= 10)
    sent = len(witness.journal)
    assert 10 <= sent < 200
    assert statuses(send) == {"Accepted by the provider": sent, "Queued": 200 - sent}
    assert not Attempt.objects.filter(outcome=Outcome.OPEN).exists()


def test_a_slice_that_is_over_says_whether_there_is_more(witness: Witness) -> None:
    send = going(crowd(100), sender=witness_sender(per_second=50))
    assert run(send, seconds=0.5) is True
    assert run(send) is False
    assert len(witness.journal) == 100


def test_pausing_a_send_stops_its_lane_within_two_batches(witness: Witness) -> None:
    send = going(crowd(200), sender=witness_sender(per_second=100))
    with in_background(lambda: run(send)):
        while len(witness.journal) < 5:
            time.sleep(0.01)
        move_send(send, "pause", system(send), database_now(), "a person wants to look")
        before = len(witness.journal)
    assert len(witness.journal) - before <= 52
    assert tally(fresh(send)).closes


def test_a_throttled_sender_keeps_quiet_and_loses_nobody(witness: Witness) -> None:
    people = crowd(30)

    def answer(outgoing: Outgoing) -> Accepted:
        if len(witness.journal) <= 3:
            raise SendFailed("130429", "Rate limit hit", Retry.NOT_ATTEMPTED, 0.2, scope="sender")
        return Accepted(f"wamid.{outgoing.attempt_id}", False)

    witness.answer = answer
    send = going(people, sender=witness_sender(per_second=100))
    run(send, idle=4)
    assert statuses(send) == {"Accepted by the provider": 30}
    refused = Attempt.objects.filter(code="130429").count()
    assert 1 <= refused < 30
    assert len(witness.journal) == 30 + refused
    assert fresh(send).reserved == 30 * Decimal("0.0732")


def test_a_lane_that_keeps_quiet_is_not_idle_and_goes_on_by_itself(witness: Witness) -> None:
    throttled = [True]

    def answer(outgoing: Outgoing) -> Accepted:
        if throttled and throttled.pop():
            raise SendFailed("130429", "Rate limit hit", Retry.NOT_ATTEMPTED, 1.0, scope="sender")
        return Accepted(f"wamid.{outgoing.attempt_id}", False)

    witness.answer = answer
    send = going(crowd(30), sender=witness_sender(per_second=100))
    run(send, idle=0.4)
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
