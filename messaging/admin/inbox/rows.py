"""What a row of the inbox says: who, the last words, whose it is, how long there is time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Person
from approvals.masking import mask
from messaging.admin.inbox.bodies import inbound_words, words_of
from messaging.admin.inbox.clocks import Clock, promise_of, window_of
from messaging.models import Contact, Conversation, InboundMessage, Reply

_WORDS = 90  # letters of the last message


@dataclass(frozen=True, slots=True)
class Row:
    conversation: Conversation
    link: str
    name: str
    address: str
    last: str
    last_is_ours: bool
    at: datetime
    is_today: bool
    owner: str
    is_mine: bool
    window: Clock
    promise: Clock


def with_last_words(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """What was said last on either side, fetched along with the rows."""
    heard = InboundMessage.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    said = Reply.objects.filter(conversation=OuterRef("pk")).order_by("-made_at")
    return rows.annotate(
        heard_kind=Subquery(heard.values("kind")[:1]),
        heard_text=Subquery(heard.values("text")[:1]),
        heard_at=Subquery(heard.values("at")[:1]),
        said_body=Subquery(said.values("body")[:1]),
        said_at=Subquery(said.values("made_at")[:1]),
    )


def rows_of(conversations: Sequence[Any], person: Person, now: datetime, *, in_clear: bool) -> list[Row]:
    """The rows as the page shows them. What is asked of the database was asked by `with_last_words`."""
    return [_row(conversation, person, now, in_clear) for conversation in conversations]


def _row(conversation: Any, person: Person, now: datetime, in_clear: bool) -> Row:
    heard_at, said_at = conversation.heard_at, conversation.said_at
    ours = said_at is not None and (heard_at is None or said_at > heard_at)
    last = words_of(conversation.said_body) if ours else inbound_words(conversation.heard_kind, conversation.heard_text)
    at = (said_at if ours else heard_at) or conversation.opened_at
    return Row(
        conversation,
        reverse("admin:messaging_conversation_change", args=(conversation.pk,)),
        name_of(conversation.contact, in_clear),
        address_of(conversation.contact, in_clear),
        Truncator(" ".join(last.split())).chars(_WORDS),
        ours,
        at,
        localtime(at).date() == localtime(now).date(),
        str(conversation.owner) if conversation.owner else _("nobody's"),
        conversation.owner_id == person.pk,
        window_of(conversation, now),
        promise_of(conversation, now),
    )


def name_of(contact: Contact, in_clear: bool) -> str:
    """The person's name as this reader may see it, else their address."""
    if not contact.name:
        return address_of(contact, in_clear)
    return contact.name if in_clear else mask(contact.name, "name")


def address_of(contact: Contact, in_clear: bool) -> str:
    value, kind = (contact.phone, "phone") if contact.phone else (contact.bsuid or "", "identifier")
    return value if in_clear else mask(value, kind)
