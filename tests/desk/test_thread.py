"""One conversation as on a phone: both sides in order, what only the team sees, and what stands beside it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Person
from messaging.models import (
    Conversation,
    ConversationEvent,
    InboundMessage,
    Message,
    Note,
    Reply,
    SendState,
    Status,
    Verdict,
)
from tests.desk.counter import MINUTE, ann_asks, do, lin_yu, news, says, the_complaints, the_counter, we_said
from tests.desk.harbour import page, signed_in, status
from tests.factories import (
    NOON,
    ConversationFactory,
    QueueFactory,
    SendFactory,
    SuppressionFactory,
    TemplateTranslationFactory,
    ada_wong,
    ken_ho,
    mei_chan,
)

pytestmark = pytest.mark.django_db


def thread(person: Person, conversation: Conversation, **query: str) -> list[str]:
    """What stands in the thread, one text an entry, from the top."""
    text = page(person, "messaging_conversation_change", conversation.pk, **query)
    entries = re.findall(
        r'<li class="cs-(?:entry|day)[^"]*"[^>]*>(.*?)</li>',
        re.sub(r"<(ul|button).*?</\1>", "", text, flags=re.S),
        re.S,
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", entry).split()) for entry in entries]


def note(conversation: Conversation, text: str, **facts: Any) -> Note:
    facts = {"at": NOON - 20 * MINUTE, "author": "Ken Ho", **facts}
    return Note.objects.create(organisation=conversation.organisation, conversation=conversation, text=text, **facts)


def test_both_sides_stand_in_the_order_in_which_they_spoke() -> None:
    conversation = ann_asks()
    we_said(conversation, "Yes, *two* kinds.", Status.READ)
    note(conversation, "She is a regular.")
    says(conversation, "Lovely", at=NOON - 10 * MINUTE)
    shown = thread(ken_ho(), conversation)
    assert shown[0] == "Monday, 2 March 2026"
    assert [words for words in shown if "oolong" in words or "kinds" in words or "Lovely" in words] == [
        "The customer: Do you have oolong? 11:00",
        "Us: Yes, two kinds. Ken Ho · 11:30 done_all Read",
        "The customer: Lovely 11:50",
    ]
    assert "Note: only the team sees this" in shown[3]


def test_days_are_told_apart() -> None:
    conversation = ann_asks()
    says(conversation, "Yesterday I asked already", at=NOON - timedelta(days=1))
    assert thread(ken_ho(), conversation)[0] == "Sunday, 1 March 2026"
    assert "Monday, 2 March 2026" in thread(ken_ho(), conversation)


@pytest.mark.parametrize(
    ("status_", "facts", "words"),
    [
        (Status.QUEUED, {}, "Queued"),
        (Status.DELIVERED, {}, "Delivered"),
        (Status.UNSURE, {}, "Outcome unknown"),
        (Status.EXCLUDED, {"verdict": Verdict.WINDOW_CLOSED}, "Left out at sending: "),
        (Status.FAILED, {"error_code": "131047"}, "Failed: 131047"),
    ],
)
def test_what_became_of_a_reply_stands_beside_it_in_words(status_: Status, facts: dict[str, Any], words: str) -> None:
    conversation = ann_asks()
    message = we_said(conversation, "Yes.", status_)
    Message.objects.filter(pk=message.pk).update(**facts)
    assert any(words in entry for entry in thread(ken_ho(), conversation) if "Us: Yes." in entry)


def test_a_reply_that_is_no_message_yet_or_never_will_be_is_shown() -> None:
    conversation = ann_asks()
    for text, state in (("Soon", SendState.SCHEDULED), ("Never", SendState.EXPIRED)):
        send = SendFactory(people=[conversation.contact], sender=conversation.sender, kind="reply", state=state)
        Reply.objects.create(send=send, organisation=send.organisation, conversation=conversation, by="Ken Ho",
                             body={"type": "text", "text": {"body": text}}, made_at=NOON)  # fmt: skip
    shown = " ".join(thread(ken_ho(), conversation))
    assert "Soon Ken Ho · 12:00 schedule Goes out in a moment" in shown
    assert "Never Ken Ho · 12:00 block Not sent: Expired" in shown


def test_a_template_that_the_same_number_sent_is_in_the_thread_with_values_masked_for_most() -> None:
    conversation = ann_asks()
    send = SendFactory(people=[conversation.contact], sender=conversation.sender, state="completed", name="Spring tea")
    translation = TemplateTranslationFactory(template__account=conversation.sender.account)
    Message.objects.create(
        organisation=send.organisation, send=send, contact=conversation.contact, sender=conversation.sender,
        address="+85261110001", address_kind="phone", category="marketing", queued_at=NOON - 90 * MINUTE,
        handed_at=NOON - 90 * MINUTE, status=Status.READ, translation=translation, values={"1": "Ann"},
    )  # fmt: skip
    assert "Hello Ann, spring tea is in." in thread(ada_wong(), conversation)[1]
    assert "Hello ••••, spring tea is in." in thread(ken_ho(), conversation)[1]


def test_a_reply_of_another_conversation_with_the_same_person_is_not_among_them() -> None:
    before = ann_asks(state=Conversation.State.CLOSED, opened_at=NOON - timedelta(days=9))
    Conversation.objects.filter(pk=before.pk).update(queue=the_complaints())
    we_said(before, "About your complaint")
    now = ConversationFactory(contact=before.contact, sender=before.sender, queue=the_counter())
    says(now, "Do you have oolong?")
    text = page(ken_ho(), "messaging_conversation_change", now.pk)
    assert "About your complaint" not in text
    assert str(before.pk) not in text
    assert str(before.pk) in page(mei_chan(), "messaging_conversation_change", now.pk)


def test_pressed_buttons_and_files_are_told_in_words() -> None:
    conversation = ann_asks()
    said = we_said(conversation, "Which size?")
    Message.objects.filter(pk=said.pk).update(provider_id="wamid.size")
    says(conversation, "Large tin", kind="interactive", in_reply_to="wamid.size", at=NOON - 5 * MINUTE)
    says(conversation, "", kind="audio", at=NOON - 4 * MINUTE)
    says(conversation, "", kind="hologram", at=NOON - 3 * MINUTE)
    shown = thread(ken_ho(), conversation)
    assert shown[-3:] == [
        "The customer: Which size? smart_button Chose Large tin 11:55",
        "The customer: mic Voice message 11:56",
        "The customer: help A message of an unknown kind 11:57",
    ]


def test_handovers_stand_between_the_messages_and_notes_only_once() -> None:
    conversation = ann_asks()
    orders = QueueFactory(name="Orders")
    keys = {"from_queue": str(orders.pk), "queue": str(the_counter().pk)}
    facts = keys | {"from_queue_name": "Orders", "queue_name": "Counter", "from_owner_name": "", "owner_name": "Ken Ho"}
    for kind, told in (("assigned", facts), ("labelled", {"added": ["gift"], "removed": ["old"]}), ("noted", {})):
        ConversationEvent.objects.create(organisation=conversation.organisation, conversation=conversation, kind=kind,
                                         by="Lin Yu", facts=told, at=NOON - 40 * MINUTE)  # fmt: skip
    shown = " | ".join(thread(ken_ho(), conversation))
    assert "Assigned: Orders → Counter · – → Ken Ho · Lin Yu · 11:20" in shown
    assert "Labelled: +gift −old" in shown
    assert "Noted" not in shown


HOSTILE = "<img src=x onerror=alert(1)>*bold*</li><script>alert(2)</script>"


def test_hostile_words_stay_words_wherever_they_stand() -> None:
    conversation = ann_asks(HOSTILE, labels=[HOSTILE[:20]])
    note(conversation, HOSTILE)
    we_said(conversation, HOSTILE)
    conversation.contact.name = HOSTILE
    conversation.contact.save()
    for person in (ada_wong(), ken_ho()):
        for text in (page(person, "messaging_conversation_change", conversation.pk),
                     news(person, conversation).content.decode()):  # fmt: skip
            assert "<img src=x" not in text
            assert "<script>alert" not in text


def test_beside_it_stands_what_the_customer_agreed_to_and_a_no() -> None:
    conversation = ann_asks()
    text = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "Every channel · Marketing: Granted" in text
    assert "Opted out" not in text
    SuppressionFactory(contact=conversation.contact)
    assert "Opted out" in page(ken_ho(), "messaging_conversation_change", conversation.pk)


def test_more_than_a_page_of_it_is_reached_by_earlier() -> None:
    conversation = ann_asks()
    for minute in range(70):
        says(conversation, f"word {minute}", at=NOON - timedelta(hours=3) + minute * MINUTE)
    text = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "word 10 " not in text.replace("<", " <")
    link = re.search(r'href="\?before=([^"]+)"', text)
    assert link is not None
    earlier = " ".join(thread(ken_ho(), conversation, before=link[1]))
    assert "word 10 " in earlier
    assert "word 0 " in earlier
    assert status(ken_ho(), "messaging_conversation_change", conversation.pk, before="never") == 200


def test_the_page_asks_the_same_questions_for_a_short_and_a_long_talk() -> None:
    conversation, counts = ann_asks(), []
    ken = signed_in(ken_ho())
    address = reverse("admin:messaging_conversation_change", args=(conversation.pk,))
    ken.get(address)
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            ken.get(address)
        counts.append(len(asked))
        for number in range(5):
            we_said(conversation, f"Yes, {number}")
            note(conversation, f"Note {number}")
            says(conversation, f"And {number}?")
    assert counts[0] == counts[1]
    assert counts[0] <= 32


def test_news_of_a_conversation_are_told_only_where_there_are_any() -> None:
    conversation = ann_asks()
    first = news(ken_ho(), conversation)
    seen = re.search(r"seen=(\w+)", first.content.decode())
    assert seen is not None
    assert news(ken_ho(), conversation, seen[1]).status_code == 204
    message = we_said(conversation, "Yes.", Status.SENT)
    told = news(ken_ho(), conversation, seen[1])
    assert "Yes." in told.content.decode()
    seen = re.search(r"seen=(\w+)", told.content.decode())
    assert seen is not None
    assert news(ken_ho(), conversation, seen[1]).status_code == 204
    Message.objects.filter(pk=message.pk).update(status=Status.READ)
    assert news(ken_ho(), conversation, seen[1]).status_code == 200


def test_the_forms_are_no_part_of_the_news() -> None:
    """What is typed is never swapped away."""
    text = news(ken_ho(), ann_asks()).content.decode()
    assert "<textarea" not in text
    assert 'data-deed="' not in text


def test_what_was_on_the_screen_is_read_and_what_came_after_is_not() -> None:
    conversation = ann_asks()
    shown = InboundMessage.objects.get().pk
    says(conversation, "And jasmine?")
    Conversation.objects.update(unread=2)
    do(ken_ho(), conversation, "read", last_heard=shown)
    conversation.refresh_from_db()
    assert conversation.unread == 1
    do(ken_ho(), conversation, "read", last_heard=InboundMessage.objects.latest("pk").pk)
    conversation.refresh_from_db()
    assert conversation.unread == 0
    assert status(ken_ho(), "messaging_conversation_read", conversation.pk) == 405


def test_somebody_of_another_team_finds_no_such_conversation() -> None:
    conversation = ann_asks()
    for name in ("change", "news"):
        assert status(lin_yu(), f"messaging_conversation_{name}", conversation.pk) == 404
    for deed in ("reply", "note", "read"):
        assert do(lin_yu(), conversation, deed, text="Hello", last_heard=1).status_code == 404
    assert Note.objects.count() == 0


def test_a_note_is_kept_for_the_team_and_goes_nowhere() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "note", text="Ask Mei first")
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "cs-news"
    assert "Ask Mei first" not in answer.content.decode()  # the field is empty again
    assert Note.objects.get().author == "Ken Ho"
    assert not Reply.objects.exists()


def test_an_empty_note_is_refused_where_it_is_written() -> None:
    answer = do(ken_ho(), ann_asks(), "note", text="  ")
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_without_script_the_page_itself_answers() -> None:
    conversation = ann_asks()
    done = do(ken_ho(), conversation, "note", htmx=False, text="Ask Mei first")
    assert done.status_code == 302
    refused = do(ken_ho(), conversation, "note", htmx=False, text="x" * 2001)
    assert refused.status_code == 422
    assert "Do you have oolong?" in refused.content.decode()
    assert "x" * 2001 in refused.content.decode()
