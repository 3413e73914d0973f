"""One spelling for a contract, so that its seal means something: sorted keys, no spaces, UTF-8, decimals as strings."""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

from pydantic import BaseModel


def canonical_json(value: Any) -> bytes:
    """The bytes that are sealed. Takes JSON-ready values and pydantic models; NaN and unknown types are errors."""
    plain = _spelled(value.model_dump(mode="json") if isinstance(value, BaseModel) else value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _spelled(value: Any) -> Any:
    """Fractions as PostgreSQL's jsonb gives them back: 1e22 and 100.0 return as whole numbers, -0.0 as 0."""
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else value
    return value


def seal_of(value: Any) -> str:
    """SHA-256 over the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
