"""Rules for buttons: how many of which kind, in which order, and what each may carry."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.whatsapp.templates.definition import (
    Button,
    Category,
    CopyCodeButton,
    Definition,
    PhoneButton,
    UrlButton,
)
from messaging.whatsapp.templates.findings import Finding, risk
from messaging.whatsapp.templates.limits import (
    BUTTONS,
    CODE,
    CODE_EXAMPLE,
    COPY_CODE_BUTTONS,
    LABEL,
    PHONE,
    PHONE_BUTTONS,
    SHOWN_BUTTONS,
    URL,
    URL_BUTTONS,
)
from messaging.whatsapp.templates.variables import PLACEHOLDER, length, names_in
from messaging.whatsapp.templates.wording import SHORTENERS

_PHONE = re.compile(r"\+[1-9][0-9]{5,18}")
_CODE = re.compile(r"[A-Za-z0-9]+")
_MOST: dict[str, tuple[int, str | Promise]] = {
    "url": (URL_BUTTONS, _("There are more than two buttons that open a page.")),
    "phone": (PHONE_BUTTONS, _("There is more than one button that calls.")),
    "copy_code": (COPY_CODE_BUTTONS, _("There is more than one button that copies a code.")),
}


def check_buttons(definition: Definition) -> Iterator[Finding]:
    """All buttons, together and one by one."""
    buttons = definition.buttons
    yield from _check_counts(buttons)
    yield from _check_order(buttons)
    labels = Counter(button.label for button in buttons if not isinstance(button, CopyCodeButton))
    for index, button in enumerate(buttons):
        where = f"buttons.{index}"
        if isinstance(button, CopyCodeButton):
            yield from _check_code(button, definition.category, where)
            continue
        yield from _check_label(button.label, where, repeated=labels[button.label] > 1)
        if isinstance(button, UrlButton):
            yield from _check_url(button, where)
        elif isinstance(button, PhoneButton):
            yield from _check_phone(button.phone_number, where)


def _check_counts(buttons: tuple[Button, ...]) -> Iterator[Finding]:
    if len(buttons) > BUTTONS:
        text = format_lazy(_("There are more than {limit} buttons."), limit=BUTTONS)
        yield Finding("buttons_too_many", "buttons", text, _("Remove some."))
    kinds = Counter[str](button.kind for button in buttons)
    for kind, (most, why) in _MOST.items():
        if kinds[kind] > most:
            yield Finding(f"buttons_{kind}", "buttons", why, _("Remove one."))
    if len(buttons) > SHOWN_BUTTONS:
        said = _("Two buttons are shown; the others hide behind a list, and desktop clients show none.")
        yield risk("buttons_hidden", "buttons", said, _("Keep three at most."))
    elif 0 < kinds["quick_reply"] < len(buttons):
        said = _("Desktop clients do not show quick replies mixed with other buttons.")
        yield risk("buttons_not_on_desktop", "buttons", said, _("Use one sort, if customers read on a computer."))


def _check_order(buttons: tuple[Button, ...]) -> Iterator[Finding]:
    groups = [quick for quick, _group in groupby(buttons, key=lambda button: button.kind == "quick_reply")]
    if len(groups) > 2:
        text = _("Quick replies and other buttons are mixed.")
        yield Finding("buttons_order", "buttons", text, _("Put all quick replies first, or all of them last."))


def _check_label(label: str, where: str, *, repeated: bool) -> Iterator[Finding]:
    if not label.strip():
        yield Finding("label_missing", where, _("The button has no label."), _("Write one."))
    if length(label) > LABEL:
        text = format_lazy(_("The label has more than {limit} characters."), limit=LABEL)
        yield Finding("label_too_long", where, text, _("Shorten it."))
    if "{{" in label or "}}" in label or "\n" in label or "\r" in label:
        text = _("A label cannot have variables or line breaks.")
        yield Finding("label_format", where, text, _("Write plain words."))
    if repeated:
        text = _("Two buttons have the same label; their answers cannot be told apart.")
        yield Finding("label_repeated", where, text, _("Give each button its own."))


def _check_url(button: UrlButton, where: str) -> Iterator[Finding]:
    names = names_in(button.url)
    fixed = PLACEHOLDER.sub("", button.url)
    if length(button.url) > URL:
        text = format_lazy(_("The address has more than {limit} characters."), limit=URL)
        yield Finding("url_too_long", where, text, _("Shorten it."))
    yield from _check_site(fixed, where)
    if names and (names != ("1",) or not button.url.endswith("}}") or "{" in fixed or "}" in fixed):
        text = _("An address may have one variable, written {{1}}, at its very end.")
        yield Finding("url_variable", where, text, _("Write it like https://example.com/order/{{1}}."))
    elif names and not urlsplit(fixed).path and not urlsplit(fixed).query:
        text = _("The variable stands where the site's name does, so it could lead anywhere.")
        yield Finding("url_variable_in_site", where, text, _("Put a / before the variable."))
    elif not names and ("{" in fixed or "}" in fixed):
        yield Finding("variable_braces", where, _("The braces of a variable do not match."), _("Write {{1}}."))
    if names and (not button.example.startswith(fixed) or button.example == fixed):
        text = _("The sample is not the address with something in place of the variable.")
        yield Finding("example_missing", where, text, _("Give the whole address, as a customer would open it."))


def _check_site(fixed: str, where: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(fixed.partition("{{")[0])
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or "." not in host or re.search(r"\s", fixed) or "@" in parts.netloc:
        text = _("This is not a web address.")
        yield Finding("url_format", where, text, _("Write it like https://example.com/order/."))
        return
    if parts.scheme == "http":
        yield risk("url_insecure", where, _("The address is not encrypted."), _("Use https."))
    if host in SHORTENERS:
        text = _("Meta refuses most templates with short links or links to WhatsApp itself.")
        yield risk("url_shortened", where, text, _("Use an address of your own site."))


def _check_phone(number: str, where: str) -> Iterator[Finding]:
    if len(number) > PHONE or not _PHONE.fullmatch(number):
        text = _("This is not a phone number with + and country code of at most 20 characters.")
        yield Finding("phone_format", where, text, _("Write it like +85221234567, without spaces."))


def _check_code(button: CopyCodeButton, category: Category, where: str) -> Iterator[Finding]:
    if not _CODE.fullmatch(button.example) or len(button.example) > CODE:
        text = format_lazy(_("The sample code is not 1 to {limit} letters and digits."), limit=CODE)
        yield Finding("code_format", where, text, _("Write it like SAVE20."))
    elif len(button.example) > CODE_EXAMPLE:
        text = format_lazy(_("One of Meta's pages still says {limit} characters for a code."), limit=CODE_EXAMPLE)
        yield risk("code_long", where, text, _("Use a shorter sample."))
    if category is not Category.MARKETING:
        text = _("A code to copy makes Meta read the template as marketing.")
        yield risk("code_not_marketing", where, text, _("Choose marketing, or write the code into the body."))
