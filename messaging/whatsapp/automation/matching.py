"""Which keyword rule a message meets. Words are compared as written, never understood.

Scripts with spaces are compared word by word: "cat" is not in "category". Chinese, Japanese, Thai and Korean write
without them (or with particles attached), so there a phrase is met wherever all of it stands. Both are one rule: a word
is one token, a character of those scripts is one token, and a phrase is met where its tokens follow each other. NFKC
and case folding first; traditional and simplified characters count as written. Punctuation parts phrases.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

LONGEST_READ: Final = 1_000
"""Characters of a message that are looked at."""

BREAK: Final = "\0"
"""Stands for punctuation: no phrase holds it, so none reaches across it."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_JOINS = "'’ʼ"
_PARTS = "-‐‑–_/"

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One rule as it is compared. Without languages it counts for all; a higher priority goes first."""

    rule_id: UUID | None
    name: str
    phrases: tuple[Tokens, ...]
    is_whole: bool
    languages: frozenset[str]
    priority: int

    def meets(self, message: Tokens) -> Tokens | None:
        """The longest of its phrases that the message holds (with `is_whole`: that it is), if any."""
        if self.is_whole:
            bare = tuple(token for token in message if token != BREAK)
            return bare if bare in self.phrases else None
        return max((phrase for phrase in self.phrases if holds(message, phrase)), key=len, default=None)

    def speaks(self, language: str) -> bool:
        """Whether it counts for somebody of this language; one that nobody knows is everybody's."""
        return not self.languages or not language or primary(language) in self.languages


@dataclass(frozen=True, slots=True)
class Met:
    """The rules of the highest priority that a message meets. Two of them are as good as none: nobody can say which."""

    keywords: tuple[Keyword, ...]

    @property
    def only(self) -> Keyword | None:
        return self.keywords[0] if len(self.keywords) == 1 else None


def tokens(text: str, longest: int = LONGEST_READ) -> Tokens:
    """The words and characters of a text, up to so many, with `BREAK` where punctuation parts them."""
    found: list[str] = []
    word, is_parted = "", False  # a mark belongs to the character right before it
    for character in unicodedata.normalize("NFKC", text[:longest]).casefold():
        kind = unicodedata.category(character)
        if kind == "Cf" or character in _JOINS:
            continue
        was_parted, is_parted = is_parted, kind[0] not in "LNM"
        if kind[0] == "M" and not (word or was_parted) and found and _UNSPACED.match(found[-1]):
            found[-1] += character
        elif _UNSPACED.match(character) and kind[0] in "LNM":
            found += [word] * bool(word) + [character]
            word = ""
        elif kind[0] in "LNM":
            word += character
        else:
            found += [word] * bool(word)
            word = ""
            if not character.isspace() and character not in _PARTS and found and found[-1] != BREAK:
                found.append(BREAK)
    return tuple(found + [word] * bool(word))


def phrase_tokens(phrase: str) -> Tokens:
    """A phrase as it is looked for: its punctuation does not count."""
    return tuple(token for token in tokens(phrase) if token != BREAK)


def holds(message: Tokens, phrase: Tokens) -> bool:
    """Whether the tokens of the phrase follow each other somewhere in the message."""
    size = len(phrase)
    return bool(size) and any(message[at : at + size] == phrase for at in range(len(message) - size + 1))


def best(message: Tokens, language: str, keywords: Iterable[Keyword]) -> Met:
    """What a message meets."""
    met = [keyword for keyword in keywords if keyword.speaks(language) and keyword.meets(message) is not None]
    highest = max((keyword.priority for keyword in met), default=0)
    return Met(tuple(keyword for keyword in met if keyword.priority == highest))


def conflicts(new: Keyword, others: Sequence[Keyword]) -> list[Keyword]:
    """The rules of the same priority that some message, whatever else it says, meets whenever it meets the new one, or
    the other way round.
    """
    return [other for other in others if other.priority == new.priority and _collide(new, other)]


def primary(language: str) -> str:
    """zh of zh_HK and zh-Hant."""
    return language.replace("_", "-").split("-")[0].casefold()


def _collide(one: Keyword, other: Keyword) -> bool:
    if one.languages and other.languages and not one.languages & other.languages:
        return False
    return any(_includes(one, other, mine, theirs) for mine in one.phrases for theirs in other.phrases)


def _includes(one: Keyword, other: Keyword, mine: Tokens, theirs: Tokens) -> bool:
    """Whether saying the one phrase is saying the other. A rule for whole messages is met by its very phrase alone."""
    return mine == theirs or (not other.is_whole and holds(mine, theirs)) or (not one.is_whole and holds(theirs, mine))
