"""Keywords that would meet nearly anything: single characters, words that everybody writes, and what a stop is said in.

How much a keyword met in earnest is asked of the past messages: `replay`.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from messaging.stopwords import Intent, classify
from messaging.whatsapp.automation.matching import Tokens, phrase_tokens


def reasons_against_phrases(phrases: list[str]) -> Iterator[Reason]:
    """Why some of the phrases may not be a keyword."""
    for phrase in phrases:
        found = phrase_tokens(phrase)
        if not found:
            yield Reason("phrase_empty", format_lazy(_("“{phrase}” has neither letters nor digits."), phrase=phrase),
                         _("Write a word that customers write."), "phrases")  # fmt: skip
        elif classify(phrase) is not Intent.NONE:
            text = format_lazy(_("“{phrase}” is how customers stop or resume messages."), phrase=phrase)
            yield Reason("phrase_is_stop_word", text, _("Take it out: it is heard before any rule."), "phrases")
        elif len(found) == 1 and len(found[0]) == 1:
            text = format_lazy(_("“{phrase}” is a single character: it is in far too many messages."), phrase=phrase)
            yield Reason("phrase_too_broad", text, _("Write a whole word or phrase."), "phrases")
        elif is_common(found):
            text = format_lazy(_("“{phrase}” is nothing but words that everybody writes."), phrase=phrase)
            yield Reason("phrase_too_broad", text, _("Write what only these customers say."), "phrases")


def is_common(phrase: Tokens) -> bool:
    """Whether the phrase is made of nothing but common words."""
    ends = {0}
    for at in range(len(phrase)):
        if at in ends:
            ends |= {at + len(word) for word in _common() if phrase[at : at + len(word)] == word}
    return len(phrase) in ends


@cache
def _common() -> frozenset[Tokens]:
    with Path(__file__).with_name("common_words.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return frozenset(phrase_tokens(word) for row in rows for word in row["words"].split("|"))
