"""What check_compliance says and what the worker does are one: whatever is true of a person, both say the same."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organisation
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.models import Contact, Conversation, Sender
from tests.factories import (
    NOON,
    ConsentStateFactory,
    ContactFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)
from tests.messaging.engine.conftest import facts as facts
from tests.messaging.engine.conftest import witness as witness
from tests.messaging.engine.stage import released, witness_sender
from tests.messaging.meta.flat import ANN, asked
from tests.messaging.test_gate import attempts_at
from tests.messaging.whatsapp.session.stage import ann_wrote, at_once, plain_reply_tools, sent
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.django_db

CATEGORIES = ("marketing", "utility", "service", "any")
CHANNELS = ("whatsapp", "sms", "any")


class Facts(NamedTuple):
    """All that may be true of a person, their conversation and the house."""

    kind: str
    consents: dict[tuple[str, str], str]
    no: tuple[str, str, str] | None
    days_ago: list[int]
    is_invalid: bool
    wrote_ago: timedelta
    is_stopped: bool
    is_paused: bool
    is_full: bool
    now: datetime


rarely = st.sampled_from([False] * 7 + [True])
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(["marketing", "utility", "service"]),
    consents=st.dictionaries(
        st.tuples(st.sampled_from(CHANNELS), st.sampled_from(CATEGORIES)),
        st.sampled_from(["granted", "granted", "withdrawn"]),
        max_size=3,
    ),
    no=st.none()
    | st.none()
    | st.tuples(st.sampled_from(CHANNELS), st.sampled_from(CATEGORIES), st.sampled_from(["stop", "blocked"])),
    days_ago=st.lists(st.sampled_from([1, 3, 6, 8]), max_size=3),
    is_invalid=rarely,
    wrote_ago=st.sampled_from([timedelta(hours=1), timedelta(hours=23, minutes=58), timedelta(days=1)]),
    is_stopped=rarely,
    is_paused=rarely,
    is_full=rarely,
    now=st.sampled_from([NOON, NOON, NOON.replace(hour=23)]),
)


@given(FACTS)
@settings(
    max_examples=100 if THOROUGH else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_allowed_leaves_and_what_is_not_stays(told: Facts) -> None:
    with transaction.atomic():
        sender = witness_sender()
        ann = waiting_for_the_worker(told.kind, sender)
        arrange(told, ann, sender)
        said = asked("check_compliance", customer_id=ANN, message_type=told.kind, now=told.now)
        left = take(Sender.objects.select_related("organisation").get(pk=sender.pk), 10, told.now)
        assert bool(left) == said["allowed"], said
        transaction.set_rollback(True)


def waiting_for_the_worker(kind: str, sender: Sender) -> Contact:
    """Ann, and a countersigned message of this kind to her that waits in the outbox since noon."""
    if kind != "service":
        ann: Contact = ContactFactory(organisation=sender.organisation, phone=f"+{ANN}", agreed=False)
        template = TemplateFactory(account=sender.account, category=kind)
        TemplateTranslationFactory(template=template, reviewed_category=kind)
        released([ann], sender=sender, template=template, category=kind, not_after=NOON + timedelta(days=1))
        return ann
    with plain_reply_tools():
        at_once()
        conversation = ann_wrote(sender=sender, phone=f"+{ANN}")
        sent(conversation)
        release_due(NOON)
    return conversation.contact


def arrange(told: Facts, ann: Contact, sender: Sender) -> None:
    """Make it all true."""
    for (channel, category), state in told.consents.items():
        ConsentStateFactory(contact=ann, channel=channel, category=category, state=state)
    if told.no:
        channel, category, reason = told.no
        SuppressionFactory(contact=ann, channel=channel, category=category, reason=reason)
    attempts_at(ann, *told.days_ago)
    changed: dict[str, Any] = {"invalid_at": NOON if told.is_invalid else None}
    Contact.objects.filter(pk=ann.pk).update(**changed)
    Conversation.objects.filter(contact=ann).update(window_until=told.now - told.wrote_ago + timedelta(days=1))
    if told.is_full:  # Meta lets us begin with one person a day, and that was somebody else
        attempts_at(ContactFactory(organisation=ann.organisation), 0.1, sender=sender, begins=True)
        Sender.objects.filter(pk=sender.pk).update(tier="1")
    # Also the sends that these attempts are of have senders; Ann's is the one that counts.
    Sender.objects.exclude(pk=sender.pk).update(paused_at=NOON)
    Organisation.objects.update(sending_stopped_at=NOON if told.is_stopped else None)
    Sender.objects.filter(pk=sender.pk).update(paused_at=NOON if told.is_paused else None)
