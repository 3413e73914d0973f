"""What stands on a tag of contacts: segments whose rule asks for it."""

from collections.abc import Collection, Iterator

from accounts.models import Organisation
from messaging.models import Segment
from messaging.segments import RuleError, parse
from messaging.segments.rule import All, AnyOf, Condition, Expression, Not, Operator


def segments_asking_for(organisation: Organisation, tags: Collection[str]) -> list[str]:
    """The names of the segments whose people one of these tags decides."""
    segments = Segment.objects.filter(organisation=organisation).order_by("name")
    return [segment.name for segment in segments if _asks_for(segment.rule, tags)] if tags else []


def _asks_for(rule: str, tags: Collection[str]) -> bool:
    """A rule that nobody can read any more is counted as one that asks: somebody had better look."""
    try:
        expression = parse(rule).expression
    except RuleError:
        return True
    conditions = (one for one in _conditions(expression) if one.field == "tag")
    return any(one.operator is Operator.EXISTS or any(value in tags for value in one.values) for one in conditions)


def _conditions(expression: Expression) -> Iterator[Condition]:
    match expression:
        case Condition():
            yield expression
        case Not(inner):
            yield from _conditions(inner)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _conditions(part)
