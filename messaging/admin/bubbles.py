"""A message as the phone will show it, for the desk's pages. Built from what would be sent, by the same code."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from approvals.reasons import Refused
from messaging.models import Channel, Message, TemplateTranslation
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import HEADER, values_of
from messaging.whatsapp.templates.render import Rendered, render
from messaging.whatsapp.templates.values import Values, example_values

_ICONS = {"url": "open_in_new", "phone": "call", "copy_code": "content_copy", "quick_reply": "reply"}
_MEDIA = {"image": "image", "video": "movie", "document": "description", "location": "location_on"}
# What a file is called that is none of ours: its id at Meta tells people nothing.
_FILES = {"image": gettext_lazy("Picture"), "video": gettext_lazy("Video"), "document": gettext_lazy("Document")}
# WhatsApp's own formatting; a mark counts only where no letter stands against it outside.
_FORMATS = (
    (re.compile(r"```(.+?)```", re.DOTALL), r"<code>\1</code>"),
    (re.compile(r"(?<!\w)\*(?! )([^*\n]+?)(?<! )\*(?!\w)"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)_(?! )([^_\n]+?)(?<! )_(?!\w)"), r"<em>\1</em>"),
    (re.compile(r"(?<!\w)~(?! )([^~\n]+?)(?<! )~(?!\w)"), r"<s>\1</s>"),
)


@dataclass(frozen=True, slots=True)
class BubbleButton:
    icon: str
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """What the template `desk/bubble.html` shows; `look` is "sms" for a plain text.

    `problems` stand in place of a message that could not be sent. `file` is the id of one of our files in the header,
    `picture` where it is seen.
    """

    caption: str
    note: str = ""
    look: str = ""
    title: str = ""
    media: str = ""
    media_icon: str = ""
    file: str = ""
    picture: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[BubbleButton, ...] = ()
    problems: tuple[str, ...] = ()


Drawing = Callable[[Message, Mapping[str, str]], Bubble]
_drawings: dict[str, Drawing] = {}


def register_drawing(channel: Channel, draw: Drawing) -> None:
    """Have messages of a channel drawn by its own code, as its phones show them."""
    _drawings[channel] = draw


def message_bubble(message: Message, values: Mapping[str, str]) -> Bubble | None:
    """What this person was sent, with these values; None where no text was kept, as of a one-time password."""
    if message.translation is None:
        return None
    draw = _drawings.get(message.send.channel)
    if draw is not None:
        return draw(message, values)
    return bubble_of(message.translation, values, message.translation.language)


def bubble_of(
    translation: TemplateTranslation, named: Mapping[str, str] | None, caption: str, note: str = ""
) -> Bubble:
    """The translation with these values, or with its own samples when `named` is None."""
    try:
        definition = Definition.model_validate(translation.definition)
        values = example_values(definition) if named is None else values_of(definition, named)
        return _drawn(render(definition, values), values, caption, note)
    except Refused as no:
        return Bubble(caption, note, problems=tuple(f"{reason.field}: {reason.text}" for reason in no.reasons))
    except (ValidationError, ValueError):
        return Bubble(caption, note, problems=(_("This text cannot be read as a template."),))


def file_named(said: object) -> str:
    """The id of the file that the value of a header names; empty where it names none of ours."""
    try:
        return str(UUID(str(said)))
    except ValueError:
        return ""


def shown_values(named: Mapping[str, Any], show: Callable[[str], str]) -> dict[str, str]:
    """Each value as its reader may see it. The file of a header is the same for all, and about nobody."""
    return {
        name: str(value) if name == HEADER and file_named(value) else show(str(value)) for name, value in named.items()
    }


def formatted(text: str) -> SafeString:
    """WhatsApp's *bold*, _italic_, ~struck~ and ```fixed``` as HTML; all else stays text, whatever it looks like."""
    html = str(escape(text))
    for pattern, tag in _FORMATS:
        html = pattern.sub(tag, html)
    return mark_safe(html)  # noqa: S308 - escaped first; only the four tags above are added


def _drawn(message: Rendered, values: Values, caption: str, note: str) -> Bubble:
    header = message.header
    media = ""
    if header is not None and header.kind != "text":
        media = _media_words(message)
    return Bubble(
        caption,
        note,
        title=header.text if header is not None else "",
        media=media,
        media_icon=_MEDIA.get(header.kind, "") if header is not None else "",
        file=file_named(header.media.id) if header is not None and header.media is not None else "",
        body=formatted(message.body),
        footer=message.footer,
        buttons=tuple(BubbleButton(_ICONS.get(one.kind, "reply"), one.label, one.target) for one in message.buttons),
    )


def _media_words(message: Rendered) -> str:
    header = message.header
    assert header is not None
    if header.location is not None:
        return header.location.name or f"{header.location.latitude}, {header.location.longitude}"
    if header.media is not None:
        return header.media.filename or header.media.link or str(_FILES.get(header.kind, header.kind))
    return header.kind
