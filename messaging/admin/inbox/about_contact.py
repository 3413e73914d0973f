"""What stands beside a thread: who the customer is, what they agreed to, what waits, what was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actor import Actor
from approvals.admin.decision_page import sentence_of
from approvals.hidden import shown_to
from messaging.admin.inbox.rows import address_of, name_of
from messaging.admin.inbox.thread import waiting_for_somebody
from messaging.models import ConsentState, Contact, Conversation, Suppression
from messaging.whatsapp.conversations.beside import OrderBeside, orders_of

_EARLIER_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AboutContact:
    contact: Contact
    name: str
    address: str
    consent: tuple[tuple[str, str, str, datetime], ...]
    opt_outs: tuple[tuple[str, str, str, datetime], ...]
    requests: tuple[tuple[str, str, str], ...]
    orders: tuple[OrderBeside, ...]
    earlier: tuple[Conversation, ...]


def about_contact(conversation: Conversation, reader: Actor, visible: QuerySet[Conversation]) -> AboutContact:
    """`visible` are the conversations this reader may see: others with the same person are not hinted at."""
    in_clear = reader.sees_personal_data
    contact = conversation.contact
    states = ConsentState.objects.filter(contact=contact).order_by("channel", "category")
    standing = Suppression.objects.filter(contact=contact, lifted_at=None).order_by("-at")
    earlier = visible.filter(contact=contact).exclude(pk=conversation.pk).order_by("-opened_at")
    return AboutContact(
        contact,
        name_of(contact, in_clear),
        address_of(contact, in_clear),
        tuple((one.get_channel_display(), one.get_category_display(), one.get_state_display(), one.since)
              for one in states),
        tuple((one.get_channel_display(), one.get_category_display(), one.get_reason_display(), one.at)
              for one in standing),
        tuple((str(one.pk), sentence_of(one), one.get_state_display())
              for one in shown_to(reader, waiting_for_somebody(conversation))),
        tuple(orders_of(conversation)),
        tuple(earlier[:_EARLIER_SHOWN]),
    )  # fmt: skip


def seen_facts(about: AboutContact) -> tuple[Any, ...]:
    """What of it the page shows and may change while it is open."""
    contact = about.contact
    return (about.name, about.address, contact.language, contact.tags, about.consent, about.opt_outs, about.requests,
            about.orders, [(one.pk, one.state) for one in about.earlier])  # fmt: skip
