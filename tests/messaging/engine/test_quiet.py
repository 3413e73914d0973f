"""A sender whose provider has no room for it: its messages wait unharmed, and a person hears when that stays so."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.admin import site

from audit.models import Entry
from messaging.admin.senders import SenderAdmin
from messaging.engine.cooling import Quiet
from messaging.engine.finish import finish
from messaging.engine.live import senders_with_work
from messaging.engine.quiet import left_by
from messaging.engine.reap import reap
from messaging.engine.senders import resume_sender
from messaging.engine.sends import system
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.engine.tallies import tally
from messaging.models import Message, Outbox, Outcome, Send, Sender, SendState, Status, Verdict
from tests.factories import NOON
from tests.messaging.engine.stage import crowd, fresh, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def send() -> Send:
    return released(crowd(3))


def refuse(send: Send, now: datetime, *, wait: float = 1.0, scope: str = "sender") -> None:
    """One message is taken and refused, because whoever sends it has no room."""
    (taken,) = take(send.sender, 1, now)
    busy = Result(taken, Ending.BUSY, code="130429", text="Rate limit hit", wait=wait, scope=scope)
    finish([busy], send.sender, now)


def test_a_busy_sender_is_no_try_of_the_message_however_often(send: Send) -> None:
    for minute in range(20):
        refuse(send, NOON + timedelta(minutes=minute))
    assert set(Outbox.objects.values_list("tries", flat=True)) == {0}
    assert not Message.objects.exclude(status=Status.QUEUED).exists()
    assert fresh(send).reserved == 0


def test_the_message_waits_a_moment_that_does_not_grow(send: Send) -> None:
    waits = []
    for minute in range(6):
        now = NOON + timedelta(minutes=minute)
        refuse(send, now, wait=0.05)
        waits.append((Outbox.objects.latest("due_at").due_at - now).total_seconds())
    assert all(1.0 <= wait <= 1.25 for wait in waits), waits


def test_what_the_send_had_no_room_for_in_time_is_too_late(send: Send) -> None:
    refuse(send, NOON)
    reap(send.not_after)
    assert fresh(send).state == SendState.EXPIRED
    assert set(Message.objects.values_list("status", "verdict")) == {(Status.EXCLUDED, Verdict.TOO_LATE)}
    assert tally(fresh(send)).closes


def test_nobody_serves_a_sender_that_is_to_keep_quiet(send: Send) -> None:
    assert senders_with_work(NOON) == [send.sender_id]
    refuse(send, NOON, wait=300.0)
    assert senders_with_work(NOON + timedelta(seconds=299)) == []
    assert senders_with_work(NOON + timedelta(seconds=301)) == [send.sender_id]


def test_whoever_serves_it_next_knows_how_the_last_lane_left_it(send: Send) -> None:
    assert left_by(send.sender, NOON) == Quiet()
    refuse(send, NOON, wait=300.0)
    assert left_by(send.sender, NOON + timedelta(minutes=1)) == Quiet(left=240.0, refused_for=60.0)
    assert left_by(send.sender, NOON + timedelta(minutes=9)) == Quiet(left=0.0, refused_for=540.0)


def test_one_busy_way_keeps_nobody_from_the_sender(send: Send) -> None:
    refuse(send, NOON, wait=300.0, scope="way")
    assert senders_with_work(NOON + timedelta(seconds=1)) == [send.sender_id]


def test_a_sender_that_is_refused_for_two_hours_is_paused_and_says_why(send: Send) -> None:
    refuse(send, NOON)
    refuse(send, NOON + timedelta(minutes=119))
    assert not Sender.objects.filter(paused_at__isnull=False).exists()
    refuse(send, NOON + timedelta(minutes=121))
    paused = Sender.objects.get(pk=send.sender_id)
    assert paused.paused_at == NOON + timedelta(minutes=121)
    assert paused.pause_reason == "Nothing was taken for 121 minutes; the last refusal: Rate limit hit (130429)"
    assert Entry.objects.filter(action="sender.pause").count() == 1
    assert set(Message.objects.values_list("status", flat=True)) == {Status.QUEUED}


def test_how_long_that_is_can_be_set(send: Send, settings: LazySettings) -> None:
    settings.ENGINE_REFUSED_TO_PAUSE = 600
    refuse(send, NOON)
    refuse(send, NOON + timedelta(minutes=10))
    assert Sender.objects.filter(paused_at__isnull=False).exists()


def test_the_desk_says_since_when_nothing_was_taken(send: Send) -> None:
    desk = SenderAdmin(Sender, site)
    assert desk.shown_pause(send.sender) is None
    refuse(send, NOON)
    shown = desk.shown_pause(Sender.objects.get(pk=send.sender_id))
    assert shown == ("refused", "nothing was taken since 2 Mar 2026, 04:00")  # UTC


def test_one_message_that_gets_through_begins_the_count_anew(send: Send) -> None:
    refuse(send, NOON)
    (taken,) = take(send.sender, 1, NOON + timedelta(hours=1))
    finish([Result(taken, Ending.ACCEPTED, provider_id="wamid.1")], send.sender, NOON + timedelta(hours=1))
    refuse(send, NOON + timedelta(hours=2))
    refuse(send, NOON + timedelta(hours=3))
    assert not Sender.objects.filter(paused_at__isnull=False).exists()


def test_a_person_who_lets_it_send_again_begins_the_count_anew(send: Send) -> None:
    refuse(send, NOON)
    refuse(send, NOON + timedelta(hours=2), wait=600.0)
    now = NOON + timedelta(hours=2, minutes=1)
    resume_sender(Sender.objects.get(pk=send.sender_id), system(send), now)
    assert senders_with_work(now) == [send.sender_id]
    refuse(send, now)
    assert not Sender.objects.filter(paused_at__isnull=False).exists()


def test_a_template_that_is_not_ready_says_nothing_of_its_sender(send: Send) -> None:
    for hours in range(4):
        refuse(send, NOON + timedelta(hours=hours), wait=600.0, scope="template")
    assert left_by(send.sender, NOON + timedelta(hours=4)) == Quiet()
    assert not Sender.objects.filter(paused_at__isnull=False).exists()


def test_the_attempts_are_known_not_to_have_been_accepted(send: Send) -> None:
    refuse(send, NOON)
    (message,) = Message.objects.filter(attempts__isnull=False)
    assert message.attempts.get().outcome == Outcome.NOT_ATTEMPTED
