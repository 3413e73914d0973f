"""Lanes on real threads, a real database and a real Redis: what the carrier's journal says is what counts."""

import time
from collections.abc import Callable
from threading import Event

import pytest
from django.db import connection

from accounts.clock import database_now
from messaging.carriers import Accepted, Outgoing, Retry, SendFailed
from messaging.engine import bodies
from messaging.engine.lease import Lease
from messaging.engine.live import senders_with_work
from messaging.engine.reap import reap
from messaging.engine.sends import move_send, system
from messaging.engine.tallies import tally
from messaging.models import Attempt, Lane, Message, Outbox, Outcome, SendState, Status
from tests.messaging.engine.running import going, in_background, run
from tests.messaging.engine.stage import Witness, crowd, fresh, message_to, someone, statuses, witness_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_quiet_hours")]


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
