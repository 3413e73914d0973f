"""Keywords meet whole words and whole phrases, in the scripts they are written in, and nothing by accident."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.whatsapp.automation.breadth import reasons_against_phrases
from messaging.whatsapp.automation.matching import Keyword, best, conflicts, holds, phrase_tokens, tokens
from tests.thoroughness import tries


def keyword(*phrases: str, name: str = "rule", priority: int = 50, **more: Any) -> Keyword:
    languages = frozenset(more.get("languages", ()))
    found = tuple(phrase_tokens(phrase) for phrase in phrases)
    return Keyword(None, name, found, more.get("is_whole", False), languages, priority)


def meets(phrase: str, text: str, **more: Any) -> bool:
    return keyword(phrase, **more).meets(tokens(text)) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("refund", "I want a REFUND please"),
        ("opening hours", "What are your opening-hours?"),
        ("opening hours", "ＯＰＥＮＩＮＧ　hours"),
        ("what's new", "Whats new today"),
        ("退款", "我想申請退款,謝謝"),
        ("營業時間", "請問營業時間是?"),
        ("WhatsApp 訂單", "我的whatsapp訂單呢"),
        ("café", "Cafe\u0301 open?"),
        ("order", "my or\u200bder"),
    ],
)
def test_a_phrase_is_met_where_all_of_it_stands(phrase: str, text: str) -> None:
    assert meets(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cat", "which category?"),
        ("refund", "refunds"),
        ("opening hours", "hours of opening"),
        ("opening hours", "We saw your opening. Hours ago!"),
        ("退款", "退。款"),
        ("訂單", "订单"),
        ("營業時間", "營業的時間"),
        ("tea", ""),
    ],
)
def test_a_phrase_is_not_met_by_parts_or_look_alikes(phrase: str, text: str) -> None:
    assert not meets(phrase, text)


def test_a_rule_for_whole_messages_is_met_by_nothing_more() -> None:
    assert meets("menu", "Menu!", is_whole=True)
    assert not meets("menu", "menu please", is_whole=True)


def test_the_highest_priority_goes_first_and_two_of_one_priority_are_none() -> None:
    refund, order = keyword("refund", name="refund", priority=90), keyword("order", name="order")
    shipping = keyword("shipping", name="shipping")
    met = best(tokens("refund of my order"), "en", [order, refund])
    assert met.only == refund
    met = best(tokens("shipping of my order"), "en", [order, shipping])
    assert (met.only, len(met.keywords)) == (None, 2)


def test_a_rule_counts_for_its_languages_and_for_people_whose_language_nobody_knows() -> None:
    english = keyword("sale", languages=("en",))
    assert best(tokens("sale"), "en_GB", [english]).only == english
    assert best(tokens("sale"), "", [english]).only == english
    assert best(tokens("sale"), "fr", [english]).keywords == ()


def test_rules_of_one_priority_that_meet_the_same_words_are_in_conflict() -> None:
    refund = keyword("refund")
    assert conflicts(keyword("refund status"), [refund]) == [refund]
    assert conflicts(keyword("Refund", priority=60), [refund]) == []
    assert conflicts(keyword("退款"), [refund]) == []
    assert conflicts(keyword("refund", languages=("fr",)), [keyword("refund", languages=("en",))]) == []
    assert conflicts(keyword("refund status"), [keyword("refund", is_whole=True)]) == []
    assert len(conflicts(keyword("refund", is_whole=True), [refund])) == 1


@pytest.mark.parametrize("phrase", ["a", "7", "茶", "the", "What is", "請問", "可以嗎", "我們的"])
def test_what_everybody_writes_is_too_broad(phrase: str) -> None:
    assert [reason.code for reason in reasons_against_phrases([phrase])] == ["phrase_too_broad"]


def test_stop_words_and_bare_punctuation_are_no_keywords() -> None:
    assert [reason.code for reason in reasons_against_phrases(["STOP", "退訂", "?!"])] == [
        "phrase_is_stop_word", "phrase_is_stop_word", "phrase_empty",
    ]  # fmt: skip


@pytest.mark.parametrize("phrase", ["refund", "退款", "what is my order", "茶葉", "hi"])
def test_what_only_some_say_is_no_reason(phrase: str) -> None:
    assert list(reasons_against_phrases([phrase])) == []


def test_a_mark_after_a_blank_changes_no_character_before_it() -> None:
    assert holds(tokens(" 款 \u00b8"), tokens("款"))  # a cedilla that stands alone: a blank and a combining mark


@settings(max_examples=tries(60, 2_000))
@given(st.text(max_size=60), st.text(max_size=60), st.text(alphabet="ab茶 退款,é", min_size=1, max_size=8))
def test_a_phrase_between_blanks_is_met_whatever_stands_around_it(before: str, after: str, phrase: str) -> None:
    wanted = tokens(phrase)
    assert (
        not wanted
        or holds(tokens(f"{before} {phrase} {after}"), tuple(one for one in wanted if one != "\0"))
        or ("\0" in wanted)
    )
