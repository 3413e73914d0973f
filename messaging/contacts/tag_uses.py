"""What stands on a tag: segments whose rule asks for it, and whatever else registers."""

from collections.abc import Callable, Collection, Iterator

from accounts.models import Organisation
from messaging.models import Segment
from messaging.segments import RuleError, parse
from messaging.segments.rule import All, AnyOf, Condition, Expression, Not, Operator

Find = Callable[[Organisation, Collection[str]], list[str]]
_finders: list[Find] = []


def register_use(find: Find) -> None:
    """Have `find` name what of an organisation stands on one of these tags or labels: keyword rules, flows."""
    _finders.append(find)


def uses_of(organisation: Organisation, tags: Collection[str], *, of_contacts: bool) -> list[str]:
    """The names of everything that stands on one of these tags; segments only ask for those of contacts."""
    own = Segment.objects.filter(organisation=organisation).order_by("name")
    segments = own if of_contacts and tags else own.none()
    found = [segment.name for segment in segments if _asks_for(segment.rule, tags)]
    return found + [name for find in _finders for name in find(organisation, tags)]


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
