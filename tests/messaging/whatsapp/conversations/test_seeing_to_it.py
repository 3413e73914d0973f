"""Answers, handovers, labels and the end: what they change, and what stays written."""

from datetime import timedelta
from uuid import UUID

import pytest

from audit.models import Entry
from messaging.contacts.merging import merge
from messaging.models import Contact, Conversation, MergeTask, Note
from messaging.whatsapp.conversations.answering import note_answer
from messaging.whatsapp.conversations.closing import close, reasons_against_closing
from messaging.whatsapp.conversations.handing_over import hand_to_person
from messaging.whatsapp.conversations.labels import label
from messaging.whatsapp.conversations.moving import move
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    ConversationFactory,
    InboundMessageFactory,
    QueueFactory,
    SenderFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
)
from tests.messaging.spring_tea import tea_assistant
from tests.messaging.whatsapp.conversations.speaking import desk, inbox_actor, replied

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def conversation() -> Conversation:
    made: Conversation = ConversationFactory(
        opened_at=NOON, sender=SenderFactory(account__organisation=harbour_tea()), reply_due_at=NOON + 30 * MINUTE
    )
    InboundMessageFactory(conversation=made, at=NOON)
    return made


def answered(conversation: Conversation, minutes: int, is_automatic: bool = False) -> Conversation:
    note_answer(conversation, NOON + minutes * MINUTE, is_automatic)
    conversation.refresh_from_db()
    return conversation


def test_a_persons_answer_ends_the_wait(conversation: Conversation) -> None:
    after = answered(conversation, 10)
    assert (after.waiting_since, after.reply_due_at, after.unread) == (None, None, 0)
    assert (after.first_replied_at, after.last_outbound_at) == (NOON + 10 * MINUTE, NOON + 10 * MINUTE)
    assert (after.replies_in_time, after.replies_late) == (1, 0)


def test_an_answer_after_the_promised_time_is_late(conversation: Conversation) -> None:
    after = answered(conversation, 31)
    assert (after.replies_in_time, after.replies_late) == (0, 1)


def test_what_automation_says_ends_no_wait_and_is_counted(conversation: Conversation) -> None:
    answered(conversation, 1, is_automatic=True)
    after = answered(conversation, 2, is_automatic=True)
    assert (after.waiting_since, after.automatic_turns, after.first_replied_at) == (NOON, 2, None)
    assert after.last_outbound_at == NOON + 2 * MINUTE
    assert answered(conversation, 3).automatic_turns == 0


def test_who_wrote_again_after_the_answer_had_left_still_waits_since_then(conversation: Conversation) -> None:
    InboundMessageFactory(conversation=conversation, at=NOON + 20 * MINUTE)
    after = answered(conversation, 10)
    assert (after.waiting_since, after.reply_due_at) == (NOON + 20 * MINUTE, NOON + 50 * MINUTE)


def test_answers_that_are_noted_in_another_order_leave_the_same(conversation: Conversation) -> None:
    answered(conversation, 20)
    after = answered(conversation, 10)
    assert (after.first_replied_at, after.last_outbound_at) == (NOON + 10 * MINUTE, NOON + 20 * MINUTE)
    assert (after.replies_in_time, after.replies_late) == (1, 0)


@pytest.mark.parametrize(("hours", "free"), [(1, True), (23, True), (24, False)])
def test_an_answer_within_a_day_of_an_ad_makes_three_days_free(
    conversation: Conversation, hours: int, free: bool
) -> None:
    Conversation.objects.update(ad_clicked_at=NOON)
    after = answered(conversation, hours * 60, is_automatic=True)
    assert after.free_until == (NOON + hours * HOUR + 72 * HOUR if free else None)
    assert after.window_until == NOON + 24 * HOUR
    assert answered(conversation, hours * 60 + 1).free_until == after.free_until


def test_a_handover_is_written_down_with_who_had_it_before(conversation: Conversation) -> None:
    before, orders = conversation.queue.name, QueueFactory(name="Orders", reply_minutes=5)
    after = move(conversation, orders, ken_ho(), desk(mei_chan()), NOON, note="She is upset; be kind.")
    assert (after.queue, after.owner, after.version) == (orders, ken_ho(), 2)
    assert after.reply_due_at == NOON + 5 * MINUTE
    move(conversation, orders, None, desk(mei_chan()), NOON)
    first, second = conversation.events.filter(kind="assigned").order_by("pk")
    assert (first.by, first.facts["from_queue_name"], first.facts["owner_name"]) == ("Mei Chan", before, "Ken Ho")
    assert (second.facts["from_owner_name"], second.facts["owner_name"]) == ("Ken Ho", "")
    assert Note.objects.get().text == "She is upset; be kind."
    assert "kind" not in str([entry.facts for entry in Entry.objects.filter(action="conversation.assigned")])
    assert "upset" not in str(list(conversation.events.values_list("facts", flat=True)))


def test_handed_to_people_the_customer_waits_for_a_person(conversation: Conversation) -> None:
    answered(conversation, 1)
    orders = QueueFactory(name="Orders")
    after = hand_to_person(conversation, "asked for a person", inbox_actor(), NOON + HOUR, orders)
    assert (after.by_hand_since, after.waiting_since, after.queue) == (NOON + HOUR, NOON + HOUR, orders)
    again = hand_to_person(conversation, "asked again", inbox_actor(), NOON + 2 * HOUR)
    assert (again.by_hand_since, again.version) == (NOON + HOUR, after.version)
    assert conversation.events.filter(kind="handed_over").count() == 1


def test_labels_are_put_on_and_taken_off_once(conversation: Conversation) -> None:
    label(conversation, ["tea", "urgent"], [], desk(ken_ho()), NOON)
    label(conversation, ["tea"], [], desk(ken_ho()), NOON)
    after = label(conversation, ["green"], ["tea"], desk(ken_ho()), NOON)
    assert (after.labels, after.version) == (["green", "urgent"], 3)
    assert [event.facts for event in conversation.events.filter(kind="labelled").order_by("pk")] == [
        {"added": ["tea", "urgent"], "removed": []},
        {"added": ["green"], "removed": ["tea"]},
    ]


def test_closing_keeps_what_came_of_it_and_whether_it_was_in_time(conversation: Conversation) -> None:
    Conversation.objects.update(resolve_due_at=NOON + HOUR, by_hand_since=NOON)
    after = close(conversation, "Sent oolong", ["tea"], NOON + DAY, desk(ken_ho()), NOON + 2 * HOUR)
    assert (after.state, after.outcome, after.labels, after.follow_up_at) == (
        "closed",
        "Sent oolong",
        ["tea"],
        NOON + DAY,
    )
    assert (after.unread, after.waiting_since, after.reply_due_at, after.by_hand_since) == (0, None, None, None)
    assert conversation.events.get(kind="closed").facts == {"outcome": "Sent oolong", "in_time": False}


def test_a_complaint_or_escalation_is_closed_by_its_owner_in_person_alone(conversation: Conversation) -> None:
    conversation.waiting_since = None
    ken = ken_ho()

    def against(confirmed_by: UUID | None = ken.pk) -> list[str]:
        return [reason.code for reason in reasons_against_closing(conversation, confirmed_by, False)]

    assert against() == []
    for concern in ("complaint", "escalation"):
        conversation.concern, conversation.owner = concern, None
        assert against() == ["no_owner"]
        conversation.owner = ken_ho()
        assert against(mei_chan().pk) == ["owner_has_not_confirmed"]
        assert against(None) == ["owner_has_not_confirmed"]
        assert against() == []
    conversation.concern = "payment"
    assert against(mei_chan().pk) == []


def test_who_still_waits_for_an_answer_is_not_closed_unawares(conversation: Conversation) -> None:
    ken = ken_ho().pk
    assert [one.code for one in reasons_against_closing(conversation, ken, False)] == ["customer_waits"]
    assert list(reasons_against_closing(conversation, ken, True)) == []
    conversation.state = "closed"
    assert [one.code for one in reasons_against_closing(conversation, ken, True)] == ["already_closed"]


def merged(kept: Contact, other: Contact) -> None:
    task = MergeTask.objects.create(
        organisation=kept.organisation, first=kept, second=other, evidence="phone", found_at=NOON
    )
    merge(task, kept.pk, desk(mei_chan()), NOON)


def test_two_open_conversations_of_one_person_become_one(conversation: Conversation) -> None:
    other = ConversationFactory(
        sender=conversation.sender, contact=ContactFactory(phone=None, bsuid="HK.1"), opened_at=NOON - HOUR,
        concern="complaint", labels=["late"], owner=ken_ho(), unread=2, by_hand_since=NOON,
        queue=QueueFactory(name="Lawyers", is_restricted=True),
    )  # fmt: skip
    InboundMessageFactory(conversation=other, at=NOON - HOUR)
    reply = replied(other, NOON)
    merged(conversation.contact, other.contact)
    conversation.refresh_from_db()
    other.refresh_from_db()
    assert conversation.inbound.count() == 2
    assert (conversation.queue.name, conversation.owner, conversation.concern) == ("Lawyers", ken_ho(), "complaint")
    assert (conversation.opened_at, conversation.waiting_since) == (NOON - HOUR, NOON - HOUR)
    assert (conversation.window_until, conversation.by_hand_since) == (NOON + DAY, NOON)
    assert (other.state, other.contact, other.waiting_since) == ("closed", conversation.contact, None)
    reply.refresh_from_db()
    assert reply.conversation == conversation
    assert Entry.objects.filter(action="conversations.joined").count() == 1


def test_conversations_with_another_number_or_closed_ones_only_change_hands(conversation: Conversation) -> None:
    other = ContactFactory(phone=None, bsuid="HK.1")
    elsewhere = ConversationFactory(sender=SenderFactory(account=conversation.sender.account), contact=other)
    past = ConversationFactory(sender=conversation.sender, contact=other, state="closed", closed_at=NOON)
    merged(conversation.contact, other)
    for one in (elsewhere, past):
        state = one.state
        one.refresh_from_db()
        assert (one.contact, one.state) == (conversation.contact, state)


def test_an_agent_is_known_by_its_name_in_the_history(conversation: Conversation) -> None:
    label(conversation, ["tea"], [], tea_assistant(owner=AgentFactory().owner), NOON)
    assert conversation.events.get().by == "Tea assistant"
