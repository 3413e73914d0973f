"""Words that make a template risky. They are hints to the approver: nobody's text is refused for a word.

The words are data, in `risky_words.csv`: Latin ones match whole words, Chinese ones (both scripts) anywhere. Sources:
Meta's category, commerce and business messaging policies; the claims are those that consumer, medicine and securities
law forbid in most places.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Wording:
    """One sort of risky words: why they matter, what to do, and how they are found in folded text."""

    code: str
    text: str | Promise
    fix: str | Promise
    pattern: re.Pattern[str]


def _patterns() -> dict[str, re.Pattern[str]]:
    latin: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {}
    with Path(__file__).with_name("risky_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = [re.escape(word.strip()) for word in row["words"].split(";")]
            (latin if row["script"] == "latin" else chinese).setdefault(row["sort"], []).extend(words)
    return {sort: _pattern(latin[sort], chinese[sort]) for sort in latin}


def _pattern(latin: list[str], chinese: list[str]) -> re.Pattern[str]:
    """Whole words only; one that begins with a mark, such as "% off", may follow a number."""
    longest_first = sorted(latin, key=len, reverse=True)
    whole = [rf"{'(?<![a-z0-9])' if word[0].isalnum() else ''}{word}(?![a-z0-9])" for word in longest_first]
    return re.compile("|".join(whole + chinese))


_PATTERNS = _patterns()
# A marketing message should say how to stop the next one.
OPT_OUT = _PATTERNS["opt_out"]

PROMOTION = Wording(
    "promotional_words",
    _("These words sound like advertising; Meta may approve the template as marketing and charge it so:"),
    _("Leave them out, or choose marketing."),
    _PATTERNS["promotional_words"],
)

PROHIBITED = (
    Wording(
        "claim_guarantee",
        _("These words promise a result that nobody can promise:"),
        _("Say what you do, not what will surely come of it."),
        _PATTERNS["claim_guarantee"],
    ),
    Wording(
        "claim_returns",
        _("These words promise income or returns:"),
        _("Leave them out; name the risk where an investment is offered."),
        _PATTERNS["claim_returns"],
    ),
    Wording(
        "claim_health",
        _("These words promise a cure or a change of the body:"),
        _("Leave them out; health claims need evidence and often a licence."),
        _PATTERNS["claim_health"],
    ),
    Wording(
        "claim_superlative",
        _("These words claim a first place that has to be proved, and that advertising law forbids in some places:"),
        _("Name the fact behind it, or leave it out."),
        _PATTERNS["claim_superlative"],
    ),
    Wording(
        "asks_for_secrets",
        _("Meta forbids asking for card numbers, account numbers, identity papers or passwords:"),
        _("Ask for the last four digits at most, or send people to your own site."),
        _PATTERNS["asks_for_secrets"],
    ),
    Wording(
        "threat",
        _("Meta refuses threats of legal action or of shaming somebody:"),
        _("State the matter and where to ask."),
        _PATTERNS["threat"],
    ),
    Wording(
        "restricted_goods",
        _("These goods are forbidden or need a permit on WhatsApp:"),
        _("Have the policy for this trade checked before sending."),
        _PATTERNS["restricted_goods"],
    ),
)

# Meta refuses most templates whose buttons hide where they lead, or lead back to WhatsApp.
SHORTENERS = frozenset(
    {"bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "ow.ly", "rb.gy", "reurl.cc", "shorturl.at", "t.co", "t.ly"}
    | {"t.cn", "tiny.cc", "tinyurl.com", "url.cn", "dwz.cn", "wa.me", "api.whatsapp.com", "chat.whatsapp.com"}
)
