"""Text to octets and back: what a message centre's data_coding means, and the headers that number parts.

data_coding 0 is whatever the centre calls its default: mostly GSM 03.38, one septet an octet; some mean Latin-1 or
ASCII, so each account says. Several parts are numbered in a header of six octets before the text, never by SAR fields
as well.
"""

import struct
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from messaging.carriers import Retry, SendFailed
from sms.gateways.smpp.pdu import SAR_REFERENCE, SAR_SEQUENCE, SAR_TOTAL, USER_MESSAGE, Delivery
from sms.text import Encoding, split
from sms.text.alphabet import ESCAPE, SEPTETS, septets

Alphabet = Literal["gsm", "latin-1", "ascii"]

DEFAULT, ASCII, LATIN_1, UCS2 = 0x00, 0x01, 0x03, 0x08
_BINARY = (0x02, 0x04)
_CHARACTERS = {code: character for character, code in SEPTETS.items()}
LONGEST_VALIDITY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several parts: those of one text share `reference`. `place` counts from 1."""

    reference: int
    total: int
    place: int


def parts_of(text: str, encoding: Encoding, alphabet: Alphabet, reference: int) -> list[tuple[int, int, bytes]]:
    """esm_class, data_coding and octets of each part. `reference` is 0 to 255. Raises `SendFailed` for a character that
    this centre's default alphabet does not have.
    """
    pieces = split(text)
    coded = [_octets(piece, encoding, alphabet) for piece in pieces]
    coding = DEFAULT if encoding is Encoding.GSM7 else UCS2
    if len(pieces) == 1:
        return [(0, coding, coded[0])]
    heads = (bytes((5, 0, 3, reference, len(pieces), place)) for place in range(1, len(pieces) + 1))
    return [(USER_MESSAGE, coding, head + octets) for head, octets in zip(heads, coded, strict=True)]


def _octets(text: str, encoding: Encoding, alphabet: Alphabet) -> bytes:
    if encoding is Encoding.UCS2:
        return text.encode("utf-16-be")
    if alphabet == "gsm":
        return septets(text)
    try:
        return text.encode(alphabet)
    except UnicodeEncodeError as error:
        wrong = f"This gateway has no U+{ord(text[error.start]):04X} in its default alphabet; leave it out"
        raise SendFailed("alphabet", wrong, Retry.PERMANENT) from None


def validity_of(valid_for: timedelta | None) -> str:
    """SMPP's relative time, `YYMMDDhhmmss000R`; empty for the centre's own. Days only: its months have no length."""
    if valid_for is None:
        return ""
    seconds = max(60, int(min(valid_for, LONGEST_VALIDITY).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    return f"0000{days:02d}{rest // 3600:02d}{rest % 3600 // 60:02d}{rest % 60:02d}000R"


def text_of(octets: bytes, data_coding: int, alphabet: Alphabet) -> str | None:
    """What a person wrote; None for octets that are no text. What cannot be read becomes U+FFFD; NUL is left out."""
    if data_coding in _BINARY:
        return None
    if data_coding & 0xF0 == 0xF0:  # with a message class: bit 2 says whether it is data
        data_coding = _BINARY[0] if data_coding & 0x04 else DEFAULT
    elif data_coding & 0xEC == 0x08:  # UCS-2, perhaps with a message class
        data_coding = UCS2
    if data_coding in _BINARY:
        return None
    codec = {UCS2: "utf-16-be", LATIN_1: "latin-1", ASCII: "ascii"}.get(data_coding, alphabet)
    text = _from_septets(octets) if codec == "gsm" else octets.decode(codec, "replace")
    return text.replace("\0", "").replace("\x1b", "")


def _from_septets(octets: bytes) -> str:
    """GSM 03.38, one septet an octet. An unknown code after an escape stands for itself, as the standard asks."""
    text, at = [], 0
    while at < len(octets):
        pair = octets[at : at + 2]
        if octets[at] == ESCAPE and pair in _CHARACTERS:
            text.append(_CHARACTERS[pair])
            at += 2
            continue
        text.append("" if octets[at] == ESCAPE else _CHARACTERS.get(octets[at : at + 1], "\ufffd"))
        at += 1
    return "".join(text)


def part_in(delivery: Delivery) -> tuple[Part | None, bytes]:
    """Which part of which text a delivery is, by its header or its SAR fields, and its octets without the header."""
    octets = delivery.text
    if not delivery.esm_class & USER_MESSAGE or not octets or octets[0] >= len(octets):
        return _sar_part(delivery), octets
    header, text = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
    while len(header) >= 2:
        tag, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if (tag, len(value)) == (0x00, 3):
            return _part(value[0], value[1], value[2]), text
        if (tag, len(value)) == (0x08, 4):
            return _part(*struct.unpack(">HBB", value)), text
    return None, text


def _sar_part(delivery: Delivery) -> Part | None:
    reference, total, place = (delivery.fields.get(tag, b"") for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_SEQUENCE))
    if not (reference and total and place):
        return None
    return _part(int.from_bytes(reference[-2:], "big"), total[-1], place[-1])


def _part(reference: int, total: int, place: int) -> Part | None:
    """None for numbers that make no sense, and for the only part there is."""
    return Part(reference, total, place) if total > 1 and 1 <= place <= total else None
