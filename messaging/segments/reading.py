"""Reading a segment rule: text in, a `Rule` out, or a `RuleError` that says where and why.

Everything is checked here, once: what `compiling` receives cannot be wrong. A rule that would mean everyone by
accident (empty, or made of exceptions only) is refused unless it says ``everyone``.
"""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from messaging.segments.fields import FIELDS, MOMENTS, ORDER, place_of, text_of
from messaging.segments.rule import Age, All, AnyOf, Condition, Everyone, Expression, Not, Operator, Rule, RuleError
from messaging.segments.scope import says_everyone, sets_apart

MOST_CHARACTERS: Final = 2_000
MOST_CONDITIONS: Final = 50
DEEPEST: Final = 10
"""Levels of brackets and of ``not``."""

_LONGEST_VALUE: Final = 200
_LONGEST_AGE_IN_HOURS: Final = 100 * 366 * 24
_HOURS: Final = {"hour": 1, "day": 24, "week": 168}


def parse(text: str) -> Rule:
    """The rule that a text means. Raises `RuleError`."""
    if not text.strip():
        raise RuleError("rule_empty", _("The rule is empty."), _("Say who is meant: tag:vip, or everyone."))
    if len(text) > MOST_CHARACTERS:
        fix = _("Keep it under %(most)d characters, for example with a tag.") % {"most": MOST_CHARACTERS}
        raise RuleError("rule_too_long", _("The rule is too long."), fix)
    try:
        # The transformer is given to the parser, which calls it as it reads: no tree is built, nothing recurses.
        read: _Read = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as unexpected:
        raise _not_understood(unexpected) from None
    everyone = says_everyone(read.expression)
    if not everyone and not sets_apart(read.expression):
        raise RuleError(
            "rule_means_everyone",
            _("The rule does not say who is meant, so it would mean nearly everyone."),
            _("Add who is meant (tag:vip and ...), or say it on purpose: everyone and ..."),
        )
    return Rule(read.expression, everyone)


@dataclass(frozen=True, slots=True)
class _Read:
    """A part of the rule, with its size, so that limits hold before anything large exists."""

    expression: Expression
    depth: int = 0
    conditions: int = 1

    def deeper(self, expression: Expression) -> "_Read":
        if self.depth + 1 > DEEPEST:
            text = _("The rule has more than %(most)d levels of brackets.") % {"most": DEEPEST}
            raise RuleError("rule_too_deep", text, _("Write it flatter, or split it in two segments."))
        return _Read(expression, self.depth + 1, self.conditions)


@v_args(inline=True)
class _Grammar(Transformer[Token, _Read]):
    """One method for each form of the grammar; each checks what it is given."""

    def any_of(self, *parts: _Read) -> _Read:
        return _joined(AnyOf, parts)

    def all_of(self, *parts: _Read) -> _Read:
        return _joined(All, parts)

    def negation(self, inner: _Read) -> _Read:
        if inner.expression == Everyone():
            raise RuleError("rule_nobody", _("“not everyone” means nobody."), _("Say who is meant."))
        return inner.deeper(Not(inner.expression))

    def bracketed(self, inner: _Read) -> _Read:
        return inner.deeper(inner.expression)

    def everyone(self) -> _Read:
        return _Read(Everyone())

    def labelled(self, field: Token, value: Token) -> _Read:
        name = field.lower()
        if name not in ("tag", "consent"):
            raise _wrong_operator(field, ":")
        return _Read(_condition(field, Operator.IS if name == "tag" else Operator.HAS, value))

    def compared(self, field: Token, comparison: Token, value: Token) -> _Read:
        return _Read(_condition(field, _operator(comparison), value))

    def compared_age(self, field: Token, comparison: Token, count: Token, unit: Token) -> _Read:
        return _Read(_age(field, _operator(comparison), count, unit))

    def one_of(self, field: Token, values: list[Token]) -> _Read:
        return _Read(_condition(field, Operator.IN, *values))

    def none_of(self, field: Token, values: list[Token]) -> _Read:
        return _Read(_condition(field, Operator.NOT_IN, *values))

    def has(self, field: Token, value: Token) -> _Read:
        return _Read(_condition(field, Operator.HAS, value))

    def exists(self, field: Token) -> _Read:
        return _Read(_condition(field, Operator.EXISTS))

    def values(self, *values: Token) -> list[Token]:
        return list(values)


def _joined(kind: type[All] | type[AnyOf], parts: tuple[_Read, ...]) -> _Read:
    """Neighbours of one kind become one list: ``(a and b) and c`` is ``a and b and c``."""
    conditions = sum(part.conditions for part in parts)
    if conditions > MOST_CONDITIONS:
        text = _("The rule has more than %(most)d conditions.") % {"most": MOST_CONDITIONS}
        raise RuleError("rule_too_many_conditions", text, _("Use a list (country in (HK, MO)) or a tag."))
    flat: list[Expression] = []
    for part in parts:
        flat += part.expression.parts if isinstance(part.expression, kind) else [part.expression]
    return _Read(kind(tuple(flat)), max(part.depth for part in parts), conditions)


def _operator(comparison: Token) -> Operator:
    return Operator(comparison.translate(str.maketrans("＝＜＞", "=<>")))


def _condition(field: Token, operator: Operator, *values: Token) -> Condition:
    name, attribute = _known(field)
    if operator not in FIELDS[name].operators:
        raise _wrong_operator(field, operator)
    for value in values:
        if not 0 < len(text_of(value)) <= _LONGEST_VALUE:
            text = _("The value is empty or longer than %(most)d characters") % {"most": _LONGEST_VALUE}
            raise RuleError("rule_value", f"{text} ({place_of(value)}).", _("Write a shorter value."))
    if operator is Operator.HAS:
        operator = Operator.IS if name == "tag" else operator
        return Condition(name, operator, tuple(str(FIELDS[name].read(value)) for value in values), attribute)
    if operator in ORDER and name == "attribute":
        _refuse_order_of_text(values[0])
    return Condition(name, operator, tuple(FIELDS[name].read(value) for value in values), attribute)


def _refuse_order_of_text(value: Token) -> None:
    if isinstance(FIELDS["attribute"].read(value), str):
        text = _("“%(value)s” is neither a number nor a day, so nothing is above or below it") % {"value": value}
        raise RuleError("rule_order", f"{text} ({place_of(value)}).", _("Compare with = or in, or give a number."))


def _age(field: Token, operator: Operator, count: Token, unit: Token) -> Condition:
    name, attribute = _known(field)
    if name not in MOMENTS or operator in (Operator.IS, Operator.IS_NOT):
        raise _wrong_operator(field, f"{operator} {count} {unit}")
    span = unit.lower().removesuffix("s")
    if not (count.isascii() and count.isdecimal() and int(count) * _HOURS[span] <= _LONGEST_AGE_IN_HOURS):
        text = _("“%(count)s” is no number of %(unit)s we can count back") % {"count": count, "unit": unit}
        raise RuleError("rule_age", f"{text} ({place_of(count)}).", _("Write a whole number: 90 days."))
    return Condition(name, operator, (Age(int(count), span),), attribute)


def _known(field: Token) -> tuple[str, str]:
    """Field and attribute name of a token such as ``country`` or ``attribute.tier``."""
    name, dot, attribute = field.partition(".")
    name = name.lower()
    if name in FIELDS and (name == "attribute") == bool(dot and attribute):
        return name, attribute
    if name == "attribute":
        fix = _("Name the attribute: attribute.tier = gold.")
    else:
        near = difflib.get_close_matches(name, FIELDS, n=1)
        known = ", ".join(near or [*(known for known in FIELDS if known != "attribute"), "attribute.<name>"])
        fix = _("Did you mean: %(known)s?") % {"known": known}
    text = _("There is no field “%(field)s” (%(place)s).") % {"field": field, "place": place_of(field)}
    raise RuleError("rule_field", text, fix)


def _wrong_operator(field: Token, operator: str) -> RuleError:
    name, _attribute = _known(field)
    texts = {"field": field, "operator": operator, "place": place_of(field)}
    allowed = {"consent": "consent:marketing", "tag": "tag:vip, tag in (vip, gold), tag exists"}.get(
        name, ", ".join(sorted(FIELDS[name].operators))
    )
    return RuleError(
        "rule_operator",
        _("“%(field)s” cannot be used with “%(operator)s” (%(place)s).") % texts,
        _("Use: %(allowed)s.") % {"allowed": allowed},
    )


_NAMES: Final = {
    "WORD": "a word",
    "STRING": '"text"',
    "COMPARISON": "= != < > <= >=",
    "UNIT": "days",
    "_COLON": ":",
    "_OPEN": "(",
    "_CLOSE": ")",
    "_COMMA": ",",
    "$END": "the end",
}


def _not_understood(unexpected: UnexpectedInput) -> RuleError:
    expected: set[str] = set()
    found = _("the end")
    if isinstance(unexpected, UnexpectedToken):
        expected = unexpected.accepts or unexpected.expected
        found = _("the end") if unexpected.token.type == "$END" else f"“{unexpected.token}”"
    elif isinstance(unexpected, UnexpectedCharacters):
        expected, found = unexpected.allowed or set(), f"“{unexpected.char}”"
    at_end = isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END"
    place = _("at the end") if at_end else place_of(Token("", "", line=unexpected.line, column=unexpected.column))
    names = ", ".join(sorted({_NAMES.get(name, name.lower()) for name in expected}))
    return RuleError(
        "rule_syntax",
        _("The rule cannot be read: %(found)s was not expected (%(place)s).") % {"found": found, "place": place},
        _("Expected here: %(names)s.") % {"names": names},
    )


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("rules.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Grammar(), propagate_positions=False)
