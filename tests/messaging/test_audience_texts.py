"""What each person of an audience reads: their language, and the values of the variables."""

from typing import Any

import pytest

from messaging.audiences.languages import readers
from messaging.audiences.variables import Variable
from tests.messaging.spring_tea import SpringTea, drinker, frozen, judged

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "reads"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh-HK", "zh_HK"),
        ("zh_TW", "zh_HK"),
        ("zh-Hant", "zh_HK"),
        ("zh-Hant-MO", "zh_HK"),
        ("yue", "zh_HK"),
        ("zh_CN", "en"),
        ("zh-Hans", "en"),
        ("zh", "en"),
        ("pt", "pt_BR"),
        ("pt_PT", "pt_BR"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_everybody_reads_their_own_language_or_the_default(tea: SpringTea, language: str, reads: str) -> None:
    tea.translate("zh_HK")
    tea.translate("pt_BR")
    row = frozen(tea, drinker("Ann", language=language))
    assert row.translation is not None
    assert row.translation.language == reads


def test_an_exact_language_wins_over_its_relatives() -> None:
    found = readers(["pt_BR", "pt_PT", "zh_TW", "zh_HK", "zh_CN"])
    assert (found["pt_pt"], found["pt_br"], found["pt"]) == ("pt_PT", "pt_BR", "pt_BR")
    assert (found["zh_hk"], found["zh_tw"], found["zh_mo"], found["zh_cn"], found["zh"]) == (
        "zh_HK", "zh_TW", "zh_TW", "zh_CN", "zh_CN",
    )  # fmt: skip


def variable(name: str = "1", source: str = "attribute", **fields: Any) -> Variable:
    return Variable.model_validate({"name": name, "source": source, **fields})


@pytest.mark.parametrize(
    ("fields", "source", "value"),
    [
        ({"name": " Ann "}, variable(source="name"), "Ann"),
        ({"crm_id": "42"}, variable(source="crm_id"), "42"),
        ({"attributes": {"shop": "Central"}}, variable(attribute="shop"), "Central"),
        ({"attributes": {"points": 120}}, variable(attribute="points"), "120"),
        ({}, variable(source="text", text="10% off"), "10% off"),
        ({}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"shop": "  "}}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"shop": None}}, variable(attribute="shop", fallback="your shop"), "your shop"),
        ({"attributes": {"a'b%s": "odd"}}, variable(attribute="a'b%s"), "odd"),
    ],
)
def test_a_variable_is_filled_from_its_source_or_its_fallback(
    tea: SpringTea, fields: dict[str, Any], source: Variable, value: str
) -> None:
    row = frozen(tea, drinker(**fields), variables=[source])
    assert (row.verdict, row.values) == (0, {"1": value})


@pytest.mark.parametrize("shop", ["", "   ", None, "two\nlines", "a\ttab", "a\rreturn", "four    spaces"])
def test_who_lacks_a_value_or_has_one_that_meta_refuses_is_left_out(tea: SpringTea, shop: str | None) -> None:
    ann = drinker("Ann", attributes={"shop": shop})
    assert judged(tea, ann, variables=[variable(attribute="shop")]) == "missing_variable"


def test_without_variables_nobody_is_left_out_for_one(tea: SpringTea) -> None:
    assert judged(tea, drinker(""), variables=[]) == "included"
