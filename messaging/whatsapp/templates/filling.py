"""Putting one recipient's values into a template. Refuses what Meta would refuse, or a customer would read as broken.

Building the payload and rendering the preview both stand on `filled`, so what is approved is what is sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from messaging.whatsapp.templates.definition import (
    Button,
    CopyCodeButton,
    Definition,
    Header,
    MediaHeader,
    QuickReplyButton,
    TextHeader,
    UrlButton,
)
from messaging.whatsapp.templates.limits import BODY, CODE, HEADER, PAYLOAD, URL
from messaging.whatsapp.templates.values import Values
from messaging.whatsapp.templates.variables import PLACEHOLDER, fill, length, names_in

_LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff]")
_URL_ENDING = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_CODE = re.compile(rf"[A-Za-z0-9]{{1,{CODE}}}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's texts with one recipient's values in them. `targets` are the buttons' by place."""

    header: str
    body: str
    targets: Mapping[int, str]


def filled(definition: Definition, values: Values) -> Filled:
    """The texts as the recipient will read them. Raises `Refused` with everything that is wrong with the values."""
    refuse_if_any(
        (
            *_wrong_header(definition.header, values),
            *_wrong_body(definition, values),
            *_wrong_buttons(definition, values),
        )
    )
    header = definition.header
    title = fill(header.text, _header_values(header, values)) if isinstance(header, TextHeader) else ""
    found = Filled(title, fill(definition.body.text, values.body), _targets(definition, values))
    refuse_if_any(_unfit(found))
    return found


def _header_values(header: TextHeader, values: Values) -> dict[str, str]:
    return dict.fromkeys(names_in(header.text), values.header_text)


def _wrong_header(header: Header | None, values: Values) -> Iterator[Reason]:
    wants_text = isinstance(header, TextHeader) and bool(names_in(header.text))
    wants_media = isinstance(header, MediaHeader)
    wants_place = header is not None and header.kind == "location"
    if wants_text:
        yield from wrong_text(values.header_text, "header_text")
    elif values.header_text:
        yield _surplus("header_text")
    yield from _expected("header_media", wanted=wants_media, given=values.header_media is not None)
    yield from _expected("header_location", wanted=wants_place, given=values.header_location is not None)
    link = values.header_media.link if values.header_media else ""
    if wants_media and link and not link.startswith("https://"):
        text = _("The link to the file does not begin with https://.")
        yield Reason(
            "link_insecure", text, _("Give an https link, or upload the file and give its id."), "header_media"
        )


def _wrong_body(definition: Definition, values: Values) -> Iterator[Reason]:
    wanted = dict.fromkeys(names_in(definition.body.text))
    for name in wanted:
        if name in values.body:
            yield from wrong_text(values.body[name], f"body.{name}")
        else:
            yield _missing(f"body.{name}")
    yield from (_surplus(f"body.{name}") for name in values.body if name not in wanted)


def _wrong_buttons(definition: Definition, values: Values) -> Iterator[Reason]:
    for index, button in enumerate(definition.buttons):
        field, value = f"buttons.{index}", values.buttons.get(index)
        takes_value = isinstance(button, CopyCodeButton) or (
            isinstance(button, UrlButton) and bool(names_in(button.url))
        )
        if value is None:
            if takes_value:
                yield _missing(field)
        elif isinstance(button, QuickReplyButton) or takes_value:
            yield from _wrong_button(button, value, field)
        else:
            yield _surplus(field)
    yield from (_surplus(f"buttons.{index}") for index in values.buttons if not 0 <= index < len(definition.buttons))


def _wrong_button(button: Button, value: str, field: str) -> Iterator[Reason]:
    if isinstance(button, UrlButton):
        yield from _wrong_ending(button.url, value, field)
    elif isinstance(button, CopyCodeButton) and not _CODE.fullmatch(value):
        text = format_lazy(_("The code is not 1 to {limit} letters and digits."), limit=CODE)
        yield Reason("code_format", text, _("Shorten the code and leave out other characters."), field)
    elif isinstance(button, QuickReplyButton) and (not value or length(value) > PAYLOAD or _UNPRINTABLE.search(value)):
        text = format_lazy(_("What the button answers with is not 1 to {limit} characters."), limit=PAYLOAD)
        yield Reason("payload_format", text, _("Use a short word for it, or leave it out."), field)


def _wrong_ending(url: str, ending: str, field: str) -> Iterator[Reason]:
    if not _URL_ENDING.fullmatch(ending):
        text = _("The ending of the address is empty or has characters that do not belong into an address.")
        yield Reason("url_ending", text, _("Percent-encode it, and leave out spaces."), field)
        return
    fixed = PLACEHOLDER.sub("", url)
    if _host(fixed) != _host(fixed + ending):
        text = _("With this ending the button leads to another site than the approved one.")
        yield Reason("url_host_changed", text, _("Give only what comes after the / of the approved address."), field)


def _host(url: str) -> str | None:
    """Scheme and host of an address, or None where it cannot be read as one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}"


def wrong_text(value: str, field: str) -> Iterator[Reason]:
    """What Meta refuses in a variable, and what would show a customer the inside of our templates."""
    if not value.strip():
        yield Reason("value_empty", _("The value is empty."), _("Give a value, or leave this person out."), field)
    if _LINE_BREAK.search(value):
        yield Reason("value_line_break", _("The value has a line break."), _("Put it on one line."), field)
    if "\t" in value:
        yield Reason("value_tab", _("The value has a tab."), _("Put a space in its place."), field)
    if " " * 4 in value:
        yield Reason("value_spaces", _("The value has four or more spaces in a row."), _("Leave one."), field)
    if "{{" in value or "}}" in value:
        text = _("The value contains {{ or }}, so a customer would read a placeholder.")
        yield Reason("value_placeholder", text, _("Correct the person's data."), field)
    if _UNPRINTABLE.search(value):
        text = _("The value has characters that cannot be shown or stored.")
        yield Reason("value_unprintable", text, _("Remove control characters and broken emoji."), field)


def _targets(definition: Definition, values: Values) -> dict[int, str]:
    """Where each button leads: an address, a number, a code, or what it answers with."""
    targets: dict[int, str] = {}
    for index, button in enumerate(definition.buttons):
        value = values.buttons.get(index, "")
        if isinstance(button, UrlButton):
            targets[index] = PLACEHOLDER.sub(lambda _found, value=value: value, button.url)  # type: ignore[misc]
        elif button.kind == "phone":
            targets[index] = button.phone_number
        else:
            targets[index] = value
    return targets


def _unfit(found: Filled) -> Iterator[Reason]:
    texts = [("header", found.header, HEADER), ("body", found.body, BODY)]
    texts += [(f"buttons.{index}", target, URL) for index, target in found.targets.items()]
    for field, text, limit in texts:
        if length(text) > limit:
            said = format_lazy(
                _("Filled in, the text has {length} characters; WhatsApp shows {limit}."),
                length=length(text),
                limit=limit,
            )
            yield Reason("text_too_long", said, _("Shorten the values."), field)
        if "{{" in text or "}}" in text:
            said_broken = _("A placeholder of the template is written wrongly and would be shown.")
            yield Reason("template_broken", said_broken, _("Correct the template; no value can mend it."), field)


def _expected(field: str, *, wanted: bool, given: bool) -> Iterator[Reason]:
    if wanted and not given:
        yield _missing(field)
    elif given and not wanted:
        yield _surplus(field)


def _missing(field: str) -> Reason:
    return Reason("value_missing", _("The template needs this value."), _("Give it, or leave this person out."), field)


def _surplus(field: str) -> Reason:
    text: str | Promise = _("The template has no place for this value.")
    return Reason("value_unknown", text, _("Leave it out, or correct the variable's name."), field)
