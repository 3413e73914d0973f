"""A customer's word: which conversation it belongs to, what waits since when, and how long we may answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging.inbox.apply import apply_waiting
from messaging.models import Conversation, Queue, Sender
from messaging.whatsapp.conversations.arriving import default_queue
from messaging.whatsapp.conversations.closing import archive, close
from messaging.whatsapp.conversations.windows import is_open
from tests.factories import (
    NOON,
    ContactFactory,
    MessagingRulesFactory,
    PersonFactory,
    QueueFactory,
    SenderFactory,
    harbour_tea,
)
from tests.messaging.whatsapp.conversations.speaking import inbox_actor
from tests.webhooks import arrived, messages_body, text

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sender() -> Sender:
    made: Sender = SenderFactory(account__organisation=harbour_tea())
    ContactFactory(organisation=made.organisation, phone="+85261234567")
    return made


def says(sender: Sender, number: int, at: datetime, now: datetime | None = None, **more: Any) -> Conversation:
    """Mrs Lam writes her message of this number; the webhook comes at `now`."""
    message = text(f"wamid.{number}", "Do you have oolong?", at, **{"from": "85261234567"}) | more
    arrived(sender, messages_body(sender, messages=[message]))
    apply_waiting(now or at)
    found: Conversation | None = Conversation.objects.filter(inbound__provider_id=f"wamid.{number}").first()
    assert found is not None
    return found


def kinds(conversation: Conversation) -> list[str]:
    return list(conversation.events.order_by("pk").values_list("kind", flat=True))


def closed(conversation: Conversation, now: datetime) -> Conversation:
    return close(conversation, "She has her tea", ["tea"], None, inbox_actor(), now)


def test_the_first_word_opens_a_conversation_in_the_queue_that_takes_what_comes_in(sender: Sender) -> None:
    QueueFactory(name="Orders")
    conversation = says(sender, 1, NOON)
    assert (conversation.queue.name, conversation.queue.is_default) == ("Customers", True)
    assert (conversation.unread, conversation.opened_at, conversation.waiting_since) == (1, NOON, NOON)
    assert conversation.window_until == NOON + 24 * HOUR
    assert (conversation.reply_due_at, conversation.resolve_due_at) == (NOON + 30 * MINUTE, NOON + 24 * HOUR)
    assert kinds(conversation) == ["opened"]


def test_a_queue_that_has_the_name_already_becomes_the_one_that_takes_what_comes_in(sender: Sender) -> None:
    queue = QueueFactory(name="Customers")
    assert default_queue(harbour_tea()) == queue
    assert Queue.objects.get().is_default


def test_clocks_run_in_the_business_hours_of_the_queue(sender: Sender) -> None:
    QueueFactory(is_default=True, reply_minutes=60, resolve_minutes=600, business_hours={"0": [["09:00", "12:30"]]})
    conversation = says(sender, 1, NOON)
    assert conversation.reply_due_at == NOON + 7 * DAY - 2.5 * HOUR
    assert conversation.resolve_due_at == NOON + 21 * DAY - 30 * MINUTE


def test_webhooks_in_any_order_give_the_same_window_and_the_same_wait(sender: Sender) -> None:
    says(sender, 2, NOON + 5 * MINUTE)
    conversation = says(sender, 1, NOON, NOON + HOUR)
    assert (conversation.unread, conversation.waiting_since) == (2, NOON)
    assert (conversation.last_inbound_at, conversation.window_until) == (
        NOON + 5 * MINUTE, NOON + 24 * HOUR + 5 * MINUTE,
    )  # fmt: skip
    assert conversation.reply_due_at == NOON + 30 * MINUTE


def test_a_message_that_is_told_two_days_late_opens_no_window(sender: Sender) -> None:
    conversation = says(sender, 1, NOON - 2 * DAY, NOON)
    assert conversation.window_until == NOON - DAY
    assert not is_open(conversation, NOON)


def test_the_same_message_told_again_is_heard_once(sender: Sender) -> None:
    says(sender, 1, NOON)
    assert says(sender, 1, NOON, NOON + HOUR).unread == 1


def test_a_word_soon_after_closing_opens_the_last_conversation_again(sender: Sender) -> None:
    ken = PersonFactory(username="ken", role="support")
    first = says(sender, 1, NOON)
    Conversation.objects.filter(pk=first.pk).update(owner=ken)
    closed(first, NOON + HOUR)
    again = says(sender, 2, NOON + 3 * DAY)
    assert (again.pk, again.state, again.owner, again.outcome, again.closed_at) == (first.pk, "open", ken, "", None)
    assert (again.opened_at, again.waiting_since, again.unread) == (NOON + 3 * DAY, NOON + 3 * DAY, 1)
    assert again.resolve_due_at == NOON + 4 * DAY
    assert kinds(again) == ["opened", "closed", "reopened"]


def test_somebody_who_has_left_does_not_get_a_conversation_back(sender: Sender) -> None:
    first = says(sender, 1, NOON)
    Conversation.objects.filter(pk=first.pk).update(owner=PersonFactory(is_active=False))
    closed(first, NOON + HOUR)
    assert says(sender, 2, NOON + DAY).owner is None


def test_a_word_long_after_closing_begins_a_new_conversation(sender: Sender) -> None:
    first = says(sender, 1, NOON)
    closed(first, NOON)
    second = says(sender, 2, NOON + 7 * DAY)
    assert second.pk != first.pk
    assert Conversation.objects.filter(state="open").count() == 1


@pytest.mark.parametrize(("days", "again"), [(0, False), (1, False), (3, True)])
def test_an_organisation_says_for_how_many_days(sender: Sender, days: int, again: bool) -> None:
    MessagingRulesFactory(organisation=harbour_tea(), reopen_days=days)
    first = says(sender, 1, NOON)
    closed(first, NOON)
    assert (says(sender, 2, NOON + 2 * DAY).pk == first.pk) is again


def test_a_word_from_before_closing_that_is_told_after_it_is_not_lost_in_a_closed_conversation(sender: Sender) -> None:
    first = says(sender, 1, NOON)
    closed(first, NOON + HOUR)
    late = says(sender, 2, NOON + 50 * MINUTE, NOON + 2 * HOUR)
    assert (late.pk, late.state, late.waiting_since) == (first.pk, "open", NOON + 50 * MINUTE)


def test_whoever_comes_by_an_ad_is_remembered_and_the_window_stays_a_day(sender: Sender) -> None:
    conversation = says(sender, 1, NOON, referral={"source_type": "ad", "source_id": "1"})
    assert conversation.ad_clicked_at == NOON
    assert (conversation.free_until, conversation.window_until) == (None, NOON + DAY)
    assert says(sender, 2, NOON + HOUR).ad_clicked_at == NOON


def test_what_was_closed_long_ago_is_put_away_and_comes_back_with_a_word(sender: Sender) -> None:
    MessagingRulesFactory(organisation=harbour_tea(), archive_days=3, reopen_days=30)
    first = says(sender, 1, NOON)
    closed(first, NOON)
    assert archive(NOON + 2 * DAY) == 0
    assert archive(NOON + 3 * DAY) == 1
    assert archive(NOON + 4 * DAY) == 0
    assert says(sender, 2, NOON + 5 * DAY).archived_at is None


def test_without_rules_of_its_own_an_organisations_conversations_are_put_away_after_ninety_days(sender: Sender) -> None:
    closed(says(sender, 1, NOON), NOON)
    assert archive(NOON + 89 * DAY) == 0
    assert archive(NOON + 90 * DAY) == 1
