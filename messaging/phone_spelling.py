"""From a cell as people fill it in to the digits they meant: everything before any knowledge of numbering plans.

A spreadsheet and a phone book hold the same number in many spellings: full-width digits, an apostrophe or ``=""`` that
keeps a spreadsheet from computing, invisible marks copied from a phone, ``85261234567.0`` from a column of floats.
"""

import re
import unicodedata
from typing import Final, NamedTuple

LONGEST_CELL: Final = 80
"""Characters; nothing that holds one phone number is longer."""

FEWEST_DIGITS: Final = 5
"""Digits; below that no numbering plan has a number of a person."""


class Spelling(NamedTuple):
    """The digits of one phone number (ASCII) and whether a plus stood before them."""

    digits: str
    international: bool


class Misspelled(Exception):
    """The cell holds no single phone number; ``code`` is one of the codes of `messaging.phones.PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_CLEAN = re.compile(r"\+?[0-9]{5,40}")
_EVERYDAY_PUNCTUATION = str.maketrans("", "", " -()")
_WRAPPED = re.compile(r"^[\s'`\"=@\u2018\u2019\u201c\u201d]+|[\s'`\"\u2018\u2019\u201c\u201d.,;]+$")
_SCHEME = re.compile(r"^(?:tel|sms|whatsapp)\s*:\s*", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\+?\d(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT = re.compile(r"(\+?\d+)[.,]0+")
_EXTENSION = re.compile(
    r"(?:;?\s*ext(?:n|ension)?\.?\s*=?|[x#]|分機|分机|內線|内线|轉|转)\s*:?\s*\d{1,6}$", re.IGNORECASE
)
_BETWEEN_NUMBERS = re.compile(r"[/,;、|\n&]|\bor\b|\band\b|或", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s\-\u2010-\u2015\u2212.()\[\]/·•~_*]+")


def read_spelling(cell: str) -> Spelling:
    """The digits that a cell means. Raises `Misspelled`. Knows nothing of countries."""
    everyday = cell.lstrip("'").translate(_EVERYDAY_PUNCTUATION)
    if _CLEAN.fullmatch(everyday):
        return Spelling(everyday[1:], True) if everyday[0] == "+" else Spelling(everyday, False)
    if len(cell) > LONGEST_CELL:
        raise Misspelled("phone_too_long")
    text = _unwrap(_plain_characters(cell))
    if not text:
        raise Misspelled("phone_missing")
    _refuse_what_is_not_one_number(text)
    bare = _PUNCTUATION.sub("", text)
    digits = bare.lstrip("+")
    if not digits:
        raise Misspelled("phone_missing")
    if not digits.isdecimal():
        raise Misspelled("phone_letters" if any(c.isalpha() for c in digits) else "phone_not_digits")
    if len(digits) < FEWEST_DIGITS:
        raise Misspelled("phone_too_short")
    return Spelling(digits, bare[0] == "+")


def _plain_characters(cell: str) -> str:
    """Full-width and other scripts' digits become ASCII; invisible marks (direction, zero width, BOM, NUL) go away."""
    kept = []
    for character in unicodedata.normalize("NFKC", cell):
        if character.isdecimal():
            kept.append(str(unicodedata.decimal(character)))
        elif unicodedata.category(character) not in ("Cf", "Cc") or character in "\t\n\r":
            kept.append(character)
    return "".join(kept)


def _unwrap(text: str) -> str:
    """Without what spreadsheets and address books put around a number."""
    text = _SCHEME.sub("", _WRAPPED.sub("", text))
    as_float = _FLOAT.fullmatch(text)
    return as_float.group(1) if as_float else text


def _refuse_what_is_not_one_number(text: str) -> None:
    if _SCIENTIFIC.fullmatch(text):
        raise Misspelled("phone_scientific")
    pieces = [piece for piece in _BETWEEN_NUMBERS.split(text) if sum(c.isdigit() for c in piece) >= FEWEST_DIGITS]
    if len(pieces) > 1 or (text.count("+") > 1 and not text.startswith("++")):
        raise Misspelled("phone_several")
    if _EXTENSION.search(text):
        raise Misspelled("phone_extension")
