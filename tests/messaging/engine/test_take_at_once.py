"""Marking while somebody else is at the same person or the same send: with connections of their own."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction

from messaging.consent.optouts import Stop, opt_out
from messaging.engine.sends import system
from messaging.engine.take import take
from messaging.models import (
    Contact,
    Message,
    Outbox,
    Sender,
    Status,
    SuppressionReason,
    Verdict,
)
from tests.factories import (
    NOON,
    MessagingRulesFactory,
)
from tests.messaging.engine.stage import (
    crowd,
    fresh,
    released,
    someone,
    verdict_of,
    witness_sender,
)

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_contact_that_somebody_else_holds_waits_a_second() -> None:
    ming = someone()
    send = released([ming])
    with transaction.atomic():
        Contact.objects.select_for_update(no_key=True).get(pk=ming.pk)
        assert _elsewhere(lambda: take(send.sender, 10, NOON)) == []
    assert Outbox.objects.get().due_at == NOON + timedelta(seconds=1)
    assert len(take(send.sender, 10, NOON + timedelta(seconds=1))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_stop_that_is_being_written_down_at_this_very_moment_prevents_the_send() -> None:
    ming = someone()
    send = released([ming])
    with transaction.atomic():
        opt_out([ming.pk], Stop(SuppressionReason.STOP, "whatsapp", NOON), system(send), NOON)
        assert _elsewhere(lambda: take(send.sender, 10, NOON)) == []
    assert take(send.sender, 10, NOON + timedelta(seconds=1)) == []
    assert verdict_of(ming, send) is Verdict.SUPPRESSED


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_do_not_pass_the_cap_together() -> None:
    MessagingRulesFactory(marketing_cap=1, pair_gap_seconds=0)
    people = crowd(40)
    senders = [witness_sender(), witness_sender()]
    for sender in senders:
        released(people, sender=sender)
    both, found = Barrier(2), []

    def send_all(sender: Sender) -> None:
        both.wait()
        for second in range(30):
            found.extend(take(sender, 7, NOON + timedelta(seconds=second)))
        connection.close()

    threads = [Thread(target=send_all, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken.contact_id for taken in found) == sorted(person.pk for person in people)
    assert Message.objects.filter(status=Status.EXCLUDED, verdict=Verdict.CAPPED).count() == 40


@pytest.mark.django_db(transaction=True)
def test_nobody_else_takes_from_a_send_that_is_being_taken_from() -> None:
    """A lane that was frozen past its lease and the one that replaced it would pass the ceiling together."""
    send = released(crowd(20), price=Decimal("0.04"), cost_ceiling=Decimal("0.20"))
    is_marked, may_commit = Event(), Event()

    def take_slowly() -> None:
        with transaction.atomic():
            take(send.sender, 5, NOON)
            is_marked.set()
            may_commit.wait(2)
        connection.close()

    thread = Thread(target=take_slowly)
    thread.start()
    is_marked.wait(10)
    others = take(send.sender, 20, NOON)
    may_commit.set()
    thread.join()
    assert others == []
    assert fresh(send).reserved == Decimal("0.20")


@pytest.mark.django_db(transaction=True)
def test_stopping_a_send_while_it_is_being_taken_leaves_nobody_between() -> None:
    from messaging.engine.sends import move_send

    send = released(crowd(60))
    taken: list[int] = []
    begun = Barrier(2)

    def take_all() -> None:
        begun.wait()
        while batch := take(send.sender, 5, NOON):
            taken.extend(one.message_id for one in batch)
        connection.close()

    thread = Thread(target=take_all)
    thread.start()
    begun.wait()
    move_send(send, "stop", system(send), NOON)
    thread.join()
    assert Message.objects.filter(status=Status.SENDING).count() == len(taken)
    assert Message.objects.filter(status=Status.EXCLUDED, verdict=Verdict.STOPPED).count() == 60 - len(taken)
    assert not Outbox.objects.exists()


def _elsewhere(work: Callable[[], object]) -> object:
    """The result of work that another process might do."""
    answers: list[object] = []

    def run() -> None:
        answers.append(work())
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
