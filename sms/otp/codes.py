"""Codes, and the keyed hashes under which codes, numbers and addresses are kept: useless to whoever has only the rows.

The key is derived from SECRET_KEY, which is not in the database: a plain hash of a million codes is read in a blink.
"""

import hmac
import ipaddress
import secrets
from uuid import UUID

from django.utils.crypto import salted_hmac

DIGITS = 6
PREFIX_DIGITS = 7  # with the country code; who rents a range to earn on codes rents a thousand numbers or more
NOWHERE = "unknown"


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def proof_of(challenge: UUID, purpose: str, phone: str, transaction: str, code: str) -> str:
    """64 hex digits that only this code for this purpose, number and transaction gives. No part may hold `|`."""
    return _keyed("code", f"{challenge}|{purpose}|{phone}|{transaction}|{code}")


def is_proof(proof: str, expected: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(proof.encode(), expected.encode())


def number_key(organisation: UUID, phone: str) -> str:
    return _keyed("number", f"{organisation}|{phone}")


def prefix_of(phone: str) -> str:
    """The range that an E.164 number lies in."""
    return phone.removeprefix("+")[:PREFIX_DIGITS]


def address_keys(organisation: UUID, address: str) -> tuple[str, str]:
    """(address, network) as keyed hashes. Whoever has an IPv6 address has its /64, so that counts as one address.

    An empty address is one that everybody shares who says none. Raises ValueError for anything else that is none.
    """
    single, network = _networks(address) if address else (NOWHERE, NOWHERE)
    return _keyed("address", f"{organisation}|{single}"), _keyed("network", f"{organisation}|{network}")


def _networks(address: str) -> tuple[str, str]:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return _wide(found, 64), _wide(found, 48)
        found = found.ipv4_mapped
    return str(found), _wide(found, 24)


def _wide(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _keyed(kind: str, value: str) -> str:
    return salted_hmac(f"sms.otp.{kind}", value, algorithm="sha256").hexdigest()
