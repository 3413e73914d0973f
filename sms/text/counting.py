"""How many parts a text takes, and which. A part never ends inside a surrogate or an escape pair.

Sizes: a part carries 140 octets, 160 septets or 70 UTF-16 units; as soon as there are several, each gives up 6 octets
to the header that numbers them (7 where the reference has 16 bits). Source: 3GPP TS 23.040, section 9.2.3.24.1.
Providers that keep user-visible clusters together may need one part more: a count is an estimate, a charge is not.
"""

from dataclasses import dataclass
from enum import Enum

from sms.text.alphabet import ASTRAL, TWO_SEPTETS, Encoding, encoding_of

MOST_PARTS = 255  # the header counts them in one octet

_WHOLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_WIDE = {Encoding.GSM7: TWO_SEPTETS, Encoding.UCS2: ASTRAL}


class Reference(Enum):
    """The size of the number that holds the parts of one message together, and what is left for text beside it."""

    EIGHT_BIT = (153, 67)
    SIXTEEN_BIT = (152, 66)

    def room(self, encoding: Encoding) -> int:
        """Units of text in each of several parts."""
        septets, units = self.value
        return septets if encoding is Encoding.GSM7 else units


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a text: septets in GSM-7, UTF-16 code units in UCS-2. An empty text is one part of nothing."""

    encoding: Encoding
    units: int
    parts: int

    @property
    def left(self) -> int:
        """Units that fit before the text needs another part."""
        if self.parts == 1:
            return _WHOLE[self.encoding] - self.units
        return max(0, self.parts * Reference.EIGHT_BIT.room(self.encoding) - self.units)


def measure(text: str, reference: Reference = Reference.EIGHT_BIT) -> Measure:
    """Count a text. Raises `UnsendableText`."""
    encoding = encoding_of(text)
    wide = len(_WIDE[encoding].findall(text))
    units = len(text) + wide
    if units <= _WHOLE[encoding]:
        return Measure(encoding, units, 1)
    room = reference.room(encoding)
    parts = len(_cuts(text, encoding, room)) if wide else -(-units // room)
    return Measure(encoding, units, parts)


def split(text: str, reference: Reference = Reference.EIGHT_BIT) -> list[str]:
    """The parts of a text in their order; one when it fits whole. Raises `UnsendableText`."""
    size = measure(text, reference)
    if size.parts == 1:
        return [text]
    ends = _cuts(text, size.encoding, reference.room(size.encoding))
    return [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def _cuts(text: str, encoding: Encoding, room: int) -> list[int]:
    """Where each part ends, in characters. Each takes as much as fits without cutting a character of two units."""
    wide = _WIDE[encoding]
    ends: list[int] = []
    begin = 0
    while begin < len(text):
        end = begin + room
        while (over := len(text[begin:end]) + len(wide.findall(text, begin, end)) - room) > 0:
            end = min(end, len(text)) - (over + 1) // 2
        begin = min(end, len(text))
        ends.append(begin)
    return ends
