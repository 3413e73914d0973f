"""How tags are written, and which of them sound as if somebody had agreed to something."""

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import Field

# Files and lists part tags with these signs.
Tag = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^;,|、，；\r\n]+$")]

_WORDS: Final = Path(__file__).with_name("consent_tags.csv")
# Between small and capital letters as in OptIn, and wherever neither letter nor digit stands.
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GAPS: Final = re.compile(r"[\W_]+")


class _Words(NamedTuple):
    whole: frozenset[str]
    stems: tuple[str, ...]
    parts: tuple[str, ...]


def sounds_like_consent(tag: str) -> bool:
    """Whether somebody who reads this tag may take it for a yes or a no of the customer's."""
    known = _words()
    plain = _plain(_CAMEL.sub(" ", unicodedata.normalize("NFKC", tag)))
    solid = _plain(tag).replace(" ", "")
    spoken = {f" {words} " for words in known.whole}
    return (
        any(words in f" {plain} " for words in spoken)
        or any(word.startswith(known.stems) for word in plain.split())
        or any(part in solid for part in known.parts)
        # Written in one: optedin, double-optin.
        or any(words.replace(" ", "") in _plain(tag).split() for words in known.whole)
    )


@cache
def _words() -> _Words:
    found: dict[str, set[str]] = {"word": set(), "stem": set(), "part": set()}
    with _WORDS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            found[row["kind"]] |= {_plain(word) for word in row["words"].split("|")}
    parts = sorted(part.replace(" ", "") for part in found["part"])
    return _Words(frozenset(found["word"]), tuple(sorted(found["stem"])), tuple(parts))


def _plain(text: str) -> str:
    """Folded, without accents, one space between words."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign) or unicodedata.category(sign) == "Mc")
    return unicodedata.normalize("NFC", _GAPS.sub(" ", bare).strip())
