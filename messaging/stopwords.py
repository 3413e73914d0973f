"""Hearing a stop: whether a person's message asks to stop or resume marketing, in their own words.

The words are data (`stop_words.csv`). A message that is nothing but a stop word or sentence is a STOP at once; one that
holds stop words among others is UNCLEAR: law accepts any reasonable wording, so marketing waits and a person looks.
A START must be unmistakable, because it undoes a stop.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

LONGEST_READ: Final = 1_000
"""Characters of a message that are looked at; people who want to stop say so early."""


class Intent(StrEnum):
    """What an inbound text asks for."""

    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"
    NONE = "none"


def classify(text: str, *, stop_codes: Iterable[str] = (), start_codes: Iterable[str] = ()) -> Intent:
    """The intent of one inbound text.

    ``stop_codes`` and ``start_codes`` are words that our message asked for ("T", "YES"): they count only as the whole
    answer, and only here, because elsewhere a single letter or a yes means something else.
    """
    words = _words()
    message = _plain(text[:LONGEST_READ])
    if not message:
        return Intent.NONE
    if message in {_plain(code) for code in stop_codes} or _is_only(message, words.stop, words):
        return Intent.STOP
    if message in {_plain(code) for code in start_codes} or _is_only(message, words.start, words):
        return Intent.START
    without_harmless = words.harmless.sub(" ", message)
    if words.hint.search(without_harmless):
        return Intent.UNCLEAR
    if words.weak.search(without_harmless) and words.topic.search(without_harmless):
        return Intent.UNCLEAR
    return Intent.NONE


@dataclass(frozen=True, slots=True)
class _Words:
    stop: frozenset[str]
    start: frozenset[str]
    polite: frozenset[str]
    polite_before: re.Pattern[str]
    polite_after: re.Pattern[str]
    hint: re.Pattern[str]
    weak: re.Pattern[str]
    topic: re.Pattern[str]
    harmless: re.Pattern[str]


def _is_only(message: str, wanted: frozenset[str], words: _Words) -> bool:
    """Whether a message is one of the wanted words, repeated or with politeness around it, and nothing else."""
    started = words.polite_before.sub("", message)
    ended = words.polite_after.sub("", message)
    if wanted & {message, started, ended, words.polite_after.sub("", started)}:
        return True
    said = [token for token in message.split() if token not in words.polite]
    return bool(said) and all(token in wanted for token in said)


def _plain(text: str) -> str:
    """The bare words: NFKC, case folded, no Latin accents, no punctuation or emoji, "s.t.o.p" and "stooop" mended."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = []
    for character in folded:
        kind = unicodedata.category(character)
        if kind[0] in "LN" or (kind[0] == "M" and not "\u0300" <= character <= "\u036f" and character != "\ufe0f"):
            kept.append(character)
        elif kind != "Cf" and character not in "'\u2019" and kind[0] != "M":
            kept.append(" ")
    plain = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    plain = _DRAWN_OUT.sub(r"\1", plain)
    return plain.replace(" ", "") if _SPELLED_OUT.fullmatch(plain) else plain


_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_SPELLED_OUT = re.compile(r"[a-z](?: [a-z]){2,}")
# Scripts that write words without spaces: their words are found inside others, all other words only between spaces.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@cache
def _words() -> _Words:
    table: dict[str, set[str]] = {}
    with Path(__file__).with_name("stop_words.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            table.setdefault(row["kind"], set()).update(_plain(word) for word in row["words"].split("|"))
    polite = table["polite"]
    spaced = _alternatives(word for word in polite if not _UNSPACED.search(word))
    unspaced = _alternatives(word for word in polite if _UNSPACED.search(word))
    return _Words(
        stop=frozenset(table["stop"] | table["stop_phrase"]),
        start=frozenset(table["start"]),
        polite=frozenset(polite),
        polite_before=re.compile(f"^(?:(?:{spaced}) |(?:{unspaced}) ?)+"),
        polite_after=re.compile(f"(?: (?:{spaced})| ?(?:{unspaced}))+$"),
        hint=_among(table["hint"]),
        weak=_among(table["weak"]),
        topic=_among(table["topic"]),
        harmless=_among(table["harmless"]),
    )


def _among(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words in a plain message."""
    found = sorted(words)
    spaced = _alternatives(word for word in found if not _UNSPACED.search(word))
    unspaced = _alternatives(word for word in found if _UNSPACED.search(word))
    return re.compile("|".join(filter(None, (f"(?<![^ ])(?:{spaced})(?![^ ])" if spaced else "", unspaced))))


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
