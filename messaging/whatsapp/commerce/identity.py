"""Who the customer of a conversation is, and how that was confirmed: by having written from their own address."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import orjson
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from approvals.reasons import Reason, Refused
from messaging.engine.contract import Seal
from messaging.models import Contact, Conversation, Identity, IdentityKind, InboundMessage, MergeTask
from messaging.whatsapp.conversations.taking_back import NOTICE

_KEYS_CHANGED = "customer_identity_changed"
# What else somebody may say to have confirmed with the customer; it then must not change before the order is made.
Named = Literal["name", "phone", "crm_id", "country", "language"]


class CustomerIdentity(BaseModel):
    """Held by reference and keyed digest; the person's data itself is in no contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact_id: Annotated[UUID, Field(description="The customer.")]
    verified_by: Annotated[
        Literal["phone", "user_id"],
        Field(description="The address of theirs that they wrote from in this conversation."),
    ]
    verified_at: Annotated[datetime, Field(description="When they last did.")]
    fields: Annotated[list[Named], Field(description="What was confirmed with them besides.")]
    digest: Annotated[Seal, Field(description="Keyed hash over the address and these fields.")]


def confirm(conversation: Conversation, fields: Iterable[Named]) -> CustomerIdentity:
    """Who the customer is. Raises Refused with every reason why that is not confirmed."""
    contact = conversation.contact
    wrote_at = _wrote_at(conversation)
    named = sorted(set(fields))
    verified_by = _address_of(contact) if wrote_at is not None else None
    reasons = [_not_on_file(name) for name in named if not getattr(contact, name)]
    if wrote_at is None or verified_by is None:
        reasons.append(_not_written())
    if (
        MergeTask.objects.filter(first=contact, settled_at=None).exists()
        or MergeTask.objects.filter(second=contact, settled_at=None).exists()
    ):
        reasons.append(_maybe_another())
    if reasons:
        raise Refused(*reasons)
    assert wrote_at is not None
    assert verified_by is not None
    return CustomerIdentity(
        contact_id=contact.key,
        verified_by=verified_by,
        verified_at=wrote_at,
        fields=named,
        digest=_digest(contact, named),
    )


def reasons_against(conversation: Conversation, confirmed: CustomerIdentity) -> Iterable[Reason]:
    """Why the customer is not who was confirmed any more."""
    try:
        now = confirm(conversation, confirmed.fields)
    except Refused as no:
        return no.reasons
    if (now.contact_id, now.verified_by, now.digest) == (
        confirmed.contact_id, confirmed.verified_by, confirmed.digest,
    ):  # fmt: skip
        return ()
    return (Reason("customer_changed", _("The customer is not whom the preview confirmed, or their data has changed."),
                   _("Confirm with the customer who they are, and make a new preview.")),)  # fmt: skip


def _wrote_at(conversation: Conversation) -> datetime | None:
    """When they last wrote; None where WhatsApp has said since that the keys of their chat changed, as they do when
    somebody else takes a number over: then they have to write again.
    """
    heard = InboundMessage.objects.filter(conversation=conversation, contact=conversation.contact).order_by("-at")
    wrote_at = heard.exclude(kind=NOTICE).values_list("at", flat=True).first()
    changed_at = heard.filter(kind=NOTICE, payload=_KEYS_CHANGED).values_list("at", flat=True).first()
    return None if wrote_at is not None and changed_at is not None and wrote_at <= changed_at else wrote_at


def _address_of(contact: Contact) -> Literal["phone", "user_id"] | None:
    """The address that we write to and that they wrote from. A phone that only a list told us proves nothing."""
    known = Identity.objects.filter(contact=contact)
    if contact.phone:
        wrote_from = known.filter(kind=IdentityKind.WA_ID, value=contact.phone.removeprefix("+"))
        return "phone" if wrote_from.exists() else None
    return "user_id" if contact.bsuid and known.filter(kind=IdentityKind.BSUID, value=contact.bsuid).exists() else None


def _digest(contact: Contact, fields: Iterable[str]) -> str:
    facts = [str(contact.key), contact.phone, contact.bsuid, *(str(getattr(contact, name)) for name in fields)]
    return salted_hmac("messaging.commerce.identity", orjson.dumps(facts), algorithm="sha256").hexdigest()


def _not_written() -> Reason:
    return Reason(
        "customer_not_confirmed",
        _("The customer has not written from their own number here."),
        _("Wait until they write in this conversation, or settle who they are."),
        "conversation_id",
    )


def _not_on_file(name: str) -> Reason:
    return Reason("field_unknown", _("Nothing is known of the customer's %s that could be confirmed.") % name,
                  _("Note it on the contact first, or leave it out."), "confirmed_fields")  # fmt: skip


def _maybe_another() -> Reason:
    return Reason("customer_unsettled", _("This contact may be the same person as another one; nobody has settled it."),
                  _("Settle the merge task at the desk first."), "conversation_id")  # fmt: skip
