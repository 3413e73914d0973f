"""Parsers of what people type: rules, phone numbers, dates, arguments. Garbage is refused in words, never a crash."""

import time
import unicodedata
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import Organisation
from approvals.arguments import read
from approvals.contracts import Ask
from approvals.reasons import Refused
from messaging.audiences.people import size_of
from messaging.imports.cells import category_of, language_of, moment_of, opt_out_of, source_of, tags_of
from messaging.phones import PROBLEMS, BadPhone, Phone, mask, normalise
from messaging.segments import describe, parse
from messaging.segments.rule import Age, All, AnyOf, Condition, Expression, Not, Operator, Rule, RuleError
from messaging.segments.scope import says_everyone, sets_apart
from messaging.stopwords import classify
from tests.factories import HONG_KONG, NOON, harbour_tea
from tests.thoroughness import tries

thorough = settings(max_examples=tries(80, 250), deadline=None, derandomize=True, database=None)

# --- Rules ---------------------------------------------------------------------------------------------------------

LINE = st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), min_size=1, max_size=12)
TEXTS = LINE | st.sampled_from(
    ["and", "OR", "not", "in", "everyone", "90", "days", "HK", "ſtop", "ın", 'a"b', "a\\b", "-"]
)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
NUMBERS = st.decimals(-(10**14), 10**14, places=2, allow_nan=False)
AGES = st.builds(Age, st.integers(0, 999), st.sampled_from(["hour", "day", "week"]))
ORDER = st.sampled_from([Operator.BELOW, Operator.ABOVE, Operator.AT_MOST, Operator.AT_LEAST])
ONE = st.sampled_from([Operator.IS, Operator.IS_NOT])
LISTED = st.sampled_from([Operator.IN, Operator.NOT_IN])
NAMES = st.sampled_from(["tier", "birth.month", "語言", "x-1", "Loyalty"])


def _of(field: str, operator: Operator, *values: object, name: str = "") -> Condition:
    return Condition(field, operator, values, name)  # type: ignore[arg-type]


CONDITIONS = st.one_of(
    st.builds(lambda word: _of("tag", Operator.IS, word), TEXTS),
    st.builds(lambda kind, words: _of("tag", kind, *words), LISTED, st.lists(TEXTS, min_size=1, max_size=3)),
    st.builds(lambda kind: _of("country", kind, "HK"), ONE),
    st.builds(lambda kind: _of("language", kind, "zh_Hant", "en"), LISTED),
    st.builds(lambda kind, word: _of("crm_id", kind, word), ONE, TEXTS),
    st.builds(lambda name, word: _of("attribute", Operator.HAS, word, name=name), NAMES, TEXTS),
    st.builds(lambda name, kind, amount: _of("attribute", kind, amount, name=name), NAMES, ORDER, NUMBERS | DAYS),
    st.builds(
        lambda field, day, kind: _of(field, kind, day), st.sampled_from(["created", "last_inbound"]), DAYS, ORDER
    ),
    st.builds(lambda age, kind: _of("last_outbound", kind, age), AGES, ORDER),
    st.builds(lambda name: _of("attribute", Operator.EXISTS, name=name), NAMES),
    st.builds(lambda word: _of("consent", Operator.HAS, word), st.sampled_from(["marketing", "utility"])),
)


def _flat(kind: type[All] | type[AnyOf], parts: list[Expression]) -> Expression:
    """Neighbours of one kind are one list, as the parser reads them."""
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


RULES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: _flat(All, parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: _flat(AnyOf, parts), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


@thorough
@given(RULES)
def test_a_rule_that_is_said_is_read_as_the_same_rule(expression: Expression) -> None:
    rule = Rule(expression, says_everyone(expression))
    no = refusal_of(describe(rule))
    if no is None:
        assert parse(describe(rule)) == rule
    else:
        assert no.codes[0] in ("rule_too_deep", "rule_too_long", "rule_means_everyone"), describe(rule)
        assert no.codes[0] != "rule_means_everyone" or not sets_apart(expression)


def refusal_of(text: str) -> RuleError | None:
    try:
        parse(text)
    except RuleError as no:
        return no
    return None


WORDS_OF_RULES = """
tag vip and or not in has exists everyone days dayſ weeK hourſ 90 last_inbound attribute. attribute.x created
2026-02-30 country HK consent İN ın İ １２ ١٢ : ( ) （ ， , = < <= ！= ： ＜ " "a\\" “” \\ - +
"""
PIECES = st.sampled_from([*WORDS_OF_RULES.split(), "\x00", "\u2028", "\ud800", "9" * 40, "\n"])


@thorough
@given(st.lists(PIECES, max_size=14).map(" ".join) | st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=60))
@example("tag:vip and last_inbound < 90 dayſ")
@example("tag:vip and last_inbound < 1 hourſ")
@example("tag:vip and created < 3 weekſ")
def test_garbage_is_a_rule_error_with_a_place_and_a_fix_or_a_rule(text: str) -> None:
    no = refusal_of(text)
    if no is None:
        assert parse(describe(parse(text))) == parse(text)
    else:
        assert all(reason.text and reason.fix and reason.field == "rule" for reason in no.reasons)


@pytest.mark.django_db
def test_whatever_rule_can_be_said_the_database_can_be_asked() -> None:
    organisation: Organisation = harbour_tea()

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(RULES)
    @example(_of("attribute", Operator.ABOVE, Decimal("-0"), name="%s"))
    def ask(expression: Expression) -> None:
        with suppress(RuleError):
            said = describe(parse(describe(Rule(expression, says_everyone(expression)))))
            assert size_of(said, organisation, "whatsapp", "marketing", NOON).targeted == 0

    ask()


# --- Phone numbers -------------------------------------------------------------------------------------------------

REGIONS = st.sampled_from(["HK", "US", "GB", "MX", "AR", "BR", "IT", "CN", "", "ZZ", "hk", "ÄÖ"])
DIGITS = st.text("0123456789+-() .٠١２３४", max_size=30)
CELLS = DIGITS | st.text(max_size=40) | st.from_regex(r"(\+|00)?[1-9]\d{1,14}( ext \d)?", fullmatch=True)


def number_or_reason(cell: str, region: str) -> Phone | BadPhone:
    try:
        return normalise(cell, region)
    except BadPhone as bad:
        return bad


@thorough
@given(CELLS, REGIONS)
@example("+" + "²" * 8, "HK")
@example("+٨٥٢٦١٢٣٤٥٦٧", "HK")
@example("+852\x0061234567", "HK")
@example("\ud800" * 5, "HK")
@example("tel:" * 19, "HK")
def test_a_cell_is_one_number_that_stays_the_same_or_a_reason_with_a_fix(cell: str, region: str) -> None:
    phone = number_or_reason(cell, region)
    if isinstance(phone, BadPhone):
        assert phone.code in PROBLEMS
        assert phone.text
        assert phone.fix
        return
    assert phone.e164[1:].isascii()
    assert phone.e164[1:].isdecimal()
    assert 6 <= len(phone.e164) <= 16  # what a contact's column holds
    for other in ("", "HK", "US", region):
        assert normalise(phone.e164, other) == phone
    assert normalise(f" '{phone.e164} ", "HK") == phone


@thorough
@given(st.text(max_size=40))
def test_masking_takes_any_text(text: str) -> None:
    shown = "".join(letter for letter in mask(text) if letter.isdigit())
    assert len(shown) <= 3 + 4


# --- Cells, words and arguments ------------------------------------------------------------------------------------


@thorough
@given(
    st.text(max_size=60)
    | st.from_regex(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?")
)
@example("9999-12-31T23:59:59-12:00")
@example("2200-12-31T23:59:59.999999-23:59")
@example("2026-W10-1")
@example("20260302")
def test_no_cell_of_a_file_breaks_its_reader(cell: str) -> None:
    moment, problem = moment_of(cell, HONG_KONG)
    assert (moment is None) == bool(problem)
    if moment is not None:
        assert 1989 <= moment.astimezone(HONG_KONG).year <= 2201
    for known in (opt_out_of(cell), source_of(cell), language_of(cell), category_of(cell, "marketing"), tags_of(cell)):
        assert len(known) == 2


@thorough
@given(st.text(max_size=80))
def test_what_somebody_writes_has_one_meaning_however_it_is_composed(text: str) -> None:
    assert classify(text) == classify(unicodedata.normalize("NFC", text))


class Anything(Ask):
    """A model without an opinion: whatever JSON can say passes it."""

    content: object = None


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=6)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


def test_the_largest_import_is_looked_over_in_a_moment() -> None:
    """Letter by letter it took a worker seconds, which anybody with a key could spend again and again."""
    began = time.process_time()
    read(Anything, {"content": "a" * 20_000_000 + "語"})
    assert time.process_time() - began < 0.5


def test_a_million_wrong_things_are_told_in_fifty_reasons() -> None:
    """One body of 20 MB cost two gigabytes of reasons."""
    names = {f"a{number}": 0 for number in range(300_000)}
    for wrong in (names, {"content": names}, {"content": ["\x00"] * 300_000}, dict.fromkeys(map(str, range(900)), 0)):
        began = time.process_time()
        with pytest.raises(Refused) as no:
            read(Anything, wrong)
        assert 1 <= len(no.value.reasons) <= 50
        assert time.process_time() - began < 0.5


@thorough
@given(JSON)
def test_arguments_that_pass_can_be_stored(content: object) -> None:
    with suppress(Refused):
        read(Anything, {"content": content}).model_dump_json().encode()
