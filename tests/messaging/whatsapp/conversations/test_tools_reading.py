"""What the inbox tells whom: lists, one conversation, and who sees to what."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.taint import is_tainted
from messaging.models import Conversation
from messaging.whatsapp.conversations.history import note_down
from messaging.whatsapp.conversations.moving import move
from tests.factories import (
    NOON,
    ConversationFactory,
    InboundMessageFactory,
    SenderFactory,
    ada_wong,
    ken_ho,
    mei_chan,
    other_tenant,
)
from tests.messaging.whatsapp.commerce.tea_counter import plain_order
from tests.messaging.whatsapp.conversations.speaking import desk, replied
from tests.messaging.whatsapp.conversations.tea_inbox import TeaInbox, ken, kens_agent, lucy, lucy_ma, read
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def names(actor: Actor, **ask: Any) -> list[str]:
    """Whose conversations are listed, by their ids: names are masked for whoever serves customers."""
    rows = read("conversations.list", actor, **ask)["conversations"]
    found = Conversation.objects.in_bulk([row["conversation_id"] for row in rows])
    by_id = {str(one.pk): one.contact.name for one in found.values()}
    return [by_id[row["conversation_id"]] for row in rows]


def test_the_list_holds_what_ones_teams_see_latest_word_first(inbox: TeaInbox) -> None:
    inbox.conversation("Ann")
    inbox.conversation("Bo", inbox.orders, last_inbound_at=NOON)
    inbox.conversation("Cat", inbox.lawyers)
    ConversationFactory(sender=SenderFactory(account__organisation=other_tenant()))
    assert names(ken()) == ["Bo", "Ann"]
    assert names(kens_agent()) == ["Bo", "Ann"]
    assert sorted(names(lucy())) == ["Ann", "Cat"]
    assert len(names(desk(mei_chan()))) == 3


def test_the_list_is_narrowed_by_everything_a_team_works_by(inbox: TeaInbox) -> None:
    inbox.conversation("Ann", unread=2, reply_due_at=NOON - MINUTE, labels=["tea"])
    inbox.conversation(
        "Bo", inbox.orders, owner=ken_ho(), window_until=NOON + HOUR, reply_due_at=NOON + MINUTE, last_inbound_at=NOON
    )
    inbox.conversation("Cat", window_until=NOON - MINUTE, last_inbound_at=NOON - DAY, owner=ken_ho())
    inbox.conversation("Dan", state="closed", closed_at=NOON, resolve_due_at=NOON - DAY)
    inbox.conversation("Eve", state="closed", closed_at=NOON, archived_at=NOON)
    found = {
        "state": (names(ken(), state="closed"), names(ken(), state="archived")),
        "owner": (names(ken(), owner_id=str(ken_ho().pk)), names(ken(), nobodys=True)),
        "queue": names(ken(), queue_id=str(inbox.orders.pk)),
        "unread": names(ken(), unread=True),
        "label": names(ken(), label="tea"),
        "sla": (names(ken(), sla="overdue"), names(ken(), sla="in_time")),
        "window": (names(ken(), window="open"), names(ken(), window="closing"), names(ken(), window="closed")),
        "wrote": (
            names(ken(), wrote_before="2026-03-02T00:00:00+08:00"),
            names(ken(), wrote_after="2026-03-02T00:00:00+08:00"),
        ),
    }
    assert found == {
        "state": (["Dan"], ["Eve"]),
        "owner": (["Bo", "Cat"], ["Ann"]),
        "queue": ["Bo"],
        "unread": ["Ann"],
        "label": ["Ann"],
        "sla": (["Ann"], ["Bo", "Cat"]),
        "window": (["Bo", "Ann"], ["Bo"], ["Cat"]),
        "wrote": (["Cat"], ["Bo", "Ann"]),
    }


def test_the_list_is_read_page_by_page(inbox: TeaInbox) -> None:
    for name in ("Ann", "Bo", "Cat"):
        inbox.conversation(name)
    first = read("conversations.list", ken(), limit=2)
    second = read("conversations.list", ken(), limit=2, cursor=first["next_cursor"])
    rows = first["conversations"] + second["conversations"]
    assert len({row["conversation_id"] for row in rows}) == 3
    assert second["next_cursor"] == ""


def test_names_are_masked_for_whoever_serves_customers_and_not_for_who_may_see_them(inbox: TeaInbox) -> None:
    inbox.conversation("Ann Lam")
    assert read("conversations.list", ken())["conversations"][0]["contact_name"] == "A•••"
    assert read("conversations.list", desk(mei_chan()))["conversations"][0]["contact_name"] == "Ann Lam"


def test_a_conversation_is_read_with_both_sides_in_order(inbox: TeaInbox) -> None:
    one = inbox.conversation(opened_at=NOON)
    replied(one, NOON + MINUTE, "We do")
    InboundMessageFactory(conversation=one, at=NOON + 2 * MINUTE, kind="button", text="Yes, please", payload="yes")
    told = read("conversation.get", ken(), conversation_id=str(one.pk))
    assert [(row["from_customer"], row["kind"], row["text"], row["button"]) for row in told["messages"]] == [
        (True, "text", "Do you have oolong?", ""),
        (False, "text", "We do", ""),
        (True, "button", "Yes, please", "yes"),
    ]
    assert (told["messages"][1]["by"], told["messages"][1]["origin"]) == ("Ken Ho", "team")
    assert told["read_on_before"] is None


def test_what_was_said_in_one_moment_stands_on_one_page(inbox: TeaInbox) -> None:
    one = inbox.conversation(opened_at=NOON)
    for second in (1, 1, 1, 2):
        InboundMessageFactory(conversation=one, at=NOON + timedelta(seconds=second), text=f"At {second}")
    last = read("conversation.get", ken(), conversation_id=str(one.pk), limit=2)
    assert [row["text"] for row in last["messages"]] == ["At 1", "At 1", "At 1", "At 2"]
    before = read("conversation.get", ken(), conversation_id=str(one.pk), before=last["read_on_before"])
    assert [row["text"] for row in before["messages"]] == ["Do you have oolong?"]


def test_customers_words_are_marked_and_taint_whoever_reads_them(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    agent = kens_agent()
    read("conversations.list", agent)
    answer = call("whatsapp.conversation.get", {"conversation_id": str(one.pk)}, agent, NOON)
    assert answer.untrusted
    assert is_tainted(agent, NOON)


def test_reading_a_list_without_names_taints_nobody(inbox: TeaInbox) -> None:
    inbox.conversation()
    read("conversations.list", ken())
    assert not is_tainted(ken(), NOON)


def test_notes_are_read_by_people_of_the_team_alone(inbox: TeaInbox) -> None:
    one = inbox.conversation(queue=inbox.orders)
    note_down(one, "She is a lawyer; be careful.", ken(), NOON)
    assert read("conversation.get", ken(), conversation_id=str(one.pk))["notes"][0]["text"].startswith("She is")
    told = read("conversation.get", kens_agent(), conversation_id=str(one.pk))
    assert (told["notes"][0]["text"], told["notes_are_masked"]) == ("••••", True)


def test_attachments_are_references_for_whoever_may_see_personal_data(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    photo = InboundMessageFactory(conversation=one, at=NOON, kind="image", text="")
    file = on_shelf(organisation=one.organisation, conversation=one, inbound=photo).pk

    def shown(actor: Actor) -> str:
        return str(read("conversation.get", actor, conversation_id=str(one.pk))["messages"][1]["attachment"])

    assert shown(desk(mei_chan())) == str(file)
    assert shown(ken()) == f"••••{str(file)[-3:]}"


def test_orders_and_crm_are_told_and_the_crm_masked(inbox: TeaInbox) -> None:
    one = inbox.conversation()
    one.contact.crm_id, one.contact.attributes = "CRM-77001", {"tier": "gold"}
    one.contact.save()
    plain_order(one)
    told = read("conversation.get", ken(), conversation_id=str(one.pk))
    assert told["orders"][0]["amount"] == "176.000"
    assert (told["customer"]["crm_id"], told["customer"]["attributes"]) == ("••••001", {"tier": "••••"})
    assert read("conversation.get", desk(ada_wong()), conversation_id=str(one.pk))["customer"]["crm_id"] == "CRM-77001"


def test_a_restricted_queue_is_not_told_of_by_the_history(inbox: TeaInbox) -> None:
    one = inbox.conversation(queue=inbox.lawyers)
    move(one, inbox.everybodys, ken_ho(), desk(mei_chan()), NOON)
    facts = read("conversation.get", ken(), conversation_id=str(one.pk))["history"][0]["facts"]
    assert (facts["from_queue_name"], facts["queue_name"]) == ("", "Customers")
    row = read("inbox_assignments.list", ken())["handovers"][0]
    assert (row["from_queue"], row["to_queue"], row["to_owner"]) == ("", "Customers", "Ken Ho")
    assert read("inbox_assignments.list", lucy())["handovers"][0]["from_queue"] == "Lawyers"


def test_assignments_show_only_the_queues_and_handovers_one_may_know_of(inbox: TeaInbox) -> None:
    hidden = inbox.conversation(queue=inbox.lawyers)
    move(hidden, inbox.lawyers, lucy_ma(), lucy(), NOON)
    inbox.conversation(queue=inbox.orders, reply_due_at=NOON - MINUTE)
    told = read("inbox_assignments.list", ken())
    assert [queue["name"] for queue in told["queues"]] == ["Customers", "Orders"]
    assert told["handovers"] == []
    orders = told["queues"][1]
    assert (orders["open"], orders["unassigned"], orders["waiting"], orders["overdue"]) == (1, 1, 1, 1)
    assert "Lawyers" not in str(told)
    assert "Legal" not in str(told)
    assert [queue["name"] for queue in read("inbox_assignments.list", lucy())["queues"]] == ["Customers", "Lawyers"]
