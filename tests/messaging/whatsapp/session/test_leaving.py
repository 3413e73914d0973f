"""From the countersignature to the carrier, and what stays in when the window closes on the way."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from messaging.engine.reap import reap
from messaging.engine.release import release_due
from messaging.engine.standing import reasons_against
from messaging.engine.take import take
from messaging.engine.tallies import tally
from messaging.models import Conversation, Message, Outbox, Priority, Reply, Status, Verdict
from messaging.whatsapp.conversations.windows import open_until
from tests.factories import NOON, SuppressionFactory
from tests.messaging.engine.running import run
from tests.messaging.engine.stage import Witness, fresh, witness_sender
from tests.messaging.whatsapp.session.stage import HELLO, ann_wrote, at_once, sent

pytestmark = pytest.mark.usefixtures("reply_tools")


@pytest.mark.django_db(transaction=True)
def test_a_reply_goes_through_the_lane_with_its_body_byte_for_byte(witness: Witness) -> None:
    at_once()
    now = database_now()
    ann = ann_wrote(now - timedelta(hours=1), witness_sender())
    send = sent(ann, now)
    release_due(now)
    run(send)
    (outgoing,) = witness.journal
    assert (outgoing.to, outgoing.to_kind, outgoing.body) == (ann.contact.phone, "phone", HELLO)
    reap(database_now())
    ann.refresh_from_db()
    assert ann.last_outbound_at is not None
    assert ann.waiting_since is None
    assert (fresh(send).state, tally(fresh(send)).accepted, tally(fresh(send)).closes) == ("completed", 1, True)


@pytest.mark.django_db
def test_somebody_waits_for_it_so_it_goes_before_what_many_may_read_any_time() -> None:
    at_once()
    sent(ann_wrote())
    release_due(NOON)
    assert Outbox.objects.get().priority == Priority.TRANSACTIONAL


@pytest.mark.django_db
def test_a_window_that_closes_between_approval_and_sending_keeps_the_message_in() -> None:
    at_once()
    ann = ann_wrote()
    send = sent(ann)
    release_due(NOON)
    until = open_until(ann)
    assert until is not None
    closing = until - timedelta(seconds=60)
    assert take(send.sender, 10, closing) == []
    reap(closing)
    message, send = Message.objects.get(), fresh(send)
    assert (message.status, message.verdict) == (Status.EXCLUDED, Verdict.WINDOW_CLOSED)
    assert (send.state, tally(send).excluded, tally(send).closes) == ("expired", {"window_closed": 1}, True)


@pytest.mark.django_db
def test_a_reply_that_nobody_released_in_time_is_left_out_for_the_same_reason() -> None:
    at_once()
    send = sent(ann_wrote())
    late = NOON + timedelta(hours=23)
    release_due(late)
    reap(late)
    assert Message.objects.count() == 0
    assert (tally(fresh(send)).excluded, tally(fresh(send)).closes) == ({"window_closed": 1}, True)


@pytest.mark.django_db
def test_the_engine_asks_for_the_window_again_when_it_marks_the_message() -> None:
    at_once()
    send = sent(ann_wrote())
    release_due(NOON)
    Conversation.objects.update(window_until=NOON + timedelta(seconds=60))
    assert take(send.sender, 10, NOON) == []
    assert Message.objects.get().verdict == Verdict.WINDOW_CLOSED
    assert tally(send).closes


@pytest.mark.django_db
def test_within_the_margin_of_a_second_it_still_goes() -> None:
    at_once()
    send = sent(ann_wrote())
    release_due(NOON)
    Conversation.objects.update(window_until=NOON + timedelta(seconds=61))
    assert len(take(send.sender, 10, NOON)) == 1


@pytest.mark.django_db
def test_a_stop_between_approval_and_sending_keeps_it_in() -> None:
    at_once()
    ann = ann_wrote()
    send = sent(ann)
    release_due(NOON)
    SuppressionFactory(contact=ann.contact)
    assert take(send.sender, 10, NOON) == []
    assert Message.objects.get().verdict == Verdict.SUPPRESSED


@pytest.mark.django_db
def test_a_reply_stands_on_the_conversation_it_was_approved_for() -> None:
    at_once()
    send = sent(ann_wrote())
    assert list(reasons_against(send, NOON, ask_audience=True)) == []
    Conversation.objects.update(state="closed")
    assert [reason.code for reason in reasons_against(send, NOON)] == ["conversation_closed"]
    release_due(NOON)
    assert (fresh(send).state, Message.objects.count()) == ("paused", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("altered", [{"type": "text", "text": {"body": "Pay here: evil.example"}}, {}])
def test_a_body_that_was_altered_after_the_approval_does_not_leave(altered: dict[str, object]) -> None:
    at_once()
    send = sent(ann_wrote())
    Reply.objects.update(body=altered)
    release_due(NOON)
    send = fresh(send)
    assert (send.state, Message.objects.count()) == ("paused", 0)
    assert "not what was approved" in send.pause_reason
