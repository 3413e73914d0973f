"""What somebody sends from the phone app goes past the gate: it is written down, flagged, and answers for us."""

from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from messaging.inbox.apply import apply_waiting
from messaging.models import Contact, Conversation, Message, PhoneEcho, Sender
from messaging.whatsapp.automation.choosing import why_silent
from messaging.whatsapp.conversations.thread import thread
from tests.factories import NOON, ContactFactory, SenderFactory, SuppressionFactory
from tests.webhooks import arrived, body_of, messages_body, text

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def mrs_lam(sender: Sender) -> Contact:
    return ContactFactory(organisation=sender.organisation, phone="+85261234567", bsuid="HK.555")


def hear(sender: Sender) -> Conversation:
    arrived(sender, messages_body(sender, messages=[text("wamid.1", "Which tea?", NOON, **{"from": "85261234567"})]))
    apply_waiting(NOON)
    return Conversation.objects.get()


def echo(sender: Sender, voice: Sender | None = None, **more: Any) -> None:
    """Ken answers from the phone of the shop."""
    said = {"from": sender.number, "to": "85261234567", "id": "wamid.E", "timestamp": str(int(LATER.timestamp())),
            "type": "text", "text": {"body": "The oolong"}, **more}  # fmt: skip
    value = {"metadata": {"phone_number_id": sender.provider_ref}, "message_echoes": [said]}
    arrived(voice or sender, body_of(sender.account.waba_id, "smb_message_echoes", value))
    apply_waiting(LATER)


def test_it_is_kept_as_outbound_that_nobody_approved(sender: Sender, mrs_lam: Contact) -> None:
    conversation = hear(sender)
    echo(sender)
    kept = PhoneEcho.objects.get()
    assert (kept.contact, kept.kind, kept.text, kept.at, kept.after_a_no) == (
        mrs_lam, "text", "The oolong", LATER, False,
    )  # fmt: skip
    last = thread(conversation, 10)[0][-1]
    assert (last.from_customer, last.text, last.origin, last.status) == (
        False, "The oolong", "phone", "Sent from the phone, not approved",
    )  # fmt: skip
    assert Entry.objects.filter(action="message.by_phone").count() == 1
    assert not Message.objects.exists()


def test_told_twice_it_is_kept_once(sender: Sender, mrs_lam: Contact) -> None:
    echo(sender)
    echo(sender)
    assert PhoneEcho.objects.count() == 1


def test_the_customer_has_been_answered_and_automation_keeps_silent(sender: Sender, mrs_lam: Contact) -> None:
    conversation = hear(sender)
    assert conversation.waiting_since == NOON
    echo(sender)
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.unread, conversation.last_outbound_at) == (None, 0, LATER)
    question = conversation.inbound.get()
    assert why_silent(question, conversation, LATER) == "answered_by_a_person"
    assert conversation.window_until == NOON + timedelta(hours=24)  # only the customer opens it


def test_a_reaction_answers_nobody(sender: Sender, mrs_lam: Contact) -> None:
    conversation = hear(sender)
    echo(sender, type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    conversation.refresh_from_db()
    assert conversation.waiting_since == NOON
    assert PhoneEcho.objects.get().target == "wamid.1"


def test_one_to_somebody_who_has_opted_out_is_flagged_and_the_no_stands(sender: Sender, mrs_lam: Contact) -> None:
    no = SuppressionFactory(contact=mrs_lam)
    echo(sender)
    assert PhoneEcho.objects.get().after_a_no
    no.refresh_from_db()
    assert no.lifted_at is None


def test_one_to_somebody_known_by_id_alone_is_theirs(sender: Sender, mrs_lam: Contact) -> None:
    echo(sender, to=None, to_user_id="HK.555")
    assert PhoneEcho.objects.get().contact == mrs_lam


def test_another_accounts_webhook_writes_nothing_down_for_us(sender: Sender, mrs_lam: Contact) -> None:
    echo(sender, voice=SenderFactory())
    assert not PhoneEcho.objects.exists()
