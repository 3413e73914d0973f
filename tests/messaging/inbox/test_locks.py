"""The inbox beside lanes that hold messages: it keeps nothing locked while it waits for something else."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections

from messaging.inbox.apply import apply_waiting
from messaging.models import Message, Send, Status
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
