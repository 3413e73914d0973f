"""Which answers to customers somebody else has to read first, as words that the organisation may change."""

import csv
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation

_DEFAULTS = Path(__file__).parent.parent / "whatsapp" / "session" / "held_words.csv"


def _default(kind: str) -> str:
    """The shipped words of this kind in every language, one a line."""
    with _DEFAULTS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return "\n".join(word for row in rows if row["kind"] == kind for word in row["words"].split("|"))


def default_payment_words() -> str:
    return _default("payment")


def default_policy_words() -> str:
    return _default("policy")


def default_sensitive_words() -> str:
    return _default("sensitive")


_ONE_A_LINE = _("One word or phrase a line, in any language. Whole words are met, whatever their case.")


class ReplyRules(models.Model):
    """An organisation's own words and sites. Without a row the defaults hold."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="reply_rules"
    )
    payment_words = models.TextField(
        _("words about payment"), default=default_payment_words, blank=True, help_text=_ONE_A_LINE
    )
    policy_words = models.TextField(
        _("words that promise something"), default=default_policy_words, blank=True, help_text=_ONE_A_LINE
    )
    sensitive_words = models.TextField(
        _("sensitive words"), default=default_sensitive_words, blank=True, help_text=_ONE_A_LINE
    )
    known_domains = models.TextField(
        _("known sites"),
        blank=True,
        help_text=_("One domain a line, such as example.com; links to it and to its parts need nobody's approval."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rules for answers")
        verbose_name_plural = _("rules for answers")

    def __str__(self) -> str:
        return str(self.organisation)
