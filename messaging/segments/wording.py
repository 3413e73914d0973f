"""Saying a rule in its one canonical wording, which reads back as the same rule."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from messaging.segments.rule import Age, All, AnyOf, Condition, Everyone, Expression, Not, Operator, Rule, Value

_BARE: Final = re.compile(r"[^\W\d_][\w.@/-]*")
_KEYWORDS: Final = frozenset(("and", "or", "not", "in", "has", "exists", "everyone"))
_UNITS: Final = frozenset(("hour", "hours", "day", "days", "week", "weeks"))


def describe(rule: Rule) -> str:
    """The rule in canonical words; `messaging.segments.parse` of them gives an equal rule."""
    return _say(rule.expression)


def _say(expression: Expression) -> str:
    match expression:
        case Everyone():
            return "everyone"
        case Not(inner):
            return f"not {_say(inner) if isinstance(inner, (Condition, Not, Everyone)) else _bracketed(inner)}"
        case All(parts):
            return " and ".join(_bracketed(part) if isinstance(part, AnyOf) else _say(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_say(part) for part in parts)
        case Condition():
            return _say_condition(expression)


def _bracketed(expression: Expression) -> str:
    return f"({_say(expression)})"


def _say_condition(condition: Condition) -> str:
    values = [_say_value(value) for value in condition.values]
    field = f"{condition.field}.{condition.name}" if condition.name else condition.field
    if condition.field == "consent" or (condition.field == "tag" and condition.operator is Operator.IS):
        return f"{field}:{values[0]}"
    if condition.operator is Operator.EXISTS:
        return f"{field} exists"
    if condition.operator in (Operator.IN, Operator.NOT_IN):
        return f"{field} {condition.operator} ({', '.join(values)})"
    return f"{field} {condition.operator} {values[0]}"


def _say_value(value: Value) -> str:
    match value:
        case Age(count, unit):
            return f"{count} {unit}{'' if count == 1 else 's'}"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
    if _BARE.fullmatch(value) and value.lower() not in _KEYWORDS | _UNITS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
