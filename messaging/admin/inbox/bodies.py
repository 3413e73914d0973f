"""Free-form messages as people read them: what customers sent, and what the Cloud API is handed of ours."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from messaging.admin.bubbles import Bubble, BubbleButton, formatted

# Kind -> icon, words in place of what cannot be shown as text.
_KINDS: dict[str, tuple[str, str | Promise]] = {
    "image": ("image", _("Picture")),
    "video": ("movie", _("Video")),
    "audio": ("mic", _("Voice message")),
    "document": ("description", _("Document")),
    "sticker": ("mood", _("Sticker")),
    "location": ("location_on", _("Location")),
    "contacts": ("contacts", _("Contact card")),
    "reaction": ("add_reaction", _("Reaction")),
    "order": ("shopping_cart", _("Order")),
    "button": ("smart_button", _("Pressed a button")),
    "interactive": ("smart_button", _("Chose")),
    "edit": ("edit", _("Edited a message")),
    "revoke": ("delete", _("Took a message back")),
    "system": ("info", _("Notice of WhatsApp")),
    "request_welcome": ("waving_hand", _("Opened the chat")),
    "unsupported": ("help", _("A kind of message that WhatsApp does not hand on")),
}
_SHOWN_AS_TEXT = frozenset({"", "text"})


def kind_words(kind: str) -> str:
    """What a message of this kind is called where its content cannot be shown."""
    return str(_KINDS[kind][1]) if kind in _KINDS else gettext("A message of an unknown kind")


def inbound_words(kind: str | None, text: str | None) -> str:
    """What a customer sent, in one line."""
    if not kind:
        return ""
    if kind in _SHOWN_AS_TEXT:
        return text or ""
    return f"{kind_words(kind)}: {text}" if text else kind_words(kind)


def inbound_bubble(kind: str, text: str) -> Bubble:
    """What a customer sent. Their words stay text, whatever they look like."""
    if kind in _SHOWN_AS_TEXT:
        return Bubble("", body=formatted(text))
    icon = _KINDS[kind][0] if kind in _KINDS else "help"
    return Bubble("", media=kind_words(kind), media_icon=icon, body=formatted(text) if text else "")


def words_of(body: Mapping[str, Any] | None) -> str:
    """A free-form message of ours, in one line."""
    if not body:
        return ""
    kind, content = _content(body)
    if kind == "text":
        return str(content.get("body", ""))
    if kind == "interactive":
        return _text_in(content, "body")
    caption = content.get("caption") or content.get("filename") or content.get("name") or ""
    return f"{kind_words(kind)}: {caption}" if caption else kind_words(kind)


def reply_bubble(body: Mapping[str, Any], caption: str = "") -> Bubble:
    """A free-form message of ours as the phone shows it, from the very body that is handed over."""
    kind, content = _content(body)
    if kind == "text":
        return Bubble(caption, body=formatted(str(content.get("body", ""))))
    if kind == "interactive":
        return _interactive(content, caption)
    icon = _KINDS[kind][0] if kind in _KINDS else "help"
    named = str(content.get("filename") or content.get("name") or content.get("emoji") or "")
    said = str(content.get("caption") or content.get("address") or "")
    return Bubble(caption, media=named or kind_words(kind), media_icon=icon, body=formatted(said))


def _interactive(content: Mapping[str, Any], caption: str) -> Bubble:
    header = content.get("header") or {}
    header_kind = header.get("type", "")
    return Bubble(
        caption,
        title=str(header.get("text", "")) if header_kind == "text" else "",
        media=kind_words(header_kind) if header_kind not in ("", "text") else "",
        media_icon=_KINDS[header_kind][0] if header_kind in _KINDS else "",
        body=formatted(_text_in(content, "body")),
        footer=_text_in(content, "footer"),
        buttons=tuple(_buttons(content.get("action") or {})),
    )


def _buttons(action: Mapping[str, Any]) -> list[BubbleButton]:
    """Reply buttons, the rows of a list, or the one link."""
    found = [
        BubbleButton("reply", str((one.get("reply") or {}).get("title", "")), "") for one in action.get("buttons", ())
    ]
    for section in action.get("sections") or ():
        found += [
            BubbleButton("list", str(row.get("title", "")), str(row.get("description", "")))
            for row in section.get("rows", ())
        ]
    link = action.get("parameters") or {}
    if link.get("url"):
        found.append(BubbleButton("open_in_new", str(link.get("display_text", "")), str(link["url"])))
    return found


def _content(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    kind = str(body.get("type", "text"))
    content = body.get(kind)
    return kind, content if isinstance(content, Mapping) else {}


def _text_in(content: Mapping[str, Any], part: str) -> str:
    return str((content.get(part) or {}).get("text", ""))
