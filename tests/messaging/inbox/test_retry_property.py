"""Retrying any of what failed, as often and in whatever order, leaves the rows that applying it once leaves.

The order of a person's own STOP and START is left out: there opting out wins, whichever is told first.
"""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.actor import Actor
from messaging.inbox.again import try_again
from messaging.inbox.apply import apply_waiting
from messaging.models import (
    ConsentEvidence,
    ConsentState,
    Contact,
    Conversation,
    ConversationEvent,
    Identity,
    InboundMessage,
    MergeTask,
    Message,
    Outbox,
    ParkedStatus,
    Send,
    Sender,
    Status,
    Suppression,
    TemplateTranslation,
    WebhookEvent,
    WebhookFailure,
    WhatsAppAccount,
)
from tests.factories import (
    NOON,
    ContactFactory,
    SenderFactory,
    SendFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)
from tests.messaging.inbox.failing import (
    category,
    end_of_restriction,
    limit,
    preference,
    quality,
    quarantined,
    restriction,
    review,
)
from tests.thoroughness import tries
from tests.webhooks import arrived, messages_body, status, text

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TABLES = (Contact, Identity, MergeTask, InboundMessage, Conversation, ConversationEvent, Suppression, ConsentEvidence,
          ConsentState, Message, Outbox, Send, ParkedStatus, TemplateTranslation, WhatsAppAccount, Sender)  # fmt: skip
# Numbers and keys that a row is given as it is made. A conversation begins with whichever message is taken in first,
# and by when it is to be settled counts from there.
GIVEN = {
    "id",
    "key",
    "conversation_id",
    "lifted_by_id",
    "evidence_id",
    "queue_id",
    "first_seen_at",
    "opened_at",
    "resolve_due_at",
}


def minutes(count: int) -> Any:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def sender() -> Sender:
    """Harbour Tea's number; Ann was written to, Cat has said stop, and the template is in review."""
    sender: Sender = SenderFactory()
    ann = ContactFactory(name="Ann", phone="+85261234567")
    ContactFactory(name="Bo", phone="+85261234568")
    SuppressionFactory(contact=ContactFactory(name="Cat", phone="+85261234569", agreed=False), reason="stop",
                       channel="any", category="any", at=NOON - timedelta(days=2))  # fmt: skip
    ContactFactory(name="Dan", phone="+85261234560")
    template = TemplateFactory(account=sender.account, name="spring_tea")
    TemplateTranslationFactory(template=template, status="PENDING", meta_id="77")
    Message.objects.create(
        organisation=sender.organisation, send=SendFactory(sender=sender), contact=ann, sender=sender,
        address=ann.phone, address_kind="phone", category="marketing", status=Status.ACCEPTED, queued_at=NOON,
        handed_at=NOON, provider_id="wamid.ours",
    )  # fmt: skip
    return sender


def bodies(sender: Sender) -> list[bytes]:
    """A busy half hour: messages, a STOP, a START, reports, reviews, restrictions and limits, some told twice."""
    ann, bo, cat = ({"from": f"8526123456{last}"} for last in (7, 8, 9))
    reports = [status("wamid.ours", name, minutes(at)) for name, at in (("sent", 1), ("delivered", 2), ("read", 3))]
    hello = text("wamid.1", "Is the oolong back?", minutes(4), **ann)
    return [
        messages_body(sender, statuses=reports[:2], messages=[hello]),
        messages_body(sender, statuses=reports[2:], messages=[text("wamid.2", "I mean it", minutes(9), **bo)]),
        messages_body(sender, messages=[hello, text("wamid.3", "STOP", minutes(5), **bo)]),
        messages_body(sender, messages=[text("wamid.4", "START", minutes(6), **cat)]),
        messages_body(sender, statuses=[status("wamid.nobodys", "delivered", minutes(6))]),
        preference(sender, "stop", "85261234560", minutes(7)),
        review(sender, "APPROVED", minutes(8)),
        review(sender, "PAUSED", minutes(12)),
        quality(sender, "GREEN", minutes(8)),
        quality(sender, "RED", minutes(11)),
        category(sender, "UTILITY", minutes(8)),
        category(sender, "MARKETING", minutes(13)),
        restriction(sender, minutes(9)),
        end_of_restriction(sender, minutes(14)),
        limit(sender, "TIER_10K", minutes(9)),
        limit(sender, "TIER_1K", minutes(15)),
    ]


def rows() -> dict[str, list[str]]:
    """Every row of every table that webhooks touch, without what it was given as it was made."""
    return {
        table.__name__: sorted(
            str({name: value for name, value in row.items() if name not in GIVEN}) for row in table.objects.values()
        )
        for table in TABLES
    }


def applied_once(sender: Sender) -> dict[str, list[str]]:
    with transaction.atomic():
        for body in bodies(sender):
            arrived(sender, body)
        WebhookEvent.objects.update(received_at=NOON)
        apply_waiting(LATER)
        assert not WebhookFailure.objects.exists()
        found = rows()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("seed", range(tries(1, 60)))
def test_any_of_it_in_any_order_any_number_of_times_leaves_what_applying_it_once_leaves(
    seed: int, sender: Sender
) -> None:
    chance = random.Random(seed)
    before, expected = rows(), applied_once(sender)
    actor = Actor.system(sender.organisation, "test")
    keys = [one.key for one in quarantined(sender, *bodies(sender))]
    WebhookEvent.objects.update(received_at=NOON)
    assert rows() == before
    left = set(keys)
    while left:
        for key in chance.choices(keys, k=chance.randrange(1, len(keys))):
            ending, _error = try_again(key, actor, LATER)
            assert ending.value == ("applied" if key in left else "gone")
            left.discard(key)
    assert rows() == expected
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.APPLIED}
