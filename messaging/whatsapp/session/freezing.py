"""Freezing a free-form message: the conversation's one person as an audience, if nothing stands against it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.audiences.digest import digest_of
from messaging.models import Audience, AudienceMember, Category, Contact, Conversation, Verdict
from messaging.whatsapp.conversations.windows import MARGIN, open_until
from messaging.whatsapp.session.guards import reasons_against_answering


def freeze_reply(
    call: Call, conversation: Conversation, body: dict[str, Any], due_at: datetime | None = None
) -> dict[str, Any]:
    """The fields of `ReplyTerms` for this message. Raises Refused with every reason why it may not leave now.

    `body` is the Cloud API's message without recipient and reference. What is frozen leaves when it is
    countersigned, or at `due_at`, and never later than the window: a word of the customer in between does not prolong
    the contract.
    """
    refuse_if_any(reasons_against_answering(conversation, call.now))
    until = open_until(conversation)
    assert until is not None
    refuse_if_any(_reasons_of_time(due_at, until))
    sender = conversation.sender
    audience = _one_person(call, conversation.contact)
    return {
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact.key,
        "audience_id": audience.pk,
        "audience_digest": audience.digest,
        "included": audience.included,
        "category": Category.SERVICE,
        "sender_id": sender.pk,
        "sender_name": str(sender),
        "due_at": due_at or call.now,
        "not_after": until - MARGIN,
        "per_second": sender.per_second,
        "currency": sender.account.currency if sender.account else "USD",
        "cost_ceiling": Decimal(0),
        "body": body,
    }


def _reasons_of_time(due_at: datetime | None, until: datetime) -> Iterator[Reason]:
    if due_at is not None and due_at >= until - MARGIN:
        yield Reason("window_closed_by_then", _("The customer service window closes before the message would leave."),
                     _("Name an earlier time, or plan an approved template."), "due_at")  # fmt: skip


def _one_person(call: Call, contact: Contact) -> Audience:
    address, kind = (contact.phone, "phone") if contact.phone else (contact.bsuid, "bsuid")
    with transaction.atomic():
        audience = Audience.objects.create(
            organisation=call.organisation, targeted=1, included=1, digest="", created_at=call.now
        )
        AudienceMember.objects.create(
            audience=audience, contact=contact, verdict=Verdict.INCLUDED, address=address or "", address_kind=kind
        )
        audience.digest = digest_of(audience)
        audience.save(update_fields=["digest"])
    return audience
