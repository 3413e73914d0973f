"""The octets of SMPP as a message centre reads and writes them. Knows nothing of the product's own reading of them."""

import asyncio
import struct
from dataclasses import dataclass
from typing import Any

BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK, DATA_SM = 0x04, 0x05, 0x06, 0x15, 0x103
NACK, ANSWER = 0x80000000, 0x80000000


@dataclass(frozen=True, slots=True)
class Unit:
    """One PDU."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        return struct.pack(">4I", 16 + len(self.body), self.command, self.status, self.sequence) + self.body


async def read_unit(reader: asyncio.StreamReader) -> Unit:
    """The next PDU. Raises IncompleteReadError at the end of the line."""
    length, command, status, sequence = struct.unpack(">4I", await reader.readexactly(16))
    return Unit(command, status, sequence, await reader.readexactly(length - 16))


def string(text: str) -> bytes:
    return text.encode("latin-1") + b"\0"


def strings(octets: bytes, count: int) -> list[str]:
    """The first `count` C-octet strings."""
    return [part.decode("latin-1") for part in octets.split(b"\0")[:count]]


def submit_fields(body: bytes) -> dict[str, Any]:
    """A submit_sm field by field; octets as hex. Raises ValueError or IndexError for what is none."""
    at = 0

    def text() -> str:
        nonlocal at
        end = body.index(0, at)
        taken, at = body[at:end].decode("latin-1"), end + 1
        return taken

    def octet() -> int:
        nonlocal at
        at += 1
        return body[at - 1]

    fields: dict[str, Any] = {"service_type": text()}
    for side in ("source", "destination"):
        fields[side] = {"ton": octet(), "npi": octet(), "value": text()}
    fields |= {"esm_class": octet(), "protocol_id": octet(), "priority": octet()}
    fields |= {"schedule": text(), "validity": text()}
    fields |= {"registered_delivery": octet(), "replace": octet(), "data_coding": octet(), "canned": octet()}
    length = octet()
    fields["octets"] = body[at : at + length].hex()
    fields["optional"] = body[at + length :].hex()
    return fields


def tag(number: int, value: bytes) -> bytes:
    """One optional field."""
    return struct.pack(">HH", number, len(value)) + value


def deliver_body(
    source: str, destination: str, esm_class: int, data_coding: int, octets: bytes, optional: bytes = b""
) -> bytes:
    """The body of a deliver_sm."""
    return b"".join((
        string(""), b"\1\1", string(source), _side(destination), bytes((esm_class, 0, 0)), string(""), string(""),
        bytes((0, 0, data_coding, 0, len(octets))), octets, optional,
    ))  # fmt: skip


def data_body(source: str, destination: str, esm_class: int, data_coding: int, optional: bytes) -> bytes:
    """The body of a data_sm."""
    head = string("") + b"\1\1" + string(source) + _side(destination)
    return head + bytes((esm_class, 0, data_coding)) + optional


def _side(value: str) -> bytes:
    return (b"\1\1" if value.isdigit() and len(value) > 7 else b"\5\0") + string(value)
