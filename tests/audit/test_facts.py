"""What is kept of a fact, what is masked, and what is refused."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy as _

from audit.facts import BadFacts, clean, spelt
from tests.factories import NOON


class Cup(StrEnum):
    SMALL = "small"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.25, 0.25),
        ("spring tea", "spring tea"),
        (Decimal("0.0732"), "0.0732"),
        (UUID("0190f3a2-0000-7000-8000-000000000001"), "0190f3a2-0000-7000-8000-000000000001"),
        (NOON, "2026-03-02T12:00:00+08:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (Cup.SMALL, "small"),
        (_("spring tea"), "spring tea"),
        (("a", 1), ["a", 1]),
        ({"b", "a"}, ["a", "b"]),
        ({"excluded": {"no_consent": 12}}, {"excluded": {"no_consent": 12}}),
        (85261234567, 85261234567),  # a count or a key; phone numbers are never numbers here
    ],
)
def test_plain_values_are_kept_as_json(value: object, kept: object) -> None:
    assert clean({"fact": value}) == {"fact": kept}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("+85261234567", "[masked phone]"),
        ("+852 6123 4567", "[masked phone]"),
        ("ring +1 (415) 555-0132 now", "ring [masked phone] now"),
        ("＋８５２６１２３４５６７", "[masked phone]"),
        ("to 85261234567", "to [masked phone]"),
        ("mei@harbour-tea.test", "[masked e-mail]"),
        ("EAAGm0PX4ZCpsBAKZCqnVQ9Jt1", "[masked token]"),
        ("cs_0a1b2c3d4e_abcdefghijklmnopqrstuvwxyz", "[masked key]"),
        ("Authorization: Bearer abc.def.ghi", "Authorization: [masked token]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "[masked token]"),
        ("wamid.HBgLODUyNjEyMzQ1NjcVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", "wamid.[masked token]"),
    ],
)
def test_what_looks_like_personal_data_or_a_secret_is_masked(text: str, kept: str) -> None:
    assert clean({"fact": text, "list": [{"deep": text}]}) == {"fact": kept, "list": [{"deep": kept}]}
    assert clean({"by": {text: 1}}) == {"by": {kept: 1}}


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T12:00:00+08:00",
        "0190f3a2-0000-7000-8000-000000000001",
        "12345678-1234-4234-8234-123456789012",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "whatsapp.broadcast.schedule",
        "HKD 1234567.50",
        "4,812 of 5,000",
        "+3 people",
    ],
)
def test_times_ids_digests_and_amounts_stay_readable(text: str) -> None:
    assert clean({"fact": text}) == {"fact": text}


@pytest.mark.parametrize("name", ["password", "token", "ACCESS_TOKEN", "app_secret", "otp"])
def test_a_fact_named_like_a_secret_is_masked_whatever_it_holds(name: str) -> None:
    assert clean({name: "tea"}) == {name: "[masked secret]"}
    assert clean({"changed": {name: ["tea"]}}) == {"changed": {name: "[masked secret]"}}
    assert clean({name: None}) == {name: None}


def test_what_a_jsonb_column_refuses_is_replaced() -> None:
    assert clean({"fact": "nul \x00 half \ud83d"}) == {"fact": "nul \ufffd half ?"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (float("nan"), "fact: nan is not a number that JSON can hold: pass None"),
        (b"tea", "fact: a bytes cannot be recorded: pass its id or a plain value"),
        ([object()], r"fact\[\]: a object cannot be recorded"),
        ({"cup": {1: float("inf")}}, "fact.cup.1: inf is not a number"),
        ("x" * 17_000, "a text of 17000 letters is more than 16384: record counts and ids, not contents"),
        (["茶"] * 3_000, "the facts take 21010 bytes, more than 16384: record counts and ids, not contents"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(value: object, problem: str) -> None:
    with pytest.raises(BadFacts, match=problem):
        spelt(clean({"fact": value}))


def test_facts_nested_without_end_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(BadFacts, match="nested deeper than 8 levels"):
        clean({"fact": endless})
