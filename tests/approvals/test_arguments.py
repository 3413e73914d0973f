"""Arguments from outside: what no row can hold is refused by name before anything reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.arguments import MAX_DEPTH, read
from approvals.reasons import Refused
from tests.approvals.tea_menu import PotAsk
from tests.approvals.tea_room import refused


def nested(levels: int) -> Any:
    """A list in a list, this many levels deep."""
    value: Any = "leaf"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("arguments", "field", "text"),
    [
        ({"blend": "jas\x00mine"}, "blend", "This text holds characters that are not text."),
        ({"blend": "jas\ud800mine"}, "blend", "This text holds characters that are not text."),
        ({"blend": "jasmine", "price": float("nan")}, "price", "This is not a number."),
        ({"blend": "jasmine", "price": float("inf")}, "price", "This is not a number."),
        ({"blend": "jasmine", "price": float("-inf")}, "price", "This is not a number."),
        ({"blend": "jasmine", "cups": 2**63}, "cups", "This number is too large."),
        ({"blend": "jasmine", "cups": -(2**63)}, "cups", "This number is too large."),
        ({"blend": "jasmine", "notes": ["fine", "b\x00d"]}, "notes.1", "This text holds characters that are not text."),
        ({"blend": "jasmine", "notes": [{"deep": "\udfff"}]}, "notes.0.deep", "This text holds characters that"),
    ],
)
def test_what_no_row_can_hold_is_refused_by_the_name_of_its_field(
    arguments: dict[str, Any], field: str, text: str
) -> None:
    no = refused(lambda: read(PotAsk, arguments))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", field)]
    assert str(no.reasons[0].text).startswith(text)
    assert no.reasons[0].fix


def test_a_number_of_exactly_64_bits_is_only_measured_by_its_own_field() -> None:
    no = refused(lambda: read(PotAsk, {"blend": "jasmine", "cups": 2**63 - 1}))
    assert "less than or equal to 1000000" in str(no.reasons[0].text)


def test_twenty_levels_are_read_and_more_are_refused() -> None:
    shallow = refused(lambda: read(PotAsk, {"blend": nested(MAX_DEPTH - 1)}))
    deep = refused(lambda: read(PotAsk, {"blend": nested(MAX_DEPTH)}))
    assert "valid string" in str(shallow.reasons[0].text)
    assert (deep.codes, str(deep.reasons[0].text)) == (["invalid_argument"], "This is nested too deeply.")


def test_nesting_without_end_is_refused_and_does_not_break_off() -> None:
    no = refused(lambda: read(PotAsk, {"blend": nested(900)}))
    assert str(no.reasons[0].fix) == "Use at most 20 levels."


@pytest.mark.parametrize("arguments", [None, [], "jasmine", 7, ["blend", "jasmine"]])
def test_what_is_not_an_object_is_told_so(arguments: Any) -> None:
    no = refused(lambda: read(PotAsk, arguments))
    assert [(reason.code, str(reason.text)) for reason in no.reasons] == [
        ("invalid_argument", "The arguments are not an object.")
    ]


def test_a_field_name_that_is_not_text_does_not_break_the_answer() -> None:
    no = refused(lambda: read(PotAsk, {"blend": "jasmine", "\ud800\x00": {"inner": "\x00"}}))
    for reason in no.reasons:
        json.dumps(reason.as_dict(), ensure_ascii=False).encode()
        assert "\x00" not in reason.field


def test_a_field_name_is_told_in_at_most_200_characters() -> None:
    no = refused(lambda: read(PotAsk, {"blend": "jasmine", "x" * 5000: 1}))
    assert len(no.reasons[0].field) == 200


def test_all_bad_values_are_told_at_once() -> None:
    no = refused(lambda: read(PotAsk, {"blend": "\x00", "cups": 2**70, "price": float("nan")}))
    assert [reason.field for reason in no.reasons] == ["blend", "cups", "price"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_read_or_refused_in_words_that_can_be_sent(arguments: Any) -> None:
    try:
        read(PotAsk, arguments)
    except Refused as no:
        json.dumps([reason.as_dict() for reason in no.reasons], ensure_ascii=False).encode()
