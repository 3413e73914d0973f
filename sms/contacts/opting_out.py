"""Somebody says no to texts: written down at once, for the whole person, with what they said. Nobody is asked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract, Moment
from approvals.masking import Personal
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.consent.changes import LONG_AGO, CategoryName
from messaging.consent.optouts import Stop, opt_out, whole_person
from messaging.contacts.finding import e164_of, find_contact
from messaging.contacts.identities import find_or_make
from messaging.models import Contact, IdentityKind, Suppression, SuppressionReason

Why = Literal["stop", "request", "complaint", "blocked"]


class OptOutAsk(Ask):
    contact_id: Annotated[UUID | None, Field(description="Who: an id of sms_marketing.contacts.search.")] = None
    phone: Annotated[
        str, Field(max_length=40, description="Or which number, in any spelling; it need not be a contact's yet.")
    ] = ""
    why: Annotated[
        Why, Field(description="stop: they wrote STOP. request: they asked. complaint, blocked: only lifted by people.")
    ] = "request"
    channel: Annotated[
        Literal["sms", "any"], Field(description="sms: no texts any more. any: nothing on any channel.")
    ] = "any"
    category: Annotated[CategoryName, Field(description="Only messages of this category; any is usual.")] = "any"
    source: Annotated[
        str, Field(min_length=3, max_length=120, description="Where they said it: a text, a call, a shop, a form.")
    ]
    said: Annotated[str, Field(max_length=300, description="The words they said it in, such as the STOP text.")] = ""
    language: Annotated[str, Field(max_length=16, description="The language they said it in, as a code.")] = ""
    occurred_at: Annotated[Moment, Field(ge=LONG_AGO, description="When they said it, with a time zone.")]
    synchronised: Annotated[
        Literal["no", "waiting", "yes", "failed"],
        Field(description="Whether the other system that people are kept in (a CRM, a gateway) knows of it."),
    ] = "no"


class OptOutContract(Contract):
    contact_ids: Annotated[list[UUID], Field(description="Whoever goes by this number: usually one.")]
    why: Annotated[str, Field(description="stop, request, complaint or blocked.")]
    channel: Annotated[str, Field(description="sms or any.")]
    category: Annotated[str, Field(description="The message category it reaches; any is all of them.")]
    source: Annotated[str, Field(description="Where they said it.")]
    said: Annotated[str, Personal("text"), Field(description="The words they said it in.")]
    language: Annotated[str, Field(description="The language they said it in.")]
    occurred_at: Annotated[datetime, Field(description="When they said it.")]
    synchronised: Annotated[str, Field(description="Whether the other system knows of it.")]

    def sentence(self) -> str:
        return _("Opt-out (%(channel)s, %(category)s): %(why)s") % {
            "channel": self.channel, "category": self.category, "why": self.why,
        }  # fmt: skip


class OptedOut(Answer):
    contact_ids: Annotated[list[UUID], Field(description="Who gets nothing of that kind any more, from this moment.")]
    opt_outs: Annotated[list[str], Field(description="Their standing noes: channel/category: reason.")]


def plan_opt_out(call: Call, ask: OptOutAsk) -> OptOutContract:
    """A no whose time lies ahead, by somebody's wrong clock, was said now. An unknown number becomes a contact that has
    opted out, so that no later import can write to it.
    """
    said = ask.model_dump(exclude={"contact_id", "phone", "occurred_at"})
    people = [contact.key for contact in _people(call, ask)]
    return OptOutContract(contact_ids=people, occurred_at=min(ask.occurred_at, call.now), **said)


def _people(call: Call, ask: OptOutAsk) -> list[Contact]:
    if (ask.contact_id is None) == (ask.phone == ""):
        raise Refused(Reason("whose_opt_out", gettext_lazy("It has to be clear whose opt-out this is."),
                             gettext_lazy("Pass either contact_id or phone."), "contact_id"))  # fmt: skip
    if ask.contact_id is None:
        return find_or_make(call.organisation, {IdentityKind.PHONE: e164_of(call, ask.phone)}, call.now)
    fix = gettext_lazy("Use an id of sms_marketing.contacts.search, or pass the phone.")
    return [find_contact(ask.contact_id, call.organisation, fix)]


def carry_out_opt_out(call: Call, contract: OptOutContract) -> OptedOut:
    """In the transaction of its request, like every write: once this answers, no text of that kind leaves."""
    named = Contact.objects.filter(organisation=call.organisation, key__in=contract.contact_ids)
    people = {one for pk in named.values_list("pk", flat=True) for one in whole_person(pk)}
    stop = Stop(
        SuppressionReason(contract.why),
        contract.source,
        contract.occurred_at,
        contract.channel,
        contract.category,
        _detail(contract),
    )
    reached = {one.contact_id for one in opt_out(people, stop, call.actor, call.now)}
    standing = Suppression.objects.filter(contact__in=reached, lifted_at=None)
    noes = {f"{one.channel}/{one.category}: {one.reason}" for one in standing}
    keys = Contact.objects.filter(pk__in=reached).order_by("pk").values_list("key", flat=True)
    return OptedOut(contact_ids=list(keys), opt_outs=sorted(noes))


def _detail(contract: OptOutContract) -> str:
    """What the evidence keeps beside source and time."""
    facts = {"said": contract.said, "language": contract.language, "synchronised": contract.synchronised}
    return "; ".join(f"{name}: {value}" for name, value in facts.items() if value)
