"""Changing what is known of people's consent: what is asked for, what may stand in its way, and doing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy, ngettext
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract, Moment
from approvals.numerals import number
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import START_COUNTS_FOR, Stop, lock_contacts, opt_back_in, opt_out, whole_person
from messaging.contacts.survivors import survivor_of
from messaging.models import Category, Channel, ConsentAct, Contact, Suppression, SuppressionReason

# Until this many people in one call, a consent somebody gave is a clerk's entry; above it is a bulk change.
BULK_FROM = 2
NOES = ("opt_out", "block", "withdraw")


CategoryName = Literal["marketing", "utility", "authentication", "service", "any"]

# Before anybody wrote anybody a message; older times are typing errors, and some fit no database.
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


class ConsentAsk(Ask):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000, description="Whose consent changes.")]
    change: Annotated[
        Literal["grant", "withdraw", "opt_out", "block", "opt_in"],
        Field(
            description="grant, withdraw: consent for one category. opt_out, block: nothing is sent any more, at once."
            " opt_in: lifts an opt-out and needs the customer's own verified act."
        ),
    ]
    category: Annotated[
        CategoryName, Field(description="The message category; for opt_out and block any is usual.")
    ] = "any"
    channel: Annotated[
        Channel | None, Field(description="whatsapp, sms or any. Default: any for a no, whatsapp for a yes.")
    ] = None
    source: Annotated[
        str, Field(min_length=3, max_length=120, description="Where the customer did it: a form, a call, a page.")
    ]
    evidence: Annotated[str, Field(max_length=500, description="What proves it: form id, recording, ticket.")] = ""
    occurred_at: Annotated[Moment, Field(ge=LONG_AGO, description="When the customer did it, with a time zone.")]
    customers_own_act: Annotated[
        bool, Field(description="Whether the customer did it themselves and it was verified.")
    ] = False


class ConsentContract(Contract):
    contact_ids: Annotated[list[UUID], Field(description="Whose consent changes.")]
    change: Annotated[str, Field(description="grant, withdraw, opt_out, block or opt_in.")]
    category: Annotated[str, Field(description="The message category.")]
    channel: Annotated[str, Field(description="The channel.")]
    source: Annotated[str, Field(description="Where the customer did it.")]
    evidence: Annotated[str, Field(description="What proves it.")]
    occurred_at: Annotated[datetime, Field(description="When the customer did it.")]
    customers_own_act: Annotated[bool, Field(description="Whether it was their own verified act.")]
    opted_out: Annotated[int, Field(description="How many of them have opted out now.")]

    def sentence(self) -> str:
        people = len(self.contact_ids)
        return _sentence(self.change, people) % {
            "people": number(people), "category": Category(self.category).label,
        }  # fmt: skip


def _sentence(change: str, people: int) -> str:
    """What is written down of how many people."""
    if change == "grant":
        return ngettext(
            "Write down that %(people)s person agreed to messages (%(category)s)",
            "Write down that %(people)s people agreed to messages (%(category)s)",
            people,
        )
    if change == "withdraw":
        return ngettext(
            "Write down that %(people)s person took back their consent (%(category)s)",
            "Write down that %(people)s people took back their consent (%(category)s)",
            people,
        )
    if change == "opt_in":
        return ngettext(
            "Lift the opt-out of %(people)s person (%(category)s)",
            "Lift the opt-outs of %(people)s people (%(category)s)",
            people,
        )
    return ngettext(
        "Write nothing to %(people)s person any more (%(category)s)",
        "Write nothing to %(people)s people any more (%(category)s)",
        people,
    )


class ConsentChanged(Answer):
    changed: Annotated[int, Field(description="People whose record changed.")]
    change: Annotated[str, Field(description="What was done.")]


@dataclass(frozen=True, slots=True)
class OptOutStands:
    """An opt-out is only ever lifted by what the customer verifiably did themselves, lately, and with evidence."""

    def __call__(self, call: Call, contract: ConsentContract) -> Iterator[Reason]:
        if contract.change == "opt_in" and not (contract.customers_own_act and contract.evidence):
            yield Reason("opt_out_stands", gettext_lazy("Only the customer's own verified act lifts an opt-out."),
                         gettext_lazy("Pass customers_own_act and the evidence, or ask the customer to write START."),
                         "customers_own_act")  # fmt: skip
        if contract.change == "opt_in" and call.now - contract.occurred_at > START_COUNTS_FOR:
            yield Reason("too_long_ago", gettext_lazy("What the customer did is more than seven days old."),
                         gettext_lazy("Ask the customer to write START."), "occurred_at")  # fmt: skip
        if contract.change == "grant" and contract.category == "any":
            yield Reason("category_missing", gettext_lazy("Nobody agrees to everything at once."),
                         gettext_lazy("Say which messages the customer agreed to."), "category")  # fmt: skip
        if contract.occurred_at > call.now:
            yield Reason("in_the_future", gettext_lazy("occurred_at lies in the future."),
                         gettext_lazy("Say when the customer did it."), "occurred_at")  # fmt: skip


def plan(call: Call, ask: ConsentAsk) -> ConsentContract:
    """A no whose time lies ahead, by somebody's wrong clock, was said now: it is never refused and never outlasts the
    customer's next word.
    """
    contacts = _own_contacts(call, ask, whole=True)
    opted_out = Suppression.objects.filter(contact__in=contacts, lifted_at=None).values("contact").distinct().count()
    said = ask.model_dump(include=set(ConsentContract.model_fields), exclude={"channel", "occurred_at"})
    is_no = ask.change in NOES
    return ConsentContract(
        **said,
        channel=ask.channel or (Channel.ANY if is_no else Channel.WHATSAPP),
        occurred_at=min(ask.occurred_at, call.now) if is_no else ask.occurred_at,
        opted_out=opted_out,
    )


def _own_contacts(call: Call, ask: ConsentAsk | ConsentContract, *, whole: bool = False) -> list[int]:
    """The people who are meant, as they are known now; with `whole` also what was merged into them."""
    own = Contact.objects.filter(organisation=call.organisation, key__in=ask.contact_ids)
    found = {contact.key: contact for contact in own}
    unknown = [str(key) for key in ask.contact_ids if key not in found]
    refuse_if_any(
        Reason("contact_not_found", gettext_lazy("There is no contact %s.") % key,
               gettext_lazy("Use ids of whatsapp.contacts.list."), "contact_ids")
        for key in unknown[:20]
    )  # fmt: skip
    people = {survivor_of(contact).pk for contact in found.values()}
    return sorted(people | {one for pk in people for one in whole_person(pk)} if whole else people)


def needs_a_person(contract: ConsentContract) -> bool:
    """A no is never held up. Lifting one is always somebody's decision, and so is a bulk change towards yes."""
    if is_a_no(contract):
        return False
    return contract.change == "opt_in" or len(contract.contact_ids) >= BULK_FROM


def is_a_no(contract: ConsentContract) -> bool:
    return contract.change in NOES


def change(call: Call, contract: ConsentContract) -> ConsentChanged:
    """Do what the contract says, in the transaction of its request."""
    contacts = _own_contacts(call, contract, whole=is_a_no(contract))
    if contract.change in ("opt_out", "block"):
        reason = SuppressionReason.BLOCKED if contract.change == "block" else SuppressionReason.REQUEST
        stop = Stop(reason, contract.source, contract.occurred_at, contract.channel, contract.category)
        return ConsentChanged(changed=len(opt_out(contacts, stop, call.actor, call.now)), change=contract.change)
    if contract.change == "opt_in":
        lifted = [_lift(call, contract, pk) for pk in contacts]
        return ConsentChanged(changed=sum(1 for count in lifted if count), change=contract.change)
    return ConsentChanged(changed=_write_down(call, contract, contacts), change=contract.change)


def _lift(call: Call, contract: ConsentContract, contact: int) -> int:
    return opt_back_in(
        contact, contract.source, contract.occurred_at, call.actor, call.now,
        channel=contract.channel, category=contract.category,
    )  # fmt: skip


def _write_down(call: Call, contract: ConsentContract, contacts: list[int]) -> int:
    act = Act(
        contract.channel,
        contract.category,
        ConsentAct.GRANTED if contract.change == "grant" else ConsentAct.WITHDRAWN,
        contract.source,
        contract.occurred_at,
        contract.evidence,
        contract.customers_own_act,
    )
    locked = lock_contacts(contacts)
    for contact in locked:
        write_down(contact, act, call.actor.principal, call.now)
        record("contact.consent", contact, call.actor, now=call.now, change=contract.change, category=contract.category)
    return len(locked)
