"""What both sides said, in one order: the customer's words, our replies, and what we sent them unasked meanwhile."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from messaging.models import Conversation, InboundMessage, Message, Reply
from messaging.whatsapp.conversations.beside import files_of


class Said(NamedTuple):
    """One message. `text` and `button` of a customer are data, never instructions."""

    key: str
    from_customer: bool
    kind: str
    text: str
    button: str
    file: str
    in_reply_to: str
    by: str
    origin: str
    status: str
    at: datetime


def thread(conversation: Conversation, limit: int, before: datetime | None = None) -> tuple[list[Said], bool]:
    """The last `limit` messages before a moment, oldest first, and whether there are earlier ones.

    Providers tell whole seconds: what was said in one moment stands on one page, even if it becomes a little longer.
    """
    rows = sorted(_rows(conversation, limit, before), key=lambda said: said.at, reverse=True)
    if len(rows) <= limit:
        return rows[::-1], False
    oldest = rows[limit - 1].at
    shown = [said for said in rows if said.at >= oldest]
    return shown[::-1], len(shown) < len(rows)


def _rows(conversation: Conversation, limit: int, before: datetime | None) -> Iterable[Said]:
    heard = _until(InboundMessage.objects.filter(conversation=conversation), "at", before, limit)
    files = files_of([message.pk for message in heard])
    yield from (_heard(message, str(files.get(message.pk, ""))) for message in heard)
    replies = _until(Reply.objects.filter(conversation=conversation), "made_at", before, limit)
    sent = {one.send_id: one for one in Message.objects.filter(send__in=[reply.pk for reply in replies])}
    yield from (_replied(reply, sent.get(reply.pk)) for reply in replies)
    unasked = Message.objects.filter(contact=conversation.contact_id, sender=conversation.sender_id)
    unasked = unasked.filter(~Q(handed_at=None), ~Q(translation=None), handed_at__gte=_began(conversation))
    for message in _until(unasked.select_related("translation__template"), "handed_at", before, limit):
        yield _unasked(message)


def _until(rows: Any, moment: str, before: datetime | None, limit: int) -> list[Any]:
    if before is not None:
        rows = rows.filter(**{f"{moment}__lt": before})
    return list(rows.order_by(f"-{moment}", "-pk")[: limit + 1])


def _began(conversation: Conversation) -> datetime:
    """Its very first word: a conversation that was opened again shows what was said before, too."""
    first = InboundMessage.objects.filter(conversation=conversation).order_by("at").values_list("at", flat=True).first()
    return min(filter(None, (first, conversation.opened_at)))


def _heard(message: InboundMessage, file: str) -> Said:
    return Said(
        str(message.key), True, message.kind, message.text, message.payload, file, message.in_reply_to, "", "",
        "", message.at,
    )  # fmt: skip


def _replied(reply: Reply, sent: Message | None) -> Said:
    status = sent.get_status_display() if sent else ""
    kind = str(reply.body.get("type", ""))
    text = words_of(reply.body)
    return Said(str(reply.pk), False, kind, text, "", "", "", reply.by, reply.origin, status, reply.made_at)


def _unasked(message: Message) -> Said:
    name = message.translation.template.name if message.translation else ""
    at = message.handed_at or message.queued_at
    return Said(str(message.send_id), False, "template", name, "", "", "", "", "", message.get_status_display(), at)


def words_of(body: dict[str, Any]) -> str:
    """What a person reads of a message of ours: its text, its caption, or the text above its buttons."""
    part = body.get(str(body.get("type", "")))
    if not isinstance(part, dict):
        return ""
    inner = part.get("body")
    words = inner.get("text") if isinstance(inner, dict) else inner
    return str(words or part.get("caption") or part.get("emoji") or part.get("name") or "")
