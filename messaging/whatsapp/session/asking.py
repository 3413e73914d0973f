"""The preview of a session message: what leaves, to whom, until when, and why somebody else has to see it first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.actor import ActorKind
from approvals.contracts import Answer, Ask, Moment
from approvals.masking import mask
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.conversations.visible import find_conversation, unknown_conversation, visible_to
from messaging.whatsapp.conversations.windows import open_until
from messaging.whatsapp.media.uploading import why_not
from messaging.whatsapp.session.attachments import media_ids
from messaging.whatsapp.session.contract import ReplyTerms
from messaging.whatsapp.session.freezing import freeze_reply
from messaging.whatsapp.session.guards import REPLY_GUARDS, reasons_against_answering
from messaging.whatsapp.session.kinds import Reaction
from messaging.whatsapp.session.message import AnyKind, SessionMessage, body_of
from messaging.whatsapp.session.parts import Found, attachments_in
from messaging.whatsapp.session.quoting import wamid_of
from messaging.whatsapp.session.risks import Risk, reply_rules_of, risks_of
from messaging.whatsapp.session.showing import lines_of


class SessionMessageAsk(Ask):
    conversation_id: Annotated[UUID, Field(description="An id of whatsapp.conversations.list.")]
    message: SessionMessage = Field(description="What the customer gets; the kind says which fields it has.")
    quotes: Annotated[
        UUID | None,
        Field(description="The message that this answers, by its id in whatsapp.conversation.get; shown above it."),
    ] = None
    due_at: Annotated[
        Moment | None,
        Field(description="When it leaves, with a time zone, while the window is still open then. Null: at once."),
    ] = None


class SessionContract(ReplyTerms):
    kind: Annotated[str, Field(description="The kind of message.")]
    shows: Annotated[
        list[str],
        Field(description="What the phone shows, from the top: [files and places], (what can be tapped)."),
    ]
    recipient: Annotated[str, Field(description="The person's number or user id, masked.")]
    quotes: Annotated[UUID | None, Field(description="The message that it answers, if any.")]
    asset_ids: Annotated[list[UUID], Field(description="The files it carries.")]
    window_until: Annotated[datetime, Field(description="When the customer service window closes.")]
    minutes_left: Annotated[int, Field(description="Minutes from the preview until nothing leaves any more.")]
    risks: Annotated[
        list[Risk], Field(description="Why a person has to approve it; empty where the policies may let it go at once.")
    ]


class Answered(Answer):
    reply_id: Annotated[UUID, Field(description="Our id of the answer, as whatsapp.conversation.get tells it.")]
    state: Annotated[str, Field(description="scheduled: it leaves at due_at, if the window is still open then.")]
    due_at: Annotated[datetime, Field(description="When it leaves.")]
    not_after: Annotated[datetime, Field(description="What has not left by then stays in.")]


@dataclass(frozen=True, slots=True)
class ConversationVisible:
    """Whoever asks still sees to the conversation."""

    def __call__(self, call: Call, contract: ReplyTerms) -> Iterator[Reason]:
        if not visible_to(call.actor).filter(pk=contract.conversation_id).exists():
            yield unknown_conversation()


@dataclass(frozen=True, slots=True)
class FilesStand:
    """Nobody has taken back a file that it carries."""

    def __call__(self, call: Call, contract: SessionContract) -> Iterator[Reason]:
        for asset in MediaAsset.objects.filter(pk__in=contract.asset_ids, organisation=call.organisation):
            yield from why_not(asset)


SESSION_GUARDS = (ConversationVisible(), *REPLY_GUARDS, FilesStand())


def put_files_at_meta(call: Call, ask: SessionMessageAsk) -> None:
    """Have Meta know the files by our number, before anything is frozen: a body names them by Meta's ids."""
    if next(attachments_in(ask.message), None) is None:
        return
    conversation = find_conversation(call, ask.conversation_id)
    refuse_if_any(reasons_against_answering(conversation, call.now))
    media_ids(call, conversation, ask.message)


def preview_message(call: Call, ask: SessionMessageAsk) -> SessionContract:
    """Freeze one message. Raises Refused: not one's own conversation, closed, window closed, opted out, bad quote."""
    conversation = find_conversation(call, ask.conversation_id)
    refuse_if_any([*reasons_against_answering(conversation, call.now), *_cannot_quote(ask)])
    found = Found(media_ids(call, conversation, ask.message), _reacted_to(call, conversation, ask.message))
    quoted = wamid_of(conversation, ask.quotes, call.now, "quotes") if ask.quotes else ""
    body = body_of(ask.message, found, quoted)
    terms = freeze_reply(call, conversation, body, ask.due_at)
    until = open_until(conversation)
    assert until is not None
    contact = conversation.contact
    return SessionContract(
        **terms,
        kind=ask.message.kind,
        shows=lines_of(body),
        recipient=mask(contact.phone, "phone") if contact.phone else mask(contact.bsuid or "", "identifier"),
        quotes=ask.quotes,
        asset_ids=list(found.media),
        window_until=until,
        minutes_left=int((terms["not_after"] - call.now).total_seconds() // 60),
        risks=_risks(call, conversation, ask.message),
    )


def needs_a_person(contract: SessionContract) -> bool:
    """Whether a person decides, whatever the policies say."""
    return bool(contract.risks)


def _risks(call: Call, conversation: Conversation, message: AnyKind) -> list[Risk]:
    found = risks_of(message, reply_rules_of(call.organisation))
    if conversation.by_hand_since is not None and call.actor.kind is not ActorKind.PERSON:
        found.append(Risk(code="by_hand", found=""))
    return found


def _cannot_quote(ask: SessionMessageAsk) -> Iterator[Reason]:
    if ask.quotes is not None and isinstance(ask.message, Reaction):
        yield Reason("reaction_quotes_nothing", _("A reaction belongs to a message; it quotes none beside it."),
                     _("Leave quotes out."), "quotes")  # fmt: skip


def _reacted_to(call: Call, conversation: Conversation, message: AnyKind) -> dict[UUID, str]:
    if not isinstance(message, Reaction):
        return {}
    wamid = wamid_of(conversation, message.message_id, call.now, "message.message_id")
    return {message.message_id: wamid}
