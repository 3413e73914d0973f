"""Handing conversations to a queue or to somebody: what is asked for, what may stand in its way, and doing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import BaseModel, ConfigDict, Field

from accounts.models import Person
from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from approvals.versions import token_of
from messaging.models import Conversation, Queue
from messaging.whatsapp.conversations.business_hours import due_after
from messaging.whatsapp.conversations.moving import move
from messaging.whatsapp.conversations.visible import (
    find_queue,
    may_own,
    queues_visible_to,
    unknown_conversation,
    visible_to,
)

# From so many conversations on, a change is one of many people's work.
BULK_FROM = 2
ConcernName = Literal["general", "complaint", "payment", "escalation"]


class HandoverAsk(Ask):
    conversation_ids: Annotated[list[UUID], Field(min_length=1, max_length=50, description="What is handed over.")]
    queue_id: Annotated[UUID | None, Field(description="Where to; null leaves it in its queue.")] = None
    owner_id: Annotated[
        UUID | None, Field(description="Who sees to it from now on; null leaves it to whoever of the queue takes it.")
    ] = None
    concern: Annotated[
        ConcernName | None, Field(description="What it turned out to be about; null leaves what stands there.")
    ] = None
    note: Annotated[
        str, Field(max_length=2000, description="For the team alone. The customer is never told any of it.")
    ] = ""


class Moved(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    conversation_id: Annotated[UUID, Field(description="The conversation.")]
    base_version: Annotated[int, Field(description="Its version when this was planned.")]
    from_queue: Annotated[str, Field(description="The queue it is in.")]
    from_owner: Annotated[str, Field(description="Who sees to it; empty for nobody.")]
    to_queue_id: Annotated[UUID, Field(description="The queue it goes to.")]
    reply_due_before: Annotated[datetime | None, Field(description="Until when an answer was promised.")]
    reply_due_after: Annotated[datetime | None, Field(description="Until when it will be, by the new queue's hours.")]
    settles: Annotated[bool, Field(description="Whether it stops counting as complaint, payment or escalation.")]


class HandoverContract(Contract):
    conversations: Annotated[list[Moved], Field(description="What is handed over, and what that changes.")]
    queue_id: Annotated[UUID | None, Field(description="Where to; null leaves each in its queue.")]
    queue_name: Annotated[str, Field(description="The queue's name; empty where each stays.")]
    owner_id: Annotated[UUID | None, Field(description="Who sees to it from now on.")]
    owner_name: Annotated[str, Field(description="Their name; empty for whoever takes it.")]
    concern: Annotated[str, Field(description="What it is about from now on; empty leaves that.")]
    note: Annotated[str, Field(description="For the team alone.")]
    restricted: Annotated[bool, Field(description="Whether a restricted queue gives or takes.")]
    seen_by: Annotated[int, Field(description="People who find it in their inbox; nobody is sent a message.")]
    customer_is_told: Annotated[Literal[False], Field(description="The customer is told nothing, ever.")] = False

    @property
    def needs_a_person(self) -> bool:
        return self.restricted or len(self.conversations) >= BULK_FROM or any(one.settles for one in self.conversations)

    @property
    def moves(self) -> bool:
        """Whether any of them changes its queue or its owner."""
        return any(
            one.from_owner != self.owner_name or self.queue_name not in ("", one.from_queue)
            for one in self.conversations
        )

    def sentence(self) -> str:
        count = len(self.conversations)
        if self.concern and not self.moves:
            told = ngettext(
                "Count %(count)s conversation as “%(concern)s”", "Count %(count)s conversations as “%(concern)s”", count
            )
            return told % {"count": number(count), "concern": Conversation.Concern(self.concern).label}
        told = ngettext(
            "Hand %(count)s conversation to %(whom)s", "Hand %(count)s conversations to %(whom)s", count
        )  # fmt: skip
        whom = " / ".join(filter(None, (self.queue_name, self.owner_name))) or _("whoever takes it")
        return told % {"count": number(count), "whom": whom}


class Assigned(Answer):
    conversations: Annotated[dict[UUID, str], Field(description="Conversation -> its version_token now.")]


@dataclass(frozen=True, slots=True)
class HandoverStands:
    """The conversations are as they were read, their queue is there for the caller, and whoever gets them may."""

    def __call__(self, call: Call, contract: HandoverContract) -> Iterator[Reason]:
        ids = [one.conversation_id for one in contract.conversations]
        found = {one.pk: one for one in visible_to(call.actor).filter(pk__in=ids)}
        for one in contract.conversations:
            yield from _moved_since(found.get(one.conversation_id), one.base_version)
        queues = {one.to_queue_id for one in contract.conversations}
        seen = list(queues_visible_to(call.actor).filter(pk__in=queues))
        own = Queue.objects.filter(pk__in=queues, organisation=call.organisation)
        # One stays where it is though its owner cannot see the queue: they own it, and that is how they know of it.
        known = seen if contract.queue_id else list(own)
        if len(known) < len(queues):
            yield _unknown("queue", gettext_lazy("There is no such queue."), "queue_id")
        if any(queue.is_restricted for queue in known) and not contract.restricted:
            text = gettext_lazy("The queue has become restricted since this was planned.")
            yield Reason("queue_changed", text, gettext_lazy("Ask for whatsapp.handover.preview again."), "queue_id")
        if contract.owner_id is not None:
            yield from _owner_may_not(call, contract.owner_id, known)


def _moved_since(conversation: Conversation | None, base_version: int) -> Iterator[Reason]:
    if conversation is None:
        yield unknown_conversation("conversation_ids")
    elif conversation.state != Conversation.State.OPEN:
        yield Reason(
            "conversation_closed",
            gettext_lazy("A closed conversation is nobody's to see to."),
            gettext_lazy("It opens again when its customer writes."),
            "conversation_ids",
        )
    elif conversation.version != base_version:
        yield Reason(
            "conversation_changed",
            gettext_lazy("Somebody has changed the conversation since this was planned."),
            gettext_lazy("Read it again and ask for whatsapp.handover.preview again."),
            "conversation_ids",
        )


def _owner_may_not(call: Call, owner_id: UUID, queues: list[Queue]) -> Iterator[Reason]:
    person = Person.objects.filter(pk=owner_id, organisation=call.organisation).first()
    if person is None or not all(may_own(person, queue) for queue in queues):
        yield _unknown("owner", gettext_lazy("Nobody of this id answers customers there."), "owner_id")


def _unknown(what: str, text: object, field: str) -> Reason:
    return Reason(f"{what}_not_found", str(text), _("Use an id of whatsapp.inbox_assignments.list."), field)


def plan_handover(call: Call, ask: HandoverAsk) -> HandoverContract:
    """What handing these over would change. Raises Refused for what cannot be handed over."""
    queue = find_queue(call, ask.queue_id) if ask.queue_id else None
    owner = Person.objects.filter(pk=ask.owner_id, organisation=call.organisation).first() if ask.owner_id else None
    found = _conversations(call, ask.conversation_ids)
    contract = HandoverContract(
        conversations=[_moved(one, queue, ask.concern or "") for one in found],
        queue_id=queue.pk if queue else None,
        queue_name=queue.name if queue else "",
        owner_id=ask.owner_id,
        owner_name=str(owner or ""),
        concern=ask.concern or "",
        note=ask.note,
        restricted=any(one.queue.is_restricted for one in found) or bool(queue and queue.is_restricted),
        seen_by=max(_people_of(queue or one.queue) for one in found),
    )
    refuse_if_any(HandoverStands()(call, contract))
    return contract


def _conversations(call: Call, ids: list[UUID]) -> list[Conversation]:
    rows = visible_to(call.actor).select_related("queue", "owner", "organisation").filter(pk__in=set(ids))
    found = {one.pk: one for one in rows}
    refuse_if_any(unknown_conversation("conversation_ids") for key in dict.fromkeys(ids) if key not in found)
    return [found[key] for key in sorted(found)]


def _moved(conversation: Conversation, queue: Queue | None, concern: str) -> Moved:
    queue = queue or conversation.queue
    zone, waiting = ZoneInfo(conversation.organisation.timezone), conversation.waiting_since
    general = Conversation.Concern.GENERAL
    return Moved(
        conversation_id=conversation.pk,
        base_version=conversation.version,
        from_queue=conversation.queue.name,
        from_owner=str(conversation.owner or ""),
        to_queue_id=queue.pk,
        reply_due_before=conversation.reply_due_at,
        reply_due_after=due_after(waiting, queue.reply_minutes, queue, zone) if waiting else None,
        settles=conversation.concern != general and concern not in ("", conversation.concern),
    )


def _people_of(queue: Queue) -> int:
    """How many people the queue is seen to by; those who may see everything are not counted."""
    if queue.team is not None:
        return queue.team.members.filter(is_active=True).count()
    people = Person.objects.filter(organisation_id=queue.organisation_id, is_active=True)
    return sum(may_own(person, queue) for person in people)


def assign(call: Call, contract: HandoverContract) -> Assigned:
    """Hand them over as planned, all or none. Raises Refused where somebody was faster."""
    ids = [one.conversation_id for one in contract.conversations]
    own = Conversation.objects.filter(organisation=call.organisation, pk__in=ids)
    held = {
        one.pk: one for one in own.select_for_update(of=("self",), no_key=True).select_related("queue").order_by("pk")
    }
    against = tuple(HandoverStands()(call, contract))
    if against:
        raise Refused(*against)
    owner = Person.objects.get(pk=contract.owner_id) if contract.owner_id else None
    queues = Queue.objects.in_bulk({one.to_queue_id for one in contract.conversations})
    tokens = {}
    for one in contract.conversations:
        moved = move(
            held[one.conversation_id], queues[one.to_queue_id], owner, call.actor, call.now, contract.note,
            contract.concern,
        )  # fmt: skip
        tokens[moved.pk] = token_of(moved)
    return Assigned(conversations=tokens)
