"""Customers edit and take back what they wrote, and WhatsApp puts notices of its own into the chat."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from audit.models import Entry
from messaging.inbox.apply import apply_waiting
from messaging.models import Contact, Conversation, InboundMessage, Sender, Suppression
from messaging.whatsapp.conversations.thread import thread
from tests.factories import NOON, ContactFactory, SenderFactory
from tests.webhooks import arrived, messages_body, text

pytestmark = pytest.mark.django_db

MRS_LAM = {"from": "85261234567"}
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def mrs_lam(sender: Sender) -> Contact:
    return ContactFactory(organisation=sender.organisation, phone="+85261234567", bsuid="HK.555")


def hear(sender: Sender, *messages: dict[str, Any]) -> None:
    arrived(sender, messages_body(sender, messages=messages))
    apply_waiting(LATER)


def said(kind: str, message_id: str, at: datetime = LATER, **content: Any) -> dict[str, Any]:
    return {"id": message_id, "timestamp": str(int(at.timestamp())), "type": kind, kind: content, **MRS_LAM}


def taken_back(original: str, message_id: str = "wamid.R") -> dict[str, Any]:
    return said("revoke", message_id, original_message_id=original)


def kept() -> list[tuple[str, str]]:
    return list(InboundMessage.objects.order_by("pk").values_list("kind", "text"))


def test_what_a_customer_takes_back_is_no_longer_there_to_be_read(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "My card is 4111", NOON, **MRS_LAM))
    hear(sender, taken_back("wamid.1"))
    assert kept() == [("revoke", "")]
    rows, _more = thread(Conversation.objects.get(), 10)
    assert [(row.kind, row.text) for row in rows] == [("revoke", "")]
    assert Entry.objects.filter(action="message.taken_back").count() == 1


def test_what_was_taken_back_before_it_was_told_is_never_kept(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, taken_back("wamid.1"))
    hear(sender, text("wamid.1", "My card is 4111", NOON, **MRS_LAM))
    assert kept() == [("revoke", "")]


@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_stop_that_was_taken_back_still_is_one(sender: Sender, mrs_lam: Contact, is_told_first: bool) -> None:
    told = [text("wamid.1", "STOP", NOON, **MRS_LAM), taken_back("wamid.1")]
    for one in told if is_told_first else reversed(told):
        hear(sender, one)
    assert Suppression.objects.filter(contact=mrs_lam, lifted_at=None).count() == 1


def test_nobody_takes_back_what_somebody_else_wrote(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "Two oolong please", NOON, **{"from": "85261110000"}))
    hear(sender, taken_back("wamid.1"))
    assert kept() == [("text", "Two oolong please")]


def test_taking_back_twice_is_written_down_once(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "Hello", NOON, **MRS_LAM))
    hear(sender, taken_back("wamid.1"))
    hear(sender, taken_back("wamid.1"))
    assert Entry.objects.filter(action="message.taken_back").count() == 1


def test_an_edit_stands_beside_what_it_changes_and_opens_no_new_window(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "Two oolong", NOON, **MRS_LAM))
    new = {"type": "text", "text": {"body": "Three oolong"}}
    hear(sender, said("edit", "wamid.2", original_message_id="wamid.1", message=new))
    edit = InboundMessage.objects.get(kind="edit")
    assert (edit.text, edit.in_reply_to) == ("Three oolong", "wamid.1")
    conversation = Conversation.objects.get()
    assert conversation.window_until == NOON + timedelta(hours=24)
    assert conversation.unread == 2


def test_a_stop_that_was_edited_in_counts_at_once(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "Hello", NOON, **MRS_LAM))
    new = {"type": "text", "text": {"body": "STOP"}}
    hear(sender, said("edit", "wamid.2", original_message_id="wamid.1", message=new))
    assert Suppression.objects.filter(contact=mrs_lam, lifted_at=None).count() == 1


def test_a_notice_of_whatsapps_is_shown_but_is_nobodys_word(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, text("wamid.1", "Hello", NOON, **MRS_LAM))
    hear(sender, said("system", "wamid.2", body="STOP", type="customer_identity_changed"))
    conversation = Conversation.objects.get()
    assert (conversation.window_until, conversation.unread) == (NOON + timedelta(hours=24), 1)
    assert not Suppression.objects.filter(contact=mrs_lam).exists()
    assert [row.kind for row in thread(conversation, 10)[0]] == ["text", "system"]
    mrs_lam.refresh_from_db()
    assert mrs_lam.last_inbound_at == NOON


def test_a_notice_alone_begins_no_conversation(sender: Sender, mrs_lam: Contact) -> None:
    hear(sender, said("system", "wamid.2", body="Her code changed", type="customer_identity_changed"))
    assert not Conversation.objects.exists()
