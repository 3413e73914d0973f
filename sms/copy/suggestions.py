"""Characters that make a text cost more, and what would stand for them. Only ever shown: nobody's words are changed.

Replacing is offered where it brings the whole text back to GSM-7: in a Chinese text it would spoil the punctuation and
save nothing. Letters are not stripped of their accents: that would be another word.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from sms.text.alphabet import SEPTETS

# What typewriters and word processors put in, and what GSM-7 has for it.
_STANDS_FOR = {
    "‘": "'", "’": "'", "‚": ",", "‛": "'", "`": "'", "´": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "·": "-",
    "…": "...", "⁄": "/", "×": "x", "™": "(TM)", "®": "(R)", "©": "(c)",
    "\t": " ", "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
# A letter with its accents written after it: one character for people, two or more for networks.
_COMPOSED = re.compile("[^\u0300-\u036f][\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class CostlyCharacter:
    """One that GSM-7 does not have. `replacement` is None where nothing stands for it."""

    character: str
    count: int
    replacement: str | None

    @property
    def code_points(self) -> str:
        return " ".join(f"U+{ord(one):04X}" for one in self.character)

    @property
    def name(self) -> str:
        return ", ".join(unicodedata.name(one, "?").lower() for one in self.character)


def costly_characters(text: str) -> list[CostlyCharacter]:
    """Every character that GSM-7 does not have, each once, in the order in which they are read."""
    found = Counter(one for one in _pieces(text) if not _is_gsm(one))
    return [CostlyCharacter(one, count, _replacement(one)) for one, count in found.items()]


def suggested(text: str) -> str | None:
    """The text with every costly character replaced, or None where that does not bring it back to GSM-7."""
    pieces = [one if _is_gsm(one) else _replacement(one) for one in _pieces(text)]
    if all(one in SEPTETS for one in text) or any(one is None for one in pieces):
        return None
    return "".join(one for one in pieces if one is not None)


def _pieces(text: str) -> list[str]:
    """The characters of a text; a letter stays with the accents that are written after it."""
    pieces: list[str] = []
    begin = 0
    for found in _COMPOSED.finditer(text):
        pieces += [*text[begin : found.start()], found.group()]
        begin = found.end()
    return pieces + list(text[begin:])


def _is_gsm(piece: str) -> bool:
    return piece in SEPTETS


def _replacement(piece: str) -> str | None:
    if piece in _STANDS_FOR:
        return _STANDS_FOR[piece]
    # One code for a letter and its accents; half the width for Latin of full width.
    simpler = unicodedata.normalize("NFC" if len(piece) > 1 else "NFKC", piece)
    return simpler if simpler != piece and all(one in SEPTETS for one in simpler) else None
