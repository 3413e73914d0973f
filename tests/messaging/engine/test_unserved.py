"""How long something that may leave has waited without a lane: what tells a long queue from one that stands still."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.engine.lease import Lease
from messaging.engine.unserved import longest_wait, waits
from messaging.models import Lane, Send, SendState
from tests.factories import NOON
from tests.messaging.engine.stage import crowd, released

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=1)


def test_nothing_to_send_is_no_wait() -> None:
    assert longest_wait(NOON) == 0.0


def test_the_wait_begins_when_the_first_message_is_due() -> None:
    send = released(crowd(2))
    assert waits(NOON + 3 * MINUTES) == {send.sender_id: 180.0}
    assert longest_wait(NOON + 3 * MINUTES) == 180.0


def test_a_sender_that_a_lane_serves_does_not_wait() -> None:
    send = released(crowd(1))
    Lane.objects.create(sender=send.sender, lease_until=NOON + 4 * MINUTES)
    assert waits(NOON + 3 * MINUTES) == {}


def test_a_sender_that_is_to_keep_quiet_waits_from_the_end_of_it() -> None:
    send = released(crowd(1))
    Lane.objects.create(sender=send.sender, quiet_until=NOON + 2 * MINUTES)
    assert waits(NOON + 1 * MINUTES) == {}
    assert waits(NOON + 3 * MINUTES) == {send.sender_id: 60.0}


def test_a_large_send_waits_since_its_last_lane_and_not_since_it_was_due() -> None:
    send = released(crowd(1))
    Lane.objects.create(sender=send.sender, served_at=NOON + 59 * MINUTES)
    assert waits(NOON + 60 * MINUTES) == {send.sender_id: 60.0}


def test_a_sender_whose_lane_died_waits_from_the_end_of_its_lease() -> None:
    send = released(crowd(1))
    Lane.objects.create(sender=send.sender, served_at=NOON, lease_until=NOON + 5 * MINUTES)
    assert waits(NOON + 7 * MINUTES) == {send.sender_id: 120.0}


def test_a_paused_send_waits_for_nobody() -> None:
    send = released(crowd(1))
    Send.objects.filter(pk=send.pk).update(state=SendState.PAUSED)
    assert waits(NOON + 60 * MINUTES) == {}


def test_a_lane_that_lets_its_sender_go_says_when() -> None:
    send = released(crowd(1))
    lease = Lease(send.sender_id)
    assert lease.acquire()
    before = timezone.now() - MINUTES
    lease.release()
    lane = Lane.objects.get(sender=send.sender)
    assert (lane.holder, lane.lease_until) == (None, None)
    assert lane.served_at is not None
    assert lane.served_at > before
