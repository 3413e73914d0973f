"""What phones write: whole or in parts, in each alphabet and each way of numbering parts."""

from typing import Literal

from simulators.smsc import wire
from simulators.smsc.delivering import Delivery, hand
from simulators.smsc.world import World

Coding = Literal["gsm", "latin-1", "ucs2"]
Numbering = Literal["udh8", "udh16", "sar", "payload"]

_CODES = {"gsm": 0x00, "latin-1": 0x03, "ucs2": 0x08}
# What GSM 03.38 writes otherwise than ASCII, as far as these phones need it.
_GSM = {
    "@": "00", "£": "01", "$": "02", "¥": "03", "é": "05", "_": "11", "^": "1b14", "{": "1b28", "}": "1b29",
    "\\": "1b2f", "[": "1b3c", "~": "1b3d", "]": "1b3e", "|": "1b40", "€": "1b65",
}  # fmt: skip


def encoded(text: str, coding: Coding) -> bytes:
    if coding == "gsm":
        return b"".join(bytes.fromhex(_GSM[one]) if one in _GSM else one.encode("ascii") for one in text)
    return text.encode("utf-16-be" if coding == "ucs2" else "latin-1")


def write_back(
    world: World, phone: str, to: str, text: str, coding: Coding = "gsm", numbering: Numbering = "udh8",
    reference: int = 7, order: list[int] | None = None,
) -> int:  # fmt: skip
    """Somebody writes to `to`; returns in how many parts. `order` is that of the parts, from 1; missing ones are kept
    back.
    """
    octets, size = encoded(text, coding), 134 if coding == "ucs2" else 140 if coding == "latin-1" else 153
    if numbering == "payload":
        body = wire.deliver_body(phone, to, 0, _CODES[coding], b"", wire.tag(0x0424, octets))
        hand(world, Delivery(wire.DELIVER_SM, body, {"what": "text", "from": phone, "part": 1, "parts": 1}))
        return 1
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)] or [b""]
    for place in order or range(1, len(pieces) + 1):
        body = _part(phone, to, pieces, place, _CODES[coding], numbering, reference)
        facts = {"what": "text", "from": phone, "part": place, "parts": len(pieces)}
        hand(world, Delivery(wire.DELIVER_SM, body, facts))
    return len(pieces)


def _part(
    phone: str, to: str, pieces: list[bytes], place: int, coding: int, numbering: Numbering, reference: int
) -> bytes:
    piece, total = pieces[place - 1], len(pieces)
    if total == 1:
        return wire.deliver_body(phone, to, 0, coding, piece)
    if numbering == "sar":
        sar = wire.tag(0x020C, reference.to_bytes(2, "big")) + wire.tag(0x020E, bytes((total,)))
        return wire.deliver_body(phone, to, 0, coding, piece, sar + wire.tag(0x020F, bytes((place,))))
    if numbering == "udh16":
        header = bytes((6, 8, 4)) + reference.to_bytes(2, "big") + bytes((total, place))
    else:
        header = bytes((5, 0, 3, reference % 256, total, place))
    return wire.deliver_body(phone, to, 0x40, coding, header + piece)
