"""What both sides said, in one order: the customer's words, our replies, and what we sent them unasked meanwhile."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from messaging.models import Conversation, InboundMessage, Message, PhoneEcho, Reply
from messaging.whatsapp.conversations.beside import files_of

# Messages of one moment that are read at the most beside those of the page.
_AT_ONCE = 500


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
    heard, replies, unasked, echoes = sources = _sources(conversation)
    rows = [
        *_heard(_until(*heard, before, limit)),
        *_replied(_until(*replies, before, limit)),
        *map(_unasked, _until(*unasked, before, limit)),
        *map(_by_phone, _until(*echoes, before, limit)),
    ]
    rows.sort(key=lambda said: said.at)
    oldest = rows[-limit].at if len(rows) > limit else rows[0].at if rows else conversation.opened_at
    has_more = any(found.filter(**{f"{moment}__lt": oldest}).exists() for found, moment in sources)
    return [said for said in rows if said.at >= oldest], has_more


def _sources(conversation: Conversation) -> tuple[tuple[QuerySet[Any], str], ...]:
    """Where messages stand, and by which moment of theirs they are put in order."""
    unasked = Message.objects.filter(
        ~Q(translation=None), contact=conversation.contact_id, sender=conversation.sender_id,
        handed_at__gte=_began(conversation),
    )  # fmt: skip
    echoes = PhoneEcho.objects.filter(
        contact=conversation.contact_id, sender=conversation.sender_id, at__gte=_began(conversation)
    )
    return (
        (InboundMessage.objects.filter(conversation=conversation), "at"),
        (Reply.objects.filter(conversation=conversation), "made_at"),
        (unasked.select_related("translation__template"), "handed_at"),
        (echoes, "at"),
    )


def _until(rows: QuerySet[Any], moment: str, before: datetime | None, limit: int) -> list[Any]:
    if before is not None:
        rows = rows.filter(**{f"{moment}__lt": before})
    found = list(rows.order_by(f"-{moment}", "-pk")[: limit + 1])
    if len(found) > limit:  # the others of the last moment, so that no page ends within it
        last = found[-1]
        found += rows.filter(**{moment: getattr(last, moment), "pk__lt": last.pk}).order_by("-pk")[:_AT_ONCE]
    return found


def _began(conversation: Conversation) -> datetime:
    """Its very first word: a conversation that was opened again shows what was said before, too."""
    first = InboundMessage.objects.filter(conversation=conversation).order_by("at").values_list("at", flat=True).first()
    return min(filter(None, (first, conversation.opened_at)))


def _heard(messages: list[InboundMessage]) -> Iterator[Said]:
    files = files_of([message.pk for message in messages])
    for one in messages:
        file = str(files.get(one.pk, ""))
        yield Said(str(one.key), True, one.kind, one.text, one.payload, file, one.in_reply_to, "", "", "", one.at)


def _replied(replies: list[Reply]) -> Iterator[Said]:
    sent = {one.send_id: one.get_status_display() for one in Message.objects.filter(send__in=[r.pk for r in replies])}
    for one in replies:
        kind, status = str(one.body.get("type", "")), str(sent.get(one.pk, ""))
        yield Said(str(one.pk), False, kind, words_of(one.body), "", "", "", one.by, one.origin, status, one.made_at)


def _unasked(message: Message) -> Said:
    name = message.translation.template.name if message.translation else ""
    at = message.handed_at or message.queued_at
    return Said(str(message.send_id), False, "template", name, "", "", "", "", "", message.get_status_display(), at)


def _by_phone(echo: PhoneEcho) -> Said:
    status = gettext("Sent from the phone, not approved")
    return Said(f"phone-{echo.pk}", False, echo.kind, echo.text, "", "", echo.target, "", "phone", status, echo.at)


def words_of(body: dict[str, Any]) -> str:
    """What a person reads of a message of ours: its text, its caption, or the text above its buttons."""
    part = body.get(str(body.get("type", "")))
    if not isinstance(part, dict):
        return ""
    inner = part.get("body")
    words = inner.get("text") if isinstance(inner, dict) else inner
    return str(words or part.get("caption") or part.get("emoji") or part.get("name") or "")
