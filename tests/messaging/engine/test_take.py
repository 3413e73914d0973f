"""Marking a batch: once, durably, as many as are wanted, in order, and within the ceiling."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from messaging.contacts.last_written import with_last_outbound
from messaging.engine.release import release_due
from messaging.engine.take import LEASE, take
from messaging.models import (
    Attempt,
    Contact,
    Message,
    Outbox,
    Outcome,
    Send,
    Status,
)
from tests.factories import (
    NOON,
)
from tests.messaging.engine.stage import (
    countersigned,
    crowd,
    fresh,
    message_to,
    released,
    someone,
    witness_sender,
)

pytestmark = pytest.mark.django_db


def test_a_due_message_is_marked_with_an_open_attempt() -> None:
    ming = someone(name="Ming", phone="+85260000001")
    send = released([ming])
    (taken,) = take(send.sender, 10, NOON)
    assert (taken.address, taken.address_kind, taken.values) == ("+85260000001", "phone", {"1": "Ming"})
    message = message_to(ming, send)
    assert (message.status, message.handed_at) == (Status.SENDING, NOON)
    attempt = Attempt.objects.get(pk=taken.attempt_id)
    assert (attempt.message, attempt.outcome, attempt.lease_until) == (message, Outcome.OPEN, NOON + LEASE)
    assert not Outbox.objects.exists()
    assert with_last_outbound(Contact.objects.filter(pk=ming.pk)).get().last_outbound_at == NOON


def test_a_message_is_marked_once() -> None:
    send = released(crowd(3))
    assert len(take(send.sender, 10, NOON)) == 3
    assert take(send.sender, 10, NOON) == []


def test_marking_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that crashed and forgot a mark would let the message go out twice."""
    said: list[str] = []

    def look(point: str) -> None:
        if point == "take.before_commit":
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('synchronous_commit')")
                said.extend(cursor.fetchone())

    monkeypatch.setattr("messaging.engine.take.faultpoint", look)
    assert len(take(released(crowd(1)).sender, 10, NOON)) == 1
    assert said == ["on"]


def test_no_more_than_wanted_are_marked() -> None:
    send = released(crowd(3))
    assert len(take(send.sender, 2, NOON)) == 2
    assert Outbox.objects.count() == 1


def test_a_message_that_is_not_due_yet_waits() -> None:
    send = released(crowd(1))
    Outbox.objects.update(due_at=NOON + timedelta(seconds=1))
    assert take(send.sender, 10, NOON) == []


def test_a_message_that_a_webhook_has_settled_is_not_sent() -> None:
    ming = someone()
    send = released([ming], price=Decimal("0.04"), cost_ceiling=Decimal("0.03"))
    Message.objects.update(status=Status.DELIVERED)
    assert take(send.sender, 10, NOON) == []
    assert message_to(ming, send).status == Status.DELIVERED
    assert fresh(send).state == "sending"  # what is settled costs nothing more
    assert not Outbox.objects.exists()


def test_the_cost_is_reserved_and_never_passes_the_ceiling() -> None:
    send = released(crowd(3), price=Decimal("0.04"), cost_ceiling=Decimal("0.08"))
    assert len(take(send.sender, 10, NOON)) == 2
    send = fresh(send)
    assert (send.reserved, send.state) == (Decimal("0.08"), "paused")
    assert send.pause_reason == "The cost ceiling is reached."
    assert Outbox.objects.count() == 1


def test_what_somebody_waits_for_goes_before_bulk() -> None:
    sender = witness_sender()
    released(crowd(2), sender=sender)
    reply = countersigned(crowd(1), sender=sender, kind=Send.Kind.REPLY)
    release_due(NOON)
    (taken,) = take(sender, 1, NOON)
    assert taken.send_id == reply.pk


def test_a_slow_send_gets_its_share_of_a_batch() -> None:
    sender = witness_sender(per_second=80)
    slow = released(crowd(5), sender=sender, per_second=4)
    released(crowd(9), sender=sender)
    batch = take(sender, 8, NOON)
    assert len(batch) == 8
    assert sum(taken.send_id == slow.pk for taken in batch) == 2


def test_a_slow_send_is_not_marked_further_ahead_than_its_pace_needs() -> None:
    sender = witness_sender(per_second=80)
    slow = released(crowd(5), sender=sender, per_second=4)
    assert len(take(sender, 8, NOON)) == 2
    assert len(take(sender, 8, NOON, {slow.pk: 1})) == 1
    assert take(sender, 8, NOON, {slow.pk: 2}) == []
