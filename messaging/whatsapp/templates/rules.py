"""Meta's rules for templates, asked before Meta is: all findings at once, each with what to do.

Sources: Meta's component, category and review pages of 2025-10 to 2025-12, and its template sub-codes. What Meta does
not publish (how many variables are too many) or judges by taste (promotion as utility) is a risk, not an error.
"""

import re
from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from messaging.whatsapp.templates.button_rules import check_buttons
from messaging.whatsapp.templates.definition import Category, Definition
from messaging.whatsapp.templates.findings import Finding, Severity, risk
from messaging.whatsapp.templates.languages import LANGUAGES
from messaging.whatsapp.templates.limits import NAME, TTL_MARKETING, TTL_UTILITY
from messaging.whatsapp.templates.text_rules import check_body, check_footer, check_header
from messaging.whatsapp.templates.wording_rules import check_wording

__all__ = ["Finding", "Severity", "check", "errors_of"]

_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def check(definition: Definition) -> list[Finding]:
    """Everything that speaks against submitting this template, from its name to its last button."""
    return [
        *_check_name(definition.name),
        *_check_language(definition.language),
        *_check_category(definition),
        *check_header(definition),
        *check_body(definition),
        *check_footer(definition.footer),
        *check_buttons(definition),
        *check_wording(definition),
    ]


def errors_of(findings: list[Finding]) -> list[Finding]:
    """The findings that Meta would refuse the template for."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _check_name(name: str) -> Iterator[Finding]:
    if not _NAME.fullmatch(name):
        text = _("The name has characters other than lower-case letters, digits and _.")
        yield Finding("name_format", "name", text, _("Write it like visit_reminder."))
    if len(name) > NAME:
        text = format_lazy(_("The name has more than {limit} characters."), limit=NAME)
        yield Finding("name_too_long", "name", text, _("Shorten it."))


def _check_language(language: str) -> Iterator[Finding]:
    if not _LANGUAGE.fullmatch(language):
        text = _("The language is not one of Meta's codes.")
        yield Finding("language_format", "language", text, _("Write it like en, en_US or zh_HK, with _ and this case."))
    elif language not in LANGUAGES:
        text = _("The language is not in Meta's table of November 2025.")
        yield risk("language_unlisted", "language", text, _("Use a listed code, or be ready for a refusal."))


def _check_category(definition: Definition) -> Iterator[Finding]:
    if definition.category is Category.AUTHENTICATION:
        text = _("Meta writes the text of authentication templates itself.")
        yield Finding(
            "category_authentication", "category", text, _("Choose utility or marketing for a text of your own.")
        )
        return
    low, high = TTL_UTILITY if definition.category is Category.UTILITY else TTL_MARKETING
    if definition.ttl_seconds is None or (definition.category is Category.UTILITY and definition.ttl_seconds == -1):
        return
    if not low <= definition.ttl_seconds <= high:
        text = format_lazy(_("The delivery time is not between {low} and {high} seconds."), low=low, high=high)
        yield Finding("ttl_range", "ttl_seconds", text, _("Choose a time in this range, or leave it out."))
    elif definition.category is Category.MARKETING:
        text = _("For marketing, the delivery time only counts in the marketing messages API.")
        yield risk("ttl_ignored", "ttl_seconds", text, _("Leave it out."))
