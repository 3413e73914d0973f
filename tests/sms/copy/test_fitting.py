"""Whether a copy fits: measured on the people of a segment, with nobody's value shown and nothing replaced unasked."""

import json
from typing import Any

import pytest

from approvals.models import Preview
from messaging.models import Audience, TemplateTranslation
from sms.copy.people import Longest
from sms.copy.suggestions import costly_characters, suggested
from sms.copy.worst import bare, worst_of
from sms.models import LinkDomain
from tests.approvals.tea_room import refused
from tests.factories import SuppressionFactory, harbour_tea
from tests.sms.links.tea_links import link_to
from tests.sms.tea_copies import copy_of
from tests.sms.tea_texts import TeaTexts, drinker, texter, use

FIT = "copy.fit_preview"
NAME = [{"name": "name", "source": "name"}]


def fit_of(tea: TeaTexts, **changed: Any) -> Any:
    asked = {
        "texts": {"en": "Harbour Tea: {{name}}, spring tea. 取消/Unsub 21234567"},
        "default_language": "en",
        "segment_id": str(tea.segment.pk),
        "sender_id": str(tea.identity.pk),
        "variables": NAME,
        **changed,
    }
    return use(FIT, texter(), **{key: value for key, value in asked.items() if value is not None})


@pytest.mark.django_db
def test_both_languages_are_measured_on_those_who_read_them() -> None:
    tea = TeaTexts()
    drinker("Ann")
    drinker("Bo", phone="+85366123456", country="MO")
    drinker("陳大文", language="zh-HK")
    drinker("港" * 60, language="zh-HK")
    SuppressionFactory(contact=drinker("Dee"))
    texts = {
        "en": "Harbour Tea: dear {{name}}, spring tea is in. Unsub 21234567",
        "zh_HK": "【海港茶】{{name}}，春茶到了。取消/Unsub 21234567",
    }
    data = fit_of(tea, texts=texts).data
    assert (data["targeted"], data["excluded"]) == (5, {"suppressed": 1})
    english, chinese = data["texts"]
    assert (english["language"], english["bare"]) == (
        "en",
        {"encoding": "GSM-7", "units": 52, "parts": 1, "left": 108},
    )
    assert english["people_by_parts"] == {"1": 2}
    assert chinese["bare"] == {"encoding": "UCS-2", "units": 28, "parts": 1, "left": 42}
    assert chinese["people_by_parts"] == {"1": 1, "2": 1}
    assert chinese["worst"] == {"encoding": "UCS-2", "units": 88, "parts": 2, "left": 46}
    assert chinese["worst_parts"][0] == "【海港茶】" + "字" * 60 + "，春"
    assert data["variables"] == [{"name": "name", "longest": 60, "longest_gsm": 3, "longest_ucs2": 60, "missing": 0}]
    assert [(one["country"], one["parts"], one["people"], one["cost"]) for one in data["countries"]] == [
        ("HK", 1, 2, "1.00000000"),
        ("HK", 2, 1, "1.00000000"),
        ("MO", 1, 1, "0.55000000"),
    ]


@pytest.mark.django_db
def test_one_chinese_name_makes_an_english_text_cost_more_and_the_preview_says_which_variable() -> None:
    tea = TeaTexts()
    drinker("Ann")
    drinker("陳大文")
    text = "Harbour Tea: dear {{name}}, spring tea is in, and so is the first oolong. Unsub 21234567"
    (english,) = fit_of(tea, texts={"en": text}).data["texts"]
    assert (english["bare"]["encoding"], english["bare"]["parts"]) == ("GSM-7", 1)
    assert (english["worst"]["encoding"], english["worst"]["parts"]) == ("UCS-2", 2)
    assert (english["costly"], english["costly_variables"]) == ([], ["name"])
    assert english["people_by_parts"] == {"1": 1, "2": 1}


@pytest.mark.django_db
def test_nobodys_value_is_kept_in_the_preview_and_nothing_else_is_written() -> None:
    tea = TeaTexts()
    drinker("Wilhelmina")
    drinker("歐陽大文")
    before = TemplateTranslation.objects.count()
    shown = fit_of(tea)
    kept = json.dumps(Preview.objects.get(pk=shown.preview_id).contract, ensure_ascii=False)
    assert "Wilhelmina" not in kept
    assert "歐陽" not in kept
    assert (Audience.objects.count(), TemplateTranslation.objects.count()) == (0, before)


@pytest.mark.django_db
def test_people_without_a_value_and_texts_too_long_are_told() -> None:
    tea = TeaTexts()
    drinker("")
    drinker("港" * 100)
    drinker("Ann")
    data = fit_of(tea, most_parts=1, texts={"en": "Harbour Tea: {{name}}. Unsub 21234567"}).data
    assert data["excluded"] == {"missing_variable": 1}
    assert data["variables"][0]["missing"] == 1
    assert data["texts"][0]["too_long_for"] == 1
    assert [(one["parts"], one["people"]) for one in data["countries"]] == [(1, 1)]


@pytest.mark.django_db
def test_a_suggestion_lists_every_replacement_and_changes_nothing() -> None:
    tea = TeaTexts()
    drinker("Ann")
    text = "Harbour Tea – “spring” for {{name}}… Unsub 21234567"
    (english,) = fit_of(tea, texts={"en": text}).data["texts"]
    assert english["text"] == text
    assert [(one["character"], one["code_points"], one["replacement"]) for one in english["costly"]] == [
        ("–", "U+2013", "-"),
        ("“", "U+201C", '"'),
        ("”", "U+201D", '"'),
        ("…", "U+2026", "..."),
    ]
    assert english["suggestion"] == 'Harbour Tea - "spring" for {{name}}... Unsub 21234567'
    assert (english["worst"]["encoding"], english["suggestion_worst"]["encoding"]) == ("UCS-2", "GSM-7")


@pytest.mark.django_db
def test_what_countries_ask_is_told_of_the_countries_that_are_reached() -> None:
    tea = TeaTexts()
    drinker("Ann")
    data = fit_of(tea, texts={"en": "Harbour Tea: {{name}}, spring tea. Reply STOP"}).data
    assert [(one["severity"], one["countries"], one["code"]) for one in data["findings"]] == [
        ("error", ["HK"], "opt_out_missing"),
        ("risk", ["HK"], "opt_out_in_one_language"),
    ]


@pytest.mark.django_db
def test_a_template_is_measured_in_place_of_texts() -> None:
    tea, template = TeaTexts(), copy_of(harbour_tea())
    drinker("Ann")
    data = fit_of(tea, texts=None, default_language=None, template_id=str(template.pk)).data
    assert [one["language"] for one in data["texts"]] == ["en", "zh_hk"]
    assert data["default_language"] == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"texts": None}, "texts_or_template", "texts"),
        ({"default_language": "fr"}, "default_language_missing", "default_language"),
        ({"variables": []}, "variables_do_not_match", "variables"),
        ({"variables": NAME * 2}, "two_sources", "variables"),
    ],
)
def test_what_cannot_be_measured_is_refused(changed: dict[str, Any], code: str, field: str) -> None:
    no = refused(lambda: fit_of(TeaTexts(), **changed))
    assert [(one.code, one.field) for one in no.reasons] == [(code, field)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("It’s here", "It's here"),
        ("Cafe\u0301", "Café"),
        ("ＴＥＡ", "TEA"),
        ("plain", None),
        ("茶，好", None),
        ("tea 🍵 “now”", None),
        ("naïve", None),
    ],
)
def test_replacing_is_offered_only_where_it_brings_the_text_back_to_gsm(text: str, offered: str | None) -> None:
    assert suggested(text) == offered


def test_costly_characters_are_named_and_counted() -> None:
    found = costly_characters("茶茶 ’s")
    assert [(one.character, one.count, one.replacement) for one in found] == [("茶", 2, None), ("’", 1, "'")]
    assert found[1].name == "right single quotation mark"


def test_the_worst_case_takes_the_encoding_that_costs_more() -> None:
    text = "{{a}} and {{b}}"
    assert bare(text) == " and "
    assert worst_of(text, {"a": Longest(9, 0, 9, 0), "b": Longest(2, 0, 2, 0)}) == "xxxxxxxxx and xx"
    assert worst_of(text, {"a": Longest(9, 0, 9, 0), "b": Longest(2, 3, 3, 0)}) == "字字字字字字字字字 and 字字字"


@pytest.mark.django_db
def test_links_are_counted_as_long_as_everybodys_will_be() -> None:
    tea = TeaTexts()
    drinker("Ann")
    link = link_to()
    fits = "x" * (160 - len("https://tea.example.test/88888888") - 1) + " {{ shop }}"
    (one_part,) = fit_of(tea, texts={"en": fits}, variables=[], short_link_ids={"shop": str(link.pk)}).data["texts"]
    assert (one_part["text"], one_part["bare"]) == (fits, {"encoding": "GSM-7", "units": 160, "parts": 1, "left": 0})
    assert (one_part["worst"]["parts"], one_part["people_by_parts"]) == (1, {"1": 1})
    longer = {"short_link_ids": {"shop": str(link.pk)}, "texts": {"en": f"x{fits}"}, "variables": []}
    (two_parts,) = fit_of(tea, **longer).data["texts"]
    assert (two_parts["worst"]["parts"], two_parts["people_by_parts"]) == (2, {"2": 1})


@pytest.mark.django_db
def test_a_link_to_opt_out_is_counted_and_is_a_way_out() -> None:
    tea = TeaTexts()
    LinkDomain.objects.create(organisation=harbour_tea(), purpose=LinkDomain.Purpose.SHORT, host="tea.example.test")
    drinker("Ann")
    text = "Harbour Tea: dear {{name}}, spring tea is in. 取消/Unsub {{stop}}"
    data = fit_of(tea, texts={"en": text}, opt_out_variable="stop").data
    assert data["findings"] == []
    assert data["texts"][0]["bare"] == {"encoding": "UCS-2", "units": 82, "parts": 2, "left": 52}
    assert [one["name"] for one in data["variables"]] == ["name"]


@pytest.mark.django_db
def test_a_variable_has_one_source_here_too() -> None:
    tea = TeaTexts()
    drinker("Ann")
    assert refused(lambda: fit_of(tea, opt_out_variable="name")).codes == ["two_sources"]
