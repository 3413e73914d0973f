"""A rule as SQL: a condition over ``messaging_contact AS c`` with every value bound, none written into the text."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID

from messaging.contacts.last_written import LAST_OUTBOUND
from messaging.segments.attributes import attribute_matches
from messaging.segments.fields import MOMENTS
from messaging.segments.rule import Age, All, AnyOf, Condition, Everyone, Expression, Not, Operator, Rule

Fragment = tuple[str, list[object]]
"""SQL text with %s places, and what goes into them."""

_COLUMNS: Final = {
    "country": "c.country",
    "language": "c.language",
    "crm_id": "c.crm_id",
    "created": "c.created_at",
    "last_inbound": "c.last_inbound_at",
    "last_outbound": LAST_OUTBOUND,
}
"""The only names that reach the SQL; nothing of the rule's text does."""

_CONSENTED: Final = """EXISTS (
    SELECT 1 FROM messaging_consentstate yes
    WHERE yes.contact_id = c.id AND yes.channel IN (%s, 'any') AND yes.category IN (%s, 'any') AND yes.state = 'granted'
    AND NOT EXISTS (
        SELECT 1 FROM messaging_consentstate no
        WHERE no.contact_id = c.id AND no.channel IN (%s, 'any') AND no.category IN (%s, 'any')
        AND no.state = 'withdrawn' AND no.since >= yes.since))"""


def compile_rule(rule: Rule, *, channel: str, now: datetime, zone: tzinfo | None = None) -> Fragment:
    """SQL condition and its parameters (%s style) for contacts aliased ``c``.

    ``channel`` is whose consent counts ("whatsapp", "sms"), ``now`` what spans are counted back from, ``zone`` where a
    calendar day begins (the organisation's; that of ``now`` when left out). The tenant is the caller's to add.
    """
    return _Compiling(channel, now, zone or now.tzinfo).expression(rule.expression)


@dataclass(frozen=True, slots=True)
class _Compiling:
    channel: str
    now: datetime
    zone: tzinfo | None

    def expression(self, expression: Expression) -> Fragment:
        match expression:
            case Everyone():
                return "TRUE", []
            case Not(inner):
                return _not(self.expression(inner))
            case All(parts):
                return _joined(" AND ", [self.expression(part) for part in parts])
            case AnyOf(parts):
                return _joined(" OR ", [self.expression(part) for part in parts])
            case Condition():
                return self.condition(expression)

    def condition(self, condition: Condition) -> Fragment:
        if condition.operator in (Operator.IS_NOT, Operator.NOT_IN):
            positive = Operator.IS if condition.operator is Operator.IS_NOT else Operator.IN
            return _not(self.condition(Condition(condition.field, positive, condition.values, condition.name)))
        if condition.field in MOMENTS:
            return self.moment(condition)
        match condition.field:
            case "tag":
                return _tag(condition)
            case "attribute":
                return attribute_matches(condition)
            case "imported_from":
                return _imported(condition)
            case "consent":
                category = condition.values[0]
                return _CONSENTED, [self.channel, category, self.channel, category]
        column = _COLUMNS[condition.field]
        if condition.operator is Operator.EXISTS:
            return f"{column} <> ''", []
        return f"{column} = ANY(%s)", [list(condition.values)]

    def moment(self, condition: Condition) -> Fragment:
        """A day compares as the whole day; a span counts back, so less than 90 days is after now minus 90 days."""
        column = _COLUMNS[condition.field]
        if condition.operator is Operator.EXISTS:
            return f"{column} IS NOT NULL", []
        value = condition.values[0]
        if isinstance(value, Age):
            return f"{column} {_BACK[condition.operator]} %s", [self.now - value.span]
        if not isinstance(value, date):
            raise TypeError(value)
        begins, ends = self._midnight(value), self._midnight(value + timedelta(days=1))
        match condition.operator:
            case Operator.BELOW:
                return f"{column} < %s", [begins]
            case Operator.AT_MOST:
                return f"{column} < %s", [ends]
            case Operator.ABOVE:
                return f"{column} >= %s", [ends]
            case Operator.AT_LEAST:
                return f"{column} >= %s", [begins]
        return f"({column} >= %s AND {column} < %s)", [begins, ends]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)


_BACK: Final = {Operator.BELOW: ">", Operator.ABOVE: "<", Operator.AT_MOST: ">=", Operator.AT_LEAST: "<="}


def _not(fragment: Fragment) -> Fragment:
    # A contact without the value is not one that has it: IS NOT TRUE is true for NULL, where NOT would be NULL.
    return f"({fragment[0]}) IS NOT TRUE", fragment[1]


def _joined(word: str, fragments: list[Fragment]) -> Fragment:
    return f"({word.join(sql for sql, _ in fragments)})", [value for _, values in fragments for value in values]


def _tag(condition: Condition) -> Fragment:
    if condition.operator is Operator.EXISTS:
        return "cardinality(c.tags) > 0", []
    return "c.tags && %s::varchar[]", [list(condition.values)]


def _imported(condition: Condition) -> Fragment:
    """By the import's id, or by the name of its file."""
    if condition.operator is Operator.EXISTS:
        return "c.import_batch_id IS NOT NULL", []
    ids = [found for value in condition.values if (found := _uuid(str(value))) is not None]
    names = [value for value in condition.values if _uuid(str(value)) is None]
    sql = """c.import_batch_id IN (
        SELECT b.id FROM messaging_importbatch b
        WHERE b.organisation_id = c.organisation_id AND (b.id = ANY(%s::uuid[]) OR b.name = ANY(%s::text[])))"""
    return sql, [ids, names]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
