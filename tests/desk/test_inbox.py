"""The list of conversations: whose one sees, what a row says, what it can be narrowed to, and how it keeps up."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Person
from accounts.roles import Role
from messaging.models import Conversation
from tests.desk.counter import INBOX, MINUTE, ann_asks, lin_yu, says, the_complaints, the_counter, we_said
from tests.desk.harbour import page, signed_in, status
from tests.factories import (
    NOON,
    ContactFactory,
    ConversationFactory,
    PersonFactory,
    QueueFactory,
    ada_wong,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)

pytestmark = pytest.mark.django_db


def rows(person: Person, **query: str) -> list[str]:
    """The names in the list, from the top."""
    text = page(person, INBOX, **query)
    return re.findall(r"<strong>([^<]*)</strong>", text.partition('id="cs-rows"')[2])


def bo_waits(**facts: Any) -> Conversation:
    facts.setdefault("queue", the_counter())
    contact = ContactFactory(name="Bo Chan", phone="+85261110002")
    return says(ConversationFactory(contact=contact, **facts), "Hello?")


def test_a_row_says_who_wrote_what_and_how_long_there_is_time() -> None:
    ann_asks(reply_due_at=NOON + 20 * MINUTE, labels=["gift"], owner=ken_ho())
    text = " ".join(re.sub(r"<[^>]+>", " ", page(ada_wong(), INBOX)).split())
    for told in ("Ann Lee", "+85261110001", "Do you have oolong?", "Answer within 0:20", "Window open 23:00", "gift",
                 "Counter · Ken Ho", "Unread: 1"):  # fmt: skip
        assert told in text


def test_who_may_not_see_personal_data_reads_the_words_and_no_name_or_number() -> None:
    ann_asks()
    text = page(ken_ho(), INBOX)
    assert "Do you have oolong?" in text
    assert "Ann Lee" not in text
    assert "+85261110001" not in text
    assert "A•••" in text


def test_what_a_customer_writes_is_text_whatever_it_looks_like() -> None:
    ann_asks("<script>alert(1)</script><b>hi</b>")
    text = page(ken_ho(), INBOX)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"reply_due_at": NOON - 12 * MINUTE}, ("cs-label-danger", "Answer late by")),
        ({"reply_due_at": NOON + 9 * MINUTE}, ("cs-label-warning", "Answer within")),
        ({"reply_due_at": NOON + 11 * MINUTE}, ("cs-label-info", "Answer within")),
        ({"waiting_since": None}, ("cs-label-success", "Answered")),
        ({"waiting_since": None, "resolve_due_at": NOON - MINUTE}, ("cs-label-danger", "Resolution late by")),
        ({"window_until": NOON + 119 * MINUTE}, ("cs-label-warning", "Window open")),
        ({"window_until": NOON}, ("cs-label-plain", "Window closed")),
        ({"window_until": NOON, "free_until": NOON + 300 * MINUTE}, ("cs-label-plain", "Window closed")),
    ],
)
def test_a_clock_tells_by_its_colour_and_in_words(facts: dict[str, Any], said: tuple[str, str]) -> None:
    ann_asks(**facts)
    labels = re.findall(r'<span class="cs-label (cs-label-\w+) cs-clock">([^<]*?)\s*<', page(ken_ho(), INBOX))
    assert said in labels


def test_the_last_word_is_ours_when_we_spoke_last() -> None:
    we_said(ann_asks(), "Yes, two kinds.")
    assert "Yes, two kinds." in page(ken_ho(), INBOX)


def test_a_conversation_is_seen_by_its_team_and_by_who_may_see_all() -> None:
    ann_asks()
    assert rows(ken_ho()) == ["A•••"]
    assert rows(lin_yu()) == []
    assert rows(mei_chan()) == ["Ann Lee"]


def test_a_restricted_queue_is_named_to_its_team_alone() -> None:
    ann_asks()
    bo_waits(queue=the_complaints())
    QueueFactory(name="Orders")
    text = page(ken_ho(), INBOX)
    assert "Complaints" not in text
    assert "B•••" not in text
    assert "Complaints" in page(mei_chan(), INBOX)


def test_roles_that_answer_nobody_see_no_link_and_no_page() -> None:
    conversation = ann_asks()
    address = reverse(f"admin:{INBOX}")
    for person in (sam_lee(), vera_ng()):
        assert status(person, INBOX) == 403
        assert status(person, "messaging_conversation_list_news") == 403
        assert status(person, "messaging_conversation_change", conversation.pk) in (403, 404)
        assert f'href="{address}"' not in page(person, "index")
    assert f'href="{address}"' in page(ken_ho(), "index")


def test_the_views_narrow_the_list() -> None:
    ken, orders = ken_ho(), QueueFactory(name="Orders")
    ann = ann_asks(owner=ken, reply_due_at=NOON - MINUTE)
    bo_waits(queue=orders, window_until=NOON + 30 * MINUTE)
    assert rows(ken, whose="me") == ["A•••"]
    assert rows(ken, whose="nobody") == ["B•••"]
    assert rows(ken, look="unread") == ["A•••"]
    assert rows(ken, look="late") == ["A•••"]
    assert rows(ken, look="closing") == ["B•••"]
    assert rows(ken, queue=str(orders.pk)) == ["B•••"]
    assert rows(ken, queue="no-queue") == []
    Conversation.objects.filter(pk=ann.pk).update(state=Conversation.State.CLOSED)
    assert rows(ken) == ["B•••"]
    assert rows(ken, state="closed") == ["A•••"]
    assert len(rows(ken, state="all")) == 2


def test_each_view_says_how_many_it_shows() -> None:
    ann_asks(owner=ken_ho(), reply_due_at=NOON - MINUTE)
    bo_waits(window_until=NOON + 30 * MINUTE)
    text = " ".join(re.sub(r"<[^>]+>", " ", page(ken_ho(), INBOX)).split())
    assert "Mine 1 Unassigned 1" in text
    assert "Unread 1 Late 1 Window closing 1" in text
    assert "Open 2" in text


def test_the_newest_word_is_on_top() -> None:
    bo_waits(opened_at=NOON - 10 * MINUTE)
    ann = ann_asks()
    assert rows(ada_wong()) == ["Bo Chan", "Ann Lee"]
    Conversation.objects.filter(pk=ann.pk).update(last_inbound_at=NOON)
    assert rows(ada_wong()) == ["Ann Lee", "Bo Chan"]


def test_search_finds_one_whole_number_or_a_label_and_never_half_a_number() -> None:
    ann_asks(labels=["gift"])
    bo_waits()
    assert rows(ada_wong(), q="6111 0001") == ["Ann Lee"]
    assert rows(ada_wong(), q="61110") == []
    assert rows(ada_wong(), q="gift") == ["Ann Lee"]
    assert rows(ken_ho(), q="+85261110001") == []  # whoever sees no numbers cannot try any


def test_the_list_asks_the_same_questions_for_one_row_and_for_many() -> None:
    ann_asks()
    ken, counts = signed_in(ken_ho()), []
    ken.get(reverse(f"admin:{INBOX}"))  # what is asked once a process is asked here
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            ken.get(reverse(f"admin:{INBOX}"))
        counts.append(len(asked))
        for number in range(6):
            contact = ContactFactory(name=f"Guest {number}")
            says(ConversationFactory(contact=contact, queue=the_counter(), owner=ken_ho()), "Hello?")
    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_news_are_told_only_where_there_are_any() -> None:
    conversation, ken = ann_asks(), signed_in(ken_ho())
    address = reverse("admin:messaging_conversation_list_news")
    first = ken.get(address, {"whose": "nobody"})
    seen = re.search(r'data-seen="(\w+)"', first.content.decode())
    assert seen is not None
    assert ken.get(address, {"whose": "nobody", "seen": seen[1]}).status_code == 204
    says(conversation, "Anybody?", at=NOON - MINUTE)
    changed = ken.get(address, {"whose": "nobody", "seen": seen[1]})
    assert changed.status_code == 200
    assert "Anybody?" in changed.content.decode()


def test_another_tenants_conversations_are_nowhere() -> None:
    conversation = ann_asks()
    lily = PersonFactory(username="lily", organisation=other_tenant(), role=Role.ADMIN)
    assert rows(lily) == []
    for name in ("change", "news"):
        assert status(lily, f"messaging_conversation_{name}", conversation.pk) == 404
    for deed in ("reply", "note", "take", "assign", "labels", "close", "read"):
        assert status(lily, f"messaging_conversation_{deed}", conversation.pk, method="post") == 404


def test_older_ones_are_on_further_pages() -> None:
    for number in range(26):
        ConversationFactory(
            contact=ContactFactory(name=f"Guest {number}"),
            queue=the_counter(),
            opened_at=NOON - timedelta(hours=1 + number),
        )
    assert len(rows(ada_wong())) == 25
    assert rows(ada_wong(), p="2") == ["Guest 25"]
