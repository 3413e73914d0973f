"""The GSM 7-bit default alphabet and its extension table. Source: 3GPP TS 23.038, section 6.2.1.

One character outside both tables switches the whole text to UCS-2, which networks treat as UTF-16.
"""

import re
from enum import StrEnum

# In the order of their codes, 0x00 to 0x7F. The escape at 0x1B is no character: it announces the extension table.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
ESCAPE = 0x1B

# Character -> its septets.
SEPTETS: dict[str, bytes] = {
    **{character: bytes((code,)) for code, character in enumerate(_BASIC) if code != ESCAPE},
    **{character: bytes((ESCAPE, code)) for character, code in _EXTENSION.items()},
}


def _any_of(characters: str) -> str:
    return "[" + "".join(re.escape(character) for character in characters) + "]"


_GSM = re.compile(_any_of("".join(SEPTETS)) + "*")
TWO_SEPTETS = re.compile(_any_of("".join(_EXTENSION)))
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_CANNOT_BE_SENT = re.compile("[\x00\x1b\ud800-\udfff]")


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


class UnsendableText(ValueError):
    """A character that no network carries: NUL, a lone escape or half a surrogate pair. `position` counts from 0."""

    def __init__(self, text: str, position: int) -> None:
        super().__init__(f"The character U+{ord(text[position]):04X} at position {position} cannot be sent; remove it.")
        self.position = position


def encoding_of(text: str) -> Encoding:
    """Which of the two this text needs. Raises `UnsendableText`."""
    if _GSM.fullmatch(text):
        return Encoding.GSM7
    wrong = _CANNOT_BE_SENT.search(text)
    if wrong:
        raise UnsendableText(text, wrong.start())
    return Encoding.UCS2


def septets(text: str) -> bytes:
    """The text in GSM 03.38, one septet an octet as most message centres want it. KeyError outside of the alphabet."""
    return b"".join(map(SEPTETS.__getitem__, text))
