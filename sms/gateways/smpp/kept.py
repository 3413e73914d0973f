"""Deliveries as they are kept before they are answered: the octets as they came, and where a text came in parts, all.

A body in the webhook inbox is one JSON object: `key` tells this arrival from every other, `units` are whole PDUs in
hex.
"""

from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from messaging.carriers import Malformed
from sms.gateways.gateway import Callback
from sms.gateways.smpp.pdu import BadPdu, Delivery, Pdu, delivery_of, unpacked


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    key: Annotated[str, Field(max_length=40)]
    units: Annotated[list[str], Field(min_length=1, max_length=255)]


def call_of(key: str, units: list[bytes], *, is_receipt: bool) -> Callback:
    """Units that belong together as the call that is kept."""
    body = orjson.dumps({"key": key, "units": [unit.hex() for unit in units]})
    kind = "receipt" if is_receipt else "reply"
    return Callback(kind, "POST", "", "", {"content-type": "application/json"}, body)  # type: ignore[arg-type]


def deliveries_in(body: bytes) -> tuple[str, list[Delivery]]:
    """The key of an arrival and what came, in the order of its parts. Raises `Malformed`."""
    try:
        kept = _Kept.model_validate(orjson.loads(body))
        units: list[Pdu] = [unpacked(bytes.fromhex(unit)) for unit in kept.units]
        return kept.key, [delivery_of(unit) for unit in units]
    except (ValidationError, orjson.JSONDecodeError, BadPdu, ValueError) as error:
        raise Malformed(f"not a kept delivery: {type(error).__name__}") from None
