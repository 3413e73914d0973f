"""Asking for a conversation to be closed: what is countersigned, and who has to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract, Moment
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, edited_since, token_of
from messaging.contacts.consent_tags import reasons_against_tags
from messaging.contacts.tag_words import Tag
from messaging.models import Conversation
from messaging.whatsapp.conversations.closing import close, put_away, reasons_against_closing
from messaging.whatsapp.conversations.visible import find_conversation, unknown_conversation, visible_to


class CloseAsk(Ask):
    conversation_id: Annotated[UUID, Field(description="The conversation that is over.")]
    base_version_token: Annotated[str, Field(max_length=40, description="version_token as you read it.")]
    outcome: Annotated[str, Field(min_length=3, max_length=300, description="What came of it, for the team.")]
    labels: Annotated[list[Tag], Field(max_length=10, description="Labels to add.")] = []
    follow_up_at: Annotated[Moment | None, Field(description="When to come back to it, with a time zone.")] = None
    leaves_unanswered: Annotated[
        bool, Field(description="Say true where the customer's last word needs no answer, a thank-you say.")
    ] = False
    archives: Annotated[
        bool, Field(description="true: also put it away, so that lists no longer show it. It may be closed already.")
    ] = False


class CloseContract(Contract):
    conversation_id: Annotated[UUID, Field(description="The conversation that is closed.")]
    base_version: Annotated[int, Field(description="Its version when this was planned.")]
    concern: Annotated[str, Field(description="What it is about: general, complaint, payment or escalation.")]
    queue_name: Annotated[str, Field(description="The queue it is in.")]
    owner_name: Annotated[str, Field(description="Who sees to it; empty for nobody.")]
    by_owner: Annotated[bool, Field(description="Whether its owner asks for it, in person.")]
    confirmed_by: Annotated[UUID | None, Field(description="Who asks for it in person; null for software.")]
    outcome: Annotated[str, Field(description="What came of it.")]
    labels: Annotated[list[str], Field(description="Labels that are added.")]
    follow_up_at: Annotated[datetime | None, Field(description="When somebody comes back to it.")]
    leaves_unanswered: Annotated[bool, Field(description="Whether the customer's last word stays unanswered.")]
    resolve_due_at: Annotated[datetime | None, Field(description="Until when it was to be settled.")]
    archives: Annotated[bool, Field(description="Whether it is put away as well.")] = False

    @property
    def needs_a_person(self) -> bool:
        return self.concern != Conversation.Concern.GENERAL or (self.leaves_unanswered and not self.by_owner)

    def sentence(self) -> str:
        about = Conversation.Concern(self.concern).label
        return _("Close a conversation (%(about)s): %(outcome)s") % {"about": about, "outcome": self.outcome}


class Closed(Answer):
    conversation_id: Annotated[UUID, Field(description="The conversation.")]
    version_token: Annotated[str, Field(description="Its version now.")]
    in_time: Annotated[bool, Field(description="Whether it was settled by the time that was promised.")]


@dataclass(frozen=True, slots=True)
class MayBeClosed:
    """Nobody changed the conversation since, its owner agrees, and nobody waits for an answer unawares."""

    def __call__(self, call: Call, contract: CloseContract) -> Iterator[Reason]:
        rows = visible_to(call.actor).select_related("owner", "queue")
        conversation = rows.filter(pk=contract.conversation_id).first()
        if conversation is None:
            yield unknown_conversation()
            return
        told = gettext_lazy("The conversation has changed since this was planned.")
        yield from edited_since(conversation, contract.base_version, told)
        is_closed = conversation.state != Conversation.State.OPEN
        if not (contract.archives and is_closed and conversation.archived_at is None):
            yield from reasons_against_closing(conversation, contract.confirmed_by, contract.leaves_unanswered)


def plan_close(call: Call, ask: CloseAsk) -> CloseContract:
    conversation = find_conversation(call, ask.conversation_id)
    check_token(conversation, ask.base_version_token)
    refuse_if_any(reasons_against_tags(ask.labels, "labels"))
    owner = conversation.owner
    return CloseContract(
        conversation_id=conversation.pk,
        base_version=conversation.version,
        concern=conversation.concern,
        queue_name=conversation.queue.name,
        owner_name=str(owner or ""),
        by_owner=owner is not None and call.actor.person == owner,
        confirmed_by=call.actor.person.pk if call.actor.person else None,
        outcome=ask.outcome,
        labels=sorted(set(ask.labels)),
        follow_up_at=ask.follow_up_at,
        leaves_unanswered=conversation.waiting_since is not None and ask.leaves_unanswered,
        resolve_due_at=conversation.resolve_due_at,
        archives=ask.archives,
    )


def end(call: Call, contract: CloseContract) -> Closed:
    """Close it as planned. Raises Refused where somebody was faster."""
    Conversation.objects.select_for_update(no_key=True).filter(
        pk=contract.conversation_id, organisation=call.organisation
    ).first()  # held, so that what the guard reads now stays so
    against = tuple(MayBeClosed()(call, contract))
    if against:
        raise Refused(*against)
    conversation = find_conversation(call, contract.conversation_id)
    closed = conversation
    if conversation.state == Conversation.State.OPEN:
        closed = close(conversation, contract.outcome, contract.labels, contract.follow_up_at, call.actor, call.now)
    if contract.archives:
        closed = put_away(closed, call.actor, call.now)
    in_time = closed.resolve_due_at is None or call.now <= closed.resolve_due_at
    return Closed(conversation_id=closed.pk, version_token=token_of(closed), in_time=in_time)
