"""The inbox beside lanes that hold messages: it keeps nothing locked while it waits for something else."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection, connections

from accounts.tenancy import as_login_role
from messaging.inbox.apply import apply_waiting
from messaging.models import Attempt, Message, Outcome, Send, Status, WebhookFailure
from tests.factories import NOON, ContactFactory, SendFactory
from tests.webhooks import arrived, messages_body, status, text

pytestmark = pytest.mark.django_db(transaction=True)

LOCK = "SELECT id FROM messaging_message WHERE id = %s FOR NO KEY UPDATE"


def handed_over(send: Send, phone: str, provider_id: str) -> Message:
    contact = ContactFactory(organisation=send.organisation, phone=phone)
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=contact, sender=send.sender, address=phone,
        address_kind="phone", category="marketing", queued_at=NOON, handed_at=NOON, status=Status.ACCEPTED,
        provider_id=provider_id,
    )  # fmt: skip


@pytest.fixture
def lane() -> Iterator[psycopg.Connection]:
    """Somebody else on the same database, in a transaction."""
    facts = connection.get_connection_params()
    with psycopg.connect(host=facts["host"], user=facts["user"], dbname=facts["dbname"]) as other:
        yield other
        other.rollback()


def apply_in_background() -> threading.Thread:
    def work() -> None:
        try:
            apply_waiting(NOON + timedelta(minutes=5))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_reply_that_waits_for_its_message_keeps_no_other_message_locked(lane: psycopg.Connection) -> None:
    send = SendFactory()
    answered = handed_over(send, "+85261110001", "wamid.answered")
    reported = handed_over(send, "+85261110002", "wamid.reported")
    reply = text("wamid.reply", "Thank you", NOON, **{"from": "85261110001"})
    arrived(
        send.sender, messages_body(send.sender, statuses=[status("wamid.reported", "read", NOON)], messages=[reply])
    )
    lane.execute(LOCK, [answered.pk])
    applying = apply_in_background()
    deadline = time.monotonic() + 10
    while Message.objects.get(pk=reported.pk).status != Status.READ and time.monotonic() < deadline:
        time.sleep(0.02)
    lane.execute(f"{LOCK} NOWAIT", [reported.pk])
    lane.commit()
    applying.join(10)
    assert Message.objects.get(pk=answered.pk).replied_at is not None


def test_while_one_consumer_is_at_it_another_leaves_the_work_to_it(lane: psycopg.Connection) -> None:
    send = SendFactory()
    message = handed_over(send, "+85261110001", "wamid.held")
    arrived(send.sender, messages_body(send.sender, statuses=[status("wamid.held", "read", NOON)]))
    lane.execute(LOCK, [message.pk])
    applying = apply_in_background()
    time.sleep(0.3)
    assert apply_waiting(NOON + timedelta(minutes=5)) == 0
    lane.commit()
    applying.join(10)
    assert Message.objects.get(pk=message.pk).status == Status.READ


WAITING = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"


def somebody_waits_for_a_lock() -> bool:
    """Only who logged in as they did is told what others wait for."""
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_a_late_proof_and_a_lane_that_writes_results_down_wait_for_each_other_in_one_order(
    lane: psycopg.Connection,
) -> None:
    """What counted as failed arrived after all, so its send owes for it again. The lane has that send, and locks the
    message next, as everybody does."""
    send = SendFactory()
    arrived_late = handed_over(send, "+85261110001", "wamid.late")
    Message.objects.filter(pk=arrived_late.pk).update(status=Status.FAILED)
    Attempt.objects.create(
        message=arrived_late, contact=arrived_late.contact, sender=send.sender, category="marketing", started_at=NOON,
        lease_until=NOON, outcome=Outcome.FAILED, price=Decimal("0.0732"),
    )  # fmt: skip
    arrived(send.sender, messages_body(send.sender, statuses=[status("wamid.late", "delivered", NOON)]))
    lane.execute("SELECT id FROM messaging_send WHERE id = %s FOR NO KEY UPDATE", [send.pk])
    applying = apply_in_background()
    deadline = time.monotonic() + 10
    while not somebody_waits_for_a_lock():
        assert time.monotonic() < deadline, "nobody waits for the send that the lane has"
        time.sleep(0.02)
    lane.execute(f"{LOCK} NOWAIT", [arrived_late.pk])  # whoever waits for the send keeps no message from us
    lane.commit()
    applying.join(10)
    arrived_late.refresh_from_db()
    assert (arrived_late.status, Send.objects.get().reserved) == (Status.DELIVERED, Decimal("0.0732"))
    assert not WebhookFailure.objects.exists()
