"""Message ids."""

import base64
import secrets


def new_wamid(address: str) -> str:
    """A message id built as WhatsApp's are: opaque to everybody, with the other side's address in it."""
    key = address.encode()[:120]
    code = b"\x1d\x18" + bytes([len(key)]) + key + b"\x15\x02\x00\x11\x18\x12" + secrets.token_hex(9).upper().encode()
    return "wamid." + base64.b64encode(code + b"\x00").decode()
