"""Meta's messaging limit: how many people a business portfolio begins conversations with in a moving 24 hours."""

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from messaging.engine.finish import finish
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result, Taken
from messaging.models import Attempt, Outbox, Send, Sender
from messaging.portfolios import limit_of
from tests.factories import NOON, ConversationFactory, WhatsAppAccountFactory, harbour_tea
from tests.messaging.engine.stage import crowd, message_to, released, someone, witness_sender

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=24)


def sender_for(people: int, **fields: object) -> Sender:
    return witness_sender(tier=f"TIER_{people}", **fields)


def to_a_crowd(sender: Sender, size: int, **fields: object) -> Send:
    return released(crowd(size), sender=sender, not_after=NOON + timedelta(days=9), **fields)


def taken_at(send: Send, now: datetime) -> list[Taken]:
    return take(Sender.objects.select_related("account", "organisation").get(pk=send.sender_id), 100, now)


def waits_until() -> set[datetime]:
    return set(Outbox.objects.values_list("due_at", flat=True))


@pytest.mark.parametrize(
    ("tier", "people"),
    [
        ("TIER_250", 250),
        ("TIER_2K", 2_000),
        ("TIER_10K", 10_000),
        ("TIER_100K", 100_000),
        ("tier_1m", 1_000_000),
        ("2000", 2_000),
        ("TIER_UNLIMITED", None),
        ("-1", None),
        ("TIER_NOT_SET", 250),
        ("", 250),
        ("0", 250),
    ],
)
def test_metas_words_as_people(tier: str, people: int | None) -> None:
    assert limit_of(tier) == people


def test_no_more_people_than_the_limit_are_written_to_and_the_others_wait() -> None:
    send = to_a_crowd(sender_for(3), 5)
    assert len(taken_at(send, NOON)) == 3
    assert waits_until() == {NOON + timedelta(minutes=30)}
    assert taken_at(send, NOON + DAY - timedelta(seconds=1)) == []
    assert waits_until() == {NOON + DAY + timedelta(seconds=59)}
    assert len(taken_at(send, NOON + DAY + timedelta(minutes=1))) == 2


def test_room_comes_back_as_people_leave_the_24_hours() -> None:
    send = to_a_crowd(sender_for(2), 4)
    assert len(take(send.sender, 1, NOON)) == 1
    assert len(take(send.sender, 1, NOON + timedelta(hours=1))) == 1
    assert taken_at(send, NOON + timedelta(hours=2)) == []
    assert len(taken_at(send, NOON + DAY + timedelta(minutes=1))) == 1
    assert taken_at(send, NOON + DAY + timedelta(minutes=40)) == []
    assert len(taken_at(send, NOON + DAY + timedelta(hours=2))) == 1


def test_all_numbers_of_a_portfolio_share_its_limit() -> None:
    first, second = to_a_crowd(sender_for(3), 2), to_a_crowd(sender_for(3), 2)
    assert (len(taken_at(first, NOON)), len(taken_at(second, NOON))) == (2, 1)


def test_another_portfolio_has_a_limit_of_its_own() -> None:
    other = WhatsAppAccountFactory(organisation=harbour_tea(), portfolio="8001")
    first, second = to_a_crowd(sender_for(2), 2), to_a_crowd(sender_for(2, account=other), 2)
    assert (len(taken_at(first, NOON)), len(taken_at(second, NOON))) == (2, 2)


def test_a_second_message_to_somebody_of_the_24_hours_needs_no_room() -> None:
    sender, ann = sender_for(1), someone(name="Ann")
    send = released([ann], sender=sender)
    released([someone(name="Ben"), ann], sender=sender)
    assert [one.contact_id for one in take(sender, 1, NOON)] == [ann.pk]
    assert [one.contact_id for one in taken_at(send, NOON + timedelta(minutes=1))] == [ann.pk]


def test_who_has_an_open_window_needs_no_room_and_takes_none() -> None:
    sender, ann = sender_for(1), someone(name="Ann")
    ConversationFactory(contact=ann, sender=sender, window_until=NOON + timedelta(hours=3))
    send = released([ann, *crowd(2)], sender=sender, not_after=NOON + timedelta(days=9))
    going = {one.contact_id: one.begins for one in taken_at(send, NOON)}
    assert len(going) == 2
    assert going[ann.pk] is False
    assert Attempt.objects.filter(begins=True).count() == 1


def test_a_window_that_closes_within_the_minute_is_closed() -> None:
    sender, ann = sender_for(1), someone(name="Ann")
    ConversationFactory(contact=ann, sender=sender, window_until=NOON + timedelta(seconds=60))
    (going,) = taken_at(released([ann], sender=sender), NOON)
    assert going.begins is True


def test_another_numbers_window_is_none_of_this_one() -> None:
    sender, ann = sender_for(1), someone(name="Ann")
    ConversationFactory(contact=ann, sender=witness_sender(), window_until=NOON + timedelta(hours=3))
    (going,) = taken_at(released([ann], sender=sender), NOON)
    assert going.begins is True


@pytest.mark.parametrize(
    ("ending", "goes"),
    [(Ending.NOT_ATTEMPTED, 1), (Ending.UNUSED, 1), (Ending.FAILED, 0), (Ending.UNSURE, 0), (Ending.ACCEPTED, 0)],
)
def test_what_never_left_gives_its_room_back_and_everything_else_counts(ending: Ending, goes: int) -> None:
    send = to_a_crowd(sender_for(1), 2)
    (taken,) = take(send.sender, 1, NOON)
    finish([Result(taken, ending, code="1", wait=7200.0)], send.sender, NOON)
    assert len(taken_at(send, NOON + timedelta(hours=1))) == goes


def test_without_a_limit_everybody_goes() -> None:
    assert len(taken_at(to_a_crowd(witness_sender(tier="TIER_UNLIMITED"), 5), NOON)) == 5


def test_a_raised_limit_counts_at_the_next_look() -> None:
    send = to_a_crowd(sender_for(2), 5)
    assert len(taken_at(send, NOON)) == 2
    Sender.objects.update(tier="TIER_2K")
    assert len(taken_at(send, NOON + timedelta(minutes=30))) == 3


def test_whoever_waits_for_room_is_written_to_before_anybody_is_left_out() -> None:
    send = to_a_crowd(sender_for(1), 2)
    taken_at(send, NOON)
    (waiting,) = Outbox.objects.select_related("message__contact")
    assert message_to(waiting.message.contact, send).verdict == 0


@pytest.mark.django_db(transaction=True)
def test_two_numbers_at_once_do_not_pass_the_limit_together() -> None:
    slow, quick = to_a_crowd(sender_for(3), 3), to_a_crowd(sender_for(3), 3)
    is_marked, may_commit = Event(), Event()

    def take_slowly() -> None:
        with transaction.atomic():
            taken_at(slow, NOON)
            is_marked.set()
            may_commit.wait(0.3)
        connection.close()

    thread = Thread(target=take_slowly)
    thread.start()
    is_marked.wait(5)
    found = taken_at(quick, NOON)
    may_commit.set()
    thread.join()
    assert found == []
    assert Attempt.objects.filter(begins=True).count() == 3


def test_what_meta_said_last_of_any_number_holds_for_all_of_the_portfolio() -> None:
    """A number that was added lately still has the smallest limit, and nobody has told us otherwise."""
    send = to_a_crowd(sender_for(1), 3)
    sender_for(1, limit_told_at=NOON - DAY)
    sender_for(2, limit_told_at=NOON - timedelta(hours=1))
    assert len(taken_at(send, NOON)) == 2
