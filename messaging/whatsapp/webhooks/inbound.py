"""What a customer sent. Kinds Meta adds later still arrive as an item, only without text."""

from typing import Any

from messaging.inbox.items import InboundItem, Media
from messaging.whatsapp.webhooks.items import UserIdUpdateItem
from messaging.whatsapp.webhooks.reading import Object, Unreadable, inner, moment, phone, required, text, user_id

MEDIA_KINDS = frozenset({"image", "video", "document", "audio", "sticker"})
Said = tuple[str, str, str]  # text, payload, title


def read_inbound(raw: Object, number: str, contacts: list[Object]) -> InboundItem | UserIdUpdateItem:
    """One message, or the news that its sender has another number or id. Raises `Unreadable`."""
    sender, sender_id = phone(raw, "from"), user_id(raw, "from_user_id", "from")
    contact = _contact_of(sender, sender_id, contacts)
    sender = sender or phone(contact, "wa_id")
    sender_id = sender_id or user_id(contact, "user_id", "wa_id")
    if not sender and not sender_id:
        raise Unreadable("neither from nor from_user_id names the sender")
    kind = text(raw, "type", 32) or "unknown"
    if kind == "system" and (update := _identity_change(raw, number, sender, sender_id)):
        return update
    return _message(raw, number, kind, (sender, sender_id), contact)


def _message(raw: Object, number: str, kind: str, sender: tuple[str, str], contact: Object) -> InboundItem:
    provider_id = required(raw, "id")
    content = inner(raw, kind)
    said, payload, title = _said(kind, content)
    return InboundItem(
        dedupe_key=f"inbound:{number}:{provider_id}",
        sender_ref=number,
        provider_id=provider_id,
        at=moment(raw, "timestamp"),
        from_phone=sender[0],
        user_id=sender[1],
        kind=kind,
        text=said,
        payload=payload,
        title=title,
        profile_name=text(inner(contact, "profile"), "name", 255),
        username=text(inner(contact, "profile"), "username", 64).lstrip("@"),
        reply_to=text(inner(raw, "context"), "id", 255),
        target_id=text(content, "message_id", 255) or text(content, "original_message_id", 255),
        media=_media(content) if kind in MEDIA_KINDS else None,
        came_by_ad=bool(inner(raw, "referral")),
        parent_user_id=_parent_id(raw, contact),
    )


def _contact_of(sender: str, sender_id: str, contacts: list[Object]) -> Object:
    """The contact that belongs to the sender; the only one, if the message names no sender at all."""
    for contact in contacts:
        if (sender and phone(contact, "wa_id") == sender) or (sender_id and text(contact, "user_id") == sender_id):
            return contact
    return contacts[0] if len(contacts) == 1 and not (sender or sender_id) else {}


def _parent_id(raw: Object, contact: Object) -> str:
    own = user_id(raw, "from_parent_user_id", "")
    return own or user_id(contact, "parent_user_id", "")


def said_in(raw: Object) -> Said:
    """Text, payload and title of a message, whoever wrote it."""
    kind = text(raw, "type", 32)
    return _said(kind, inner(raw, kind))


def _said(kind: str, content: Object) -> Said:
    """Text, payload and title. A tapped button counts as its label being said, so that a Stop button is a stop."""
    if kind == "text":
        return text(content, "body"), "", ""
    if kind == "button":
        label = text(content, "text", 256)
        return label, text(content, "payload", 1024), label
    if kind == "interactive":
        return _tapped(content)
    if kind == "reaction":
        return text(content, "emoji", 64), "", ""
    if kind == "edit":
        edited = inner(content, "message")
        return _said(text(edited, "type", 32), inner(edited, text(edited, "type", 32)))
    if kind == "unsupported":
        return "", text(content, "type", 64), ""
    if kind == "system":
        return text(content, "body"), text(content, "type", 64), ""
    return (
        text(content, "caption") or text(content, "body") or text(content, "text") or text(content, "name", 256),
        "",
        "",
    )


def _tapped(content: Object) -> Said:
    """A tapped reply button or list row, or the answer of a flow (its JSON stays text: it is the customer's)."""
    for key in ("button_reply", "list_reply"):
        if reply := inner(content, key):
            title = text(reply, "title", 256)
            return title, text(reply, "id", 1024), title
    answer = inner(content, "nfm_reply")
    return text(answer, "body"), text(answer, "response_json"), text(answer, "name", 256)


def _media(content: Object) -> Media | None:
    media_id = text(content, "id", 255)
    if not media_id:
        return None
    return Media(
        media_id, text(content, "mime_type", 128), text(content, "sha256", 128), text(content, "filename", 255)
    )


def _identity_change(raw: Object, number: str, old_phone: str, old_id: str) -> UserIdUpdateItem | None:
    """The new number or id of the sender, if the system message carries one that differs."""
    news: dict[str, Any] = inner(raw, "system")
    new_phone, new_id = phone(news, "wa_id") or phone(news, "new_wa_id"), user_id(news, "user_id", "wa_id")
    if not text(news, "type").startswith("user_changed") or (new_phone or old_phone, new_id or old_id) == (
        old_phone,
        old_id,
    ):
        return None
    key = f"inbound:{number}:{required(raw, 'id')}"
    return UserIdUpdateItem(key, number, old_id, new_id, old_phone, new_phone, moment(raw, "timestamp"))
