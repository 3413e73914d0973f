"""Texts from phones, whole or in parts."""

from collections.abc import Sequence

from sms.gateways.gateway import Reply, Unknown
from sms.gateways.smpp.coding import Alphabet, part_in, text_of
from sms.gateways.smpp.pdu import Address, Delivery

_INTERNATIONAL = 1
_SHORTEST_PHONE = 8  # digits; what is shorter is a short code


def reply_of(key: str, parts: Sequence[Delivery], alphabet: Alphabet) -> Reply | Unknown:
    """One text. Message centres give inbound texts no id, so each arrival is one of its own: a stop said again is
    heard again. Octets are joined before they are read: a character may lie across two parts.
    """
    first = parts[0]
    octets = b"".join(part_in(one)[1] for one in parts)
    text = text_of(octets, first.data_coding, alphabet)
    if text is None:
        return Unknown(key, f"data of coding {first.data_coding}, not a text")
    sender, phone = number_of(first.destination), number_of(first.source)
    if not phone.startswith("+"):
        return Unknown(key, "a text from no phone")
    return Reply(key, key, sender[:20], phone[:20], text, None)


def number_of(address: Address) -> str:
    """A phone with + and country code, or the name or short code as it stands."""
    value = address.value.strip()
    digits = value.removeprefix("+").removeprefix("00")
    is_phone = digits.isascii() and digits.isdecimal() and len(digits) >= _SHORTEST_PHONE
    return f"+{digits}" if is_phone and (address.ton in (0, _INTERNATIONAL) or value != digits) else value
