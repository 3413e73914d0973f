"""Questions about a contact's own attributes, which are JSON of any shape: a wrong shape answers no, never an error."""

from datetime import date
from decimal import Decimal
from typing import Final

from messaging.segments.rule import Condition, Operator, Value

_NUMBER: Final = r"""CASE WHEN (c.attributes ->> %s::text) ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$'
    THEN (c.attributes ->> %s::text)::numeric END"""
_DAY: Final = r"""CASE WHEN (c.attributes ->> %s::text) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'
    THEN left(c.attributes ->> %s::text, 10) END COLLATE "C" """
_ORDER: Final = {Operator.BELOW: "<", Operator.ABOVE: ">", Operator.AT_MOST: "<=", Operator.AT_LEAST: ">="}


def attribute_matches(condition: Condition) -> tuple[str, list[object]]:
    """SQL and parameters for a condition on ``attribute.<name>`` (positive operators only)."""
    name, operator = condition.name, condition.operator
    if operator is Operator.EXISTS:
        return "COALESCE(c.attributes ->> %s::text, '') <> ''", [name]
    if operator is Operator.HAS:
        return "(c.attributes -> %s::text) @> to_jsonb(%s::text)", [name, str(condition.values[0])]
    if operator in _ORDER:
        return _compared(name, _ORDER[operator], condition.values[0])
    fragments = [_equal(name, value) for value in condition.values]
    sql = " OR ".join(fragment for fragment, _ in fragments)
    return f"({sql})", [parameter for _, parameters in fragments for parameter in parameters]


def _equal(name: str, value: Value) -> tuple[str, list[object]]:
    if isinstance(value, Decimal):
        return _compared(name, "=", value)
    return "(c.attributes ->> %s::text) = %s", [name, str(value)]


def _compared(name: str, sign: str, value: Value) -> tuple[str, list[object]]:
    if isinstance(value, date):
        return f"{_DAY} {sign} %s", [name, name, value.isoformat()]
    return f"({_NUMBER}) {sign} %s", [name, name, value]
