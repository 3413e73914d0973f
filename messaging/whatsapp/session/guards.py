"""What has to hold before a free-form message may be asked for, approved, carried out and released."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from approvals.models import State
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.gate import verdict_on
from messaging.guards import AudienceFrozen, InTime, OrganisationMaySend, SenderHealthy
from messaging.models import Category, Channel, Conversation, Reply, Send, Verdict
from messaging.whatsapp.conversations.windows import is_open
from messaging.whatsapp.session.contract import ReplyTerms


@dataclass(frozen=True, slots=True)
class ConversationOpen:
    """Nobody has closed the conversation, and it still is with the person and the number of the contract."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        conversation = _conversation_of(call, contract)
        if conversation is None or conversation.sender_id != contract.sender_id:
            yield Reason("conversation_gone", _("The conversation is not what was previewed."),
                         _("Make a new preview."))  # fmt: skip
        elif conversation.state != Conversation.State.OPEN:
            yield _closed()


@dataclass(frozen=True, slots=True)
class WindowOpen:
    """The customer wrote so recently that they may be answered freely. The engine asks once more for each message."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        conversation = _conversation_of(call, contract)
        if conversation is not None and not is_open(conversation, call.now):
            yield _window_closed()


@dataclass(frozen=True, slots=True)
class MayBeWrittenTo:
    """The gate has nothing against it. Once it is carried out, the engine asks it of the message, and leaves it out."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        if call.request is not None and call.request.state == State.SUCCEEDED:
            return
        conversation = _conversation_of(call, contract)
        if conversation is not None:
            yield from _reasons_of_the_gate(conversation, call.now)


@dataclass(frozen=True, slots=True)
class NotSentYet:
    """A preview is sent once."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        sends = Send.objects.filter(audience=contract.audience_id)
        if call.request is not None:
            sends = sends.exclude(request=call.request.pk)
        if sends.exists():
            yield Reason("already_sent", _("This preview has been sent already."), _("Make a new preview."))


@dataclass(frozen=True, slots=True)
class ReplyUntouched:
    """What waits to be handed over still is, byte for byte, what was countersigned."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        if call.request is None:
            return
        reply = Reply.objects.filter(send__request=call.request.pk).first()
        if reply is not None and (reply.body, reply.conversation_id) != (contract.body, contract.conversation_id):
            yield Reason("reply_altered", _("The message is not what was approved."),
                         _("Stop it, make a new preview, and tell an administrator."))  # fmt: skip


REPLY_GUARDS = (
    OrganisationMaySend(),
    ConversationOpen(),
    WindowOpen(),
    MayBeWrittenTo(),
    SenderHealthy(),
    AudienceFrozen(),
    InTime(),
    NotSentYet(),
    ReplyUntouched(),
)


def reasons_against_answering(conversation: Conversation, now: datetime) -> Iterator[Reason]:
    """Why nothing free-form may be written in this conversation now."""
    if conversation.state != Conversation.State.OPEN:
        yield _closed()
    if not is_open(conversation, now):
        yield _window_closed()
    yield from _reasons_of_the_gate(conversation, now)


def _reasons_of_the_gate(conversation: Conversation, now: datetime) -> Iterator[Reason]:
    verdict = verdict_on(conversation.contact, Channel.WHATSAPP, Category.SERVICE, now)
    if verdict is not Verdict.INCLUDED:
        yield Reason("not_written_to", _("Nothing is sent to this person: %s.") % verdict.label,
                     _("Their no stands until they write otherwise themselves; close the conversation."),
                     "conversation_id")  # fmt: skip


def _conversation_of(call: Call, contract: ReplyTerms) -> Conversation | None:
    own = Conversation.objects.select_related("organisation", "contact__organisation")
    return own.filter(pk=contract.conversation_id, organisation=call.organisation).first()


def _closed() -> Reason:
    return Reason("conversation_closed", _("The conversation is closed."),
                  _("It opens again when the customer writes."), "conversation_id")  # fmt: skip


def _window_closed() -> Reason:
    return Reason(
        "window_closed",
        _("The customer service window is closed: the customer has not written in the last 24 hours."),
        _("Use an approved template instead (whatsapp.templates.list), or wait until the customer writes again."),
        "conversation_id",
    )
