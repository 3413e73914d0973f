"""One thing in a thread: a message of either side, a note, a handover, or a reply that still waits for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.masking import mask
from approvals.models import ActionRequest
from messaging.admin.bubbles import Bubble, file_named, message_bubble, shown_values
from messaging.admin.inbox.bodies import inbound_bubble, reply_bubble
from messaging.models import (
    Conversation,
    ConversationEvent,
    InboundMessage,
    MediaAsset,
    Message,
    Note,
    PhoneEcho,
    Reply,
    SendState,
    Status,
    Verdict,
)
from messaging.whatsapp.conversations.taking_back import TAKEN_BACK
from messaging.whatsapp.media.references import path_to
from messaging.whatsapp.templates.named_values import HEADER

# Status -> icon and tone; the words beside it are the status' own.
_TICKS = {
    Status.QUEUED: ("schedule", ""),
    Status.SENDING: ("schedule", ""),
    Status.UNSURE: ("help", "warn"),
    Status.CLOSED: ("help", "warn"),
    Status.ACCEPTED: ("done", ""),
    Status.HELD: ("hourglass_top", "warn"),
    Status.SENT: ("done", ""),
    Status.DELIVERED: ("done_all", ""),
    Status.READ: ("done_all", "read"),
    Status.FAILED: ("error", "bad"),
    Status.EXCLUDED: ("block", "bad"),
}
Files = Mapping[str, MediaAsset]
_NEVER_LEFT = frozenset({SendState.STOPPED, SendState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Entry:
    """`side` is them, us, note, event or asked. `key` puts entries of one moment in a fixed order."""

    side: str
    at: datetime
    key: str
    by: str = ""
    bubble: Bubble | None = None
    text: str = ""
    icon: str = ""
    status: str = ""
    tone: str = ""
    quoted: str = ""
    request: str = ""
    answerable: str = ""
    files: tuple[MediaAsset, ...] = ()

    @property
    def shown_files(self) -> list[tuple[MediaAsset, str]]:
        """Each file with the reference it is opened by, which is good for some minutes; none where it is not kept."""
        now = timezone.now()
        return [(one, path_to(one, now) if one.path else "") for one in self.files]


def heard(inbound: InboundMessage) -> Entry:
    """What the customer wrote."""
    is_gone = inbound.kind == TAKEN_BACK
    asset, fetch = (None, None) if is_gone else (getattr(inbound, "asset", None), getattr(inbound, "fetch", None))
    is_there = asset is not None or fetch is None
    return Entry(
        "them", inbound.at, f"1-{inbound.pk:020}", bubble=inbound_bubble(inbound.kind, inbound.text),
        text=inbound.provider_id, quoted=inbound.in_reply_to, answerable=str(inbound.key),
        files=(asset,) if asset else (), status="" if is_there or fetch is None else fetch.get_state_display(),
        icon="" if is_there else "hourglass_top",
    )  # fmt: skip


def said(message: Message, reply: Reply | None, files: Files, *, in_clear: bool) -> Entry:
    """What we sent them: a free-form reply or a template with their values."""
    bubble = reply_bubble(reply.body) if reply else _template_bubble(message, in_clear)
    icon, tone = _TICKS[Status(message.status)]
    return Entry(
        "us", message.handed_at or message.queued_at, f"2-{message.pk:020}", by=_who(reply, message), bubble=bubble,
        text=message.provider_id or "", icon=icon, status=_status(message, in_clear), tone=tone,
        files=files_in(message.send.preview.contract, files) if reply else _in_header(message, files),
    )  # fmt: skip


def not_yet_said(reply: Reply) -> Entry:
    """A reply that is to leave, or never will, and is no message yet."""
    lost = reply.send.state in _NEVER_LEFT
    return Entry(
        "us", reply.made_at, f"2-{reply.pk}", by=_who(reply, None), bubble=reply_bubble(reply.body),
        icon="block" if lost else "schedule", tone="bad" if lost else "",
        status=_("Not sent: %s") % reply.send.get_state_display() if lost else _("Goes out in a moment"),
    )  # fmt: skip


def by_phone(echo: PhoneEcho) -> Entry:
    """What somebody of ours sent past us."""
    status = _("Nobody approved this; they had opted out") if echo.after_a_no else _("Nobody approved this")
    return Entry(
        "us", echo.at, f"2-phone-{echo.pk:020}", by=_("From the phone app"),
        bubble=inbound_bubble(echo.kind, echo.text), text=echo.provider_id, icon="phone_iphone", status=status,
        tone="bad" if echo.after_a_no else "warn", quoted=echo.target,
    )  # fmt: skip


def asked(request: ActionRequest) -> Entry:
    """A reply that nobody has countersigned yet."""
    contract: dict[str, Any] = request.preview.contract
    return Entry("asked", request.created_at, f"4-{request.pk}", by=_requester(request),
                 bubble=reply_bubble(contract.get("body") or {}), icon="approval_delegation",
                 status=request.get_state_display(), request=str(request.pk))  # fmt: skip


def noted(note: Note) -> Entry:
    return Entry("note", note.at, f"3-{note.pk:020}", by=note.author, text=note.text)


def files_in(contract: Mapping[str, Any], files: Files) -> tuple[MediaAsset, ...]:
    """The files that a contract carries, of those that were fetched for the page."""
    return tuple(files[key] for key in contract.get("asset_ids", ()) if key in files)


def header_file(message: Message) -> str:
    """The id of the file in the header of a template that was sent, else empty."""
    return file_named(message.values.get(HEADER, ""))


def _in_header(message: Message, files: Files) -> tuple[MediaAsset, ...]:
    key = header_file(message)
    return (files[key],) if key in files else ()


def happened(event: ConversationEvent, facts: dict[str, Any]) -> Entry:
    """One line of the history. `facts` are those of the event that its reader may see."""
    return Entry("event", event.at, f"0-{event.pk:020}", by=event.by, status=event.get_kind_display(),
                 text=_told(event, facts))  # fmt: skip


def _told(event: ConversationEvent, facts: dict[str, Any]) -> str:
    """The facts of an event in one line: from where to where, why, with what outcome."""
    if event.kind == ConversationEvent.Kind.ASSIGNED:
        moved = (_moved(facts, "queue_name"), _moved(facts, "owner_name"), _became(facts))
        return " · ".join(filter(None, moved))
    if event.kind == ConversationEvent.Kind.LABELLED:
        signed = (*(f"+{one}" for one in facts.get("added", ())), *(f"−{one}" for one in facts.get("removed", ())))
        return " ".join(signed)
    return str(facts.get("why") or facts.get("outcome") or "")


def _moved(facts: dict[str, Any], name: str) -> str:
    before, after = facts.get(f"from_{name}") or "–", facts.get(name) or "–"
    return f"{before} → {after}" if before != after else ""


def _became(facts: dict[str, Any]) -> str:
    """What it was taken for, and is now; older events say only the latter."""
    before, after = facts.get("from_concern"), facts.get("concern")
    if not before or not after or before == after:
        return ""
    return f"{Conversation.Concern(before).label} → {Conversation.Concern(after).label}"


def _template_bubble(message: Message, in_clear: bool) -> Bubble:
    values = shown_values(message.values, lambda value: value if in_clear else mask(value, "text"))
    bubble = message_bubble(message, values)
    return bubble or Bubble("", media=message.send.get_kind_display(), media_icon="lock")  # its text was not kept


def _who(reply: Reply | None, message: Message | None) -> str:
    if reply is None:
        return message.send.name if message else ""
    return reply.by if reply.origin == Reply.Origin.TEAM else f"{reply.get_origin_display()} · {reply.by}"


def _status(message: Message, in_clear: bool) -> str:
    words = message.get_status_display()
    if message.verdict:
        return f"{words}: {Verdict(message.verdict).label}"
    if message.status != Status.FAILED:
        return words
    why = message.error_text if in_clear else ""
    return f"{words}: {message.error_code} {why}".strip()


def _requester(request: ActionRequest) -> str:
    return str(request.agent or request.owner or request.requester)
