"""SMPP's units on the wire: a header of sixteen octets, fields in a fixed order, then optional fields by their tag.

Numbers are big-endian. C-octet strings end in NUL. Source: SMPP v3.4, sections 3.2, 4 and 5.
"""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct(">IIII")
LARGEST = 70_000  # octets: a message_payload of 64 KiB and the fields around it

USER_MESSAGE = 0x40  # esm_class: the text begins with a header of its own (UDHI)
KIND = 0x3C  # esm_class: what a deliver_sm is
RECEIPT, INTERMEDIATE = 0x04, 0x20

PAYLOAD, RECEIPTED_ID, STATE, NETWORK_ERROR = 0x0424, 0x001E, 0x0427, 0x0423
SAR_REFERENCE, SAR_TOTAL, SAR_SEQUENCE = 0x020C, 0x020E, 0x020F


class Command(IntEnum):
    GENERIC_NACK = 0x80000000
    BIND_TRANSCEIVER = 0x00000009
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    ENQUIRE_LINK = 0x00000015
    DATA_SM = 0x00000103


ANSWER = 0x80000000  # set in the command of every answer


class BadPdu(ValueError):
    """Octets that are no SMPP. On a line nothing behind them can be read either."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit: `command` is a number, because the other side may say some that we do not know."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    @property
    def is_answer(self) -> bool:
        return bool(self.command & ANSWER)

    def packed(self) -> bytes:
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Address:
    """A phone or a name with its type (TON) and numbering plan (NPI)."""

    ton: int
    npi: int
    value: str

    def packed(self) -> bytes:
        return bytes((self.ton, self.npi)) + c_string(self.value)


@dataclass(frozen=True, slots=True)
class Submit:
    """One part of a text on its way out. `validity` is SMPP's relative time, or empty. `text` is up to 254 octets."""

    source: Address
    destination: Address
    esm_class: int
    data_coding: int
    text: bytes
    validity: str = ""
    service_type: str = ""

    def body(self) -> bytes:
        """The body of a submit_sm that asks for a receipt of its end."""
        return b"".join((
            c_string(self.service_type), self.source.packed(), self.destination.packed(),
            bytes((self.esm_class, 0, 0)),  # protocol_id and priority_flag
            c_string(""), c_string(self.validity),
            bytes((1, 0, self.data_coding, 0, len(self.text))),  # registered_delivery, replace, coding, canned, length
            self.text,
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a deliver_sm or data_sm brings: a text from a phone, or a receipt. `text` may have come as a payload."""

    source: Address
    destination: Address
    esm_class: int
    data_coding: int
    text: bytes
    fields: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def is_receipt(self) -> bool:
        """Told by the kind or a receipt's own field, never by the words: anybody can write words."""
        return self.esm_class & KIND in (RECEIPT, INTERMEDIATE) or RECEIPTED_ID in self.fields


class _Reader:
    """Takes fields off the front. Raises `BadPdu` where they end too early."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def octets(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise BadPdu("the unit ends within a field")
        self._at += count
        return taken

    def octet(self) -> int:
        return self.octets(1)[0]

    def c_string(self) -> str:
        end = self._octets.find(0, self._at)
        if end < 0:
            raise BadPdu("a string does not end")
        return self.octets(end + 1 - self._at)[:-1].decode("latin-1")

    def address(self) -> Address:
        return Address(self.octet(), self.octet(), self.c_string())

    def optional(self) -> dict[int, bytes]:
        """What follows the fixed fields. A last one that ends too early is left out; the rest is worth reading."""
        found: dict[int, bytes] = {}
        while len(self._octets) - self._at >= 4:
            tag, length = struct.unpack(">HH", self.octets(4))
            if length > len(self._octets) - self._at:
                break
            found[tag] = self.octets(length)
        return found


def c_string(text: str) -> bytes:
    """A C-octet string. Raises UnicodeEncodeError outside of Latin-1."""
    return text.encode("latin-1") + b"\0"


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of a bind_transceiver, version 3.4, for whatever addresses the account has."""
    return c_string(system_id) + c_string(password) + c_string(system_type) + b"\x34\0\0" + c_string("")


def delivery_of(pdu: Pdu) -> Delivery:
    """The fields of a deliver_sm or data_sm. Raises `BadPdu`."""
    reader = _Reader(pdu.body)
    reader.c_string()  # service_type
    source, destination, esm_class = reader.address(), reader.address(), reader.octet()
    text = b""
    if pdu.command == Command.DATA_SM:
        reader.octet()  # registered_delivery
        coding = reader.octet()
    else:
        reader.octets(2)  # protocol_id, priority_flag
        reader.c_string(), reader.c_string()  # schedule_delivery_time, validity_period
        reader.octets(2)  # registered_delivery, replace_if_present
        coding = reader.octet()
        reader.octet()  # sm_default_msg_id
        text = reader.octets(reader.octet())
    fields = reader.optional()
    return Delivery(source, destination, esm_class, coding, text or fields.get(PAYLOAD, b""), fields)


def id_in(answer: Pdu) -> str:
    """The message_id of a submit_sm_resp; empty where there is none."""
    return answer.body.partition(b"\0")[0].decode("latin-1")[:64]


def unpacked(octets: bytes) -> Pdu:
    """One whole unit as it was kept. Raises `BadPdu`."""
    if len(octets) < HEADER.size or HEADER.unpack_from(octets)[0] != len(octets):
        raise BadPdu("the length of the unit is not what it says")
    _length, command, status, sequence = HEADER.unpack_from(octets)
    return Pdu(command, status, sequence, octets[HEADER.size :])


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """The next unit of a line. Raises `BadPdu`, or IncompleteReadError and OSError when the line ends."""
    length, command, status, sequence = HEADER.unpack(await reader.readexactly(HEADER.size))
    if not HEADER.size <= length <= LARGEST:
        raise BadPdu(f"a unit of {length} octets")
    return Pdu(command, status, sequence, await reader.readexactly(length - HEADER.size))
