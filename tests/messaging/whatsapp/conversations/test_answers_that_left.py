"""The engine tells of replies that the provider has taken, in the transaction that writes it down."""

from datetime import timedelta
from decimal import Decimal

import pytest

from messaging.engine.finish import finish
from messaging.engine.taken import Ending, Result, Taken
from messaging.models import Attempt, Conversation, Message, Reply, Status
from tests.factories import NOON, ConversationFactory, SenderFactory, harbour_tea
from tests.messaging.whatsapp.conversations.speaking import replied

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    made: Conversation = ConversationFactory(sender=SenderFactory(account__organisation=harbour_tea()), unread=1)
    return made


def handed_over(reply: Reply, ending: Ending) -> None:
    """The reply is handed to the provider, which answers so."""
    conversation, send = reply.conversation, reply.send
    message = Message.objects.create(
        organisation=conversation.organisation, send=send, contact=conversation.contact, sender=conversation.sender,
        address=conversation.contact.phone, address_kind="phone", category="service", queued_at=NOON,
        status=Status.SENDING,
    )  # fmt: skip
    attempt = Attempt.objects.create(
        message=message, contact=conversation.contact, sender=conversation.sender, category="service",
        started_at=NOON, lease_until=NOON + timedelta(minutes=1),
    )  # fmt: skip
    taken = Taken(
        attempt.pk, message.pk, send.pk, conversation.contact_id, message.address, "phone", None, {}, "service",
        Decimal(0), 0, 0, 80,
    )  # fmt: skip
    finish([Result(taken, ending, provider_id="wamid.1")], conversation.sender, NOON)


@pytest.mark.parametrize(("origin", "waits"), [("team", False), ("payment", False), ("automation", True)])
def test_an_answer_that_was_taken_ends_the_wait_unless_nobody_wrote_it(
    conversation: Conversation, origin: str, waits: bool
) -> None:
    handed_over(replied(conversation, NOON, origin=origin), Ending.ACCEPTED)
    conversation.refresh_from_db()
    assert conversation.last_outbound_at == NOON
    assert (conversation.waiting_since is not None) is waits
    assert conversation.automatic_turns == int(waits)


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.UNSURE, Ending.NOT_ATTEMPTED])
def test_one_that_perhaps_never_left_does_not(conversation: Conversation, ending: Ending) -> None:
    handed_over(replied(conversation, NOON), ending)
    conversation.refresh_from_db()
    assert (conversation.last_outbound_at, conversation.waiting_since) == (None, NOON - timedelta(hours=1))
