"""How much of the world a rule means: never everyone by accident."""

from typing import Final

from messaging.segments.fields import FIELDS
from messaging.segments.rule import All, AnyOf, Condition, Everyone, Expression, Not, Operator

_OPPOSITE: Final = {
    Operator.IS: Operator.IS_NOT,
    Operator.IS_NOT: Operator.IS,
    Operator.IN: Operator.NOT_IN,
    Operator.NOT_IN: Operator.IN,
}


def says_everyone(expression: Expression) -> bool:
    """Whether ``everyone`` stands anywhere in the rule."""
    match expression:
        case Everyone():
            return True
        case Not(inner):
            return says_everyone(inner)
        case All(parts) | AnyOf(parts):
            return any(says_everyone(part) for part in parts)
    return False


def sets_apart(expression: Expression, *, negated: bool = False) -> bool:
    """Whether the rule says who is meant, and does not merely leave some out.

    Having consent sets nobody apart: the audience leaves out everybody without it anyway.
    """
    match expression:
        case Not(inner):
            return sets_apart(inner, negated=not negated)
        case All(parts):
            found = [sets_apart(part, negated=negated) for part in parts]
            return all(found) if negated else any(found)
        case AnyOf(parts):
            found = [sets_apart(part, negated=negated) for part in parts]
            return any(found) if negated else all(found)
        case Condition():
            return _condition_sets_apart(expression, negated=negated)
    return False


def _condition_sets_apart(condition: Condition, *, negated: bool) -> bool:
    if condition.field == "consent":
        return False
    if condition.operator is Operator.EXISTS:
        return FIELDS[condition.field].narrows and not negated
    operator = _OPPOSITE.get(condition.operator) if negated else condition.operator
    return operator is not None and operator not in (Operator.IS_NOT, Operator.NOT_IN)
