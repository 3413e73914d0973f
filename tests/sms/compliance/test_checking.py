"""What countries ask of a text: the confirmed refuses, the rest warns, and who gets which."""

from dataclasses import replace
from datetime import date

import pytest

from sms.compliance.checking import check_copy
from sms.compliance.country_rules import all_rules, rules_of
from sms.compliance.wording import ways_out
from sms.models import SenderId

NAME = SenderId(value="#HARBOUR", kind=SenderId.Kind.REGISTERED, brand="Harbour Tea")
NUMBER = SenderId(value="+85261234567", kind=SenderId.Kind.LONG_NUMBER, brand="Harbour Tea")
BOTH = "Harbour Tea: spring tea is in. 取消/Unsub "


def found(text: str, country: str, sender: SenderId = NAME, category: str = "marketing") -> list[tuple[str, str]]:
    return [(one.severity, one.code) for one in check_copy({"en": text}, sender, [country], category)]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Harbour Tea: spring tea is in.", set()),
        ("Spring tea, see https://harbour-tea.test/spring", set()),
        ("Harbour Tea. Reply STOP to opt out", {"reply"}),
        ("Harbour Tea. STOP to end", {"reply"}),
        ("【海港茶】春茶到了，拒收请回复R", {"reply"}),
        ("【海港茶】春茶到了，退订回T", {"reply"}),
        ("海港茶。取消/Unsub 21234567", {"phone"}),
        ("Harbour Tea. Call 2123 4567 to opt out", {"phone"}),
        ("海港茶。取消 Unsub: https://abc.hk/u/x7K2", {"link"}),
        ("海港茶。取消 {{unsubscribe_link}}", {"link"}),
        ("Dear {{name}}, stop by at our shop", set()),
    ],
)
def test_the_way_out_is_found_in_the_words(text: str, means: set[str]) -> None:
    assert ways_out(text).means == means


@pytest.mark.parametrize(
    ("text", "sender", "findings"),
    [
        (BOTH + "21234567", NAME, []),
        (BOTH + "https://abc.hk/u/x7K2", NAME, []),
        ("Harbour Tea: spring tea is in.", NAME, [("error", "opt_out_missing")]),
        (BOTH + "reply STOP", NAME, [("error", "opt_out_missing")]),
        (BOTH + "reply STOP", NUMBER, []),
        (BOTH + "020 7946 0123", NAME, [("error", "opt_out_number_not_local")]),
        ("Harbour Tea: spring tea. Unsub 21234567", NAME, [("risk", "opt_out_in_one_language")]),
        ("Spring tea is in. 取消/Unsub 21234567", NUMBER, [("risk", "sender_not_named")]),
    ],
)
def test_hong_kong_wants_a_way_out_that_the_sender_can_offer(
    text: str, sender: SenderId, findings: list[tuple[str, str]]
) -> None:
    assert found(text, "HK", sender) == findings


@pytest.mark.parametrize(
    ("country", "text", "sender", "findings"),
    [
        ("US", "Harbour Tea. Reply STOP to opt out", NUMBER, []),
        ("US", "Harbour Tea. Unsub 2025550123", NAME, [("error", "names_not_delivered")]),
        ("US", "Harbour Tea bit.ly https://bit.ly/tea. Reply STOP", NUMBER, [("risk", "shared_short_link")]),
        ("GB", "Harbour Tea: spring tea is in.", NAME, [("error", "opt_out_missing")]),
        ("SG", "<ADV> Harbour Tea. Unsub 91234567", NAME, []),
        ("SG", "Harbour Tea. Unsub 91234567", NAME, [("risk", "label_missing")]),
        ("CN", "【海港茶】春茶到了，拒收请回复R", NUMBER, []),
        ("CN", "Harbour Tea，春茶到了，拒收请回复R", NUMBER, [("error", "signature_missing")]),
        ("CN", "【海港茶】春茶到了，取消请回复R", NUMBER, [("error", "opt_out_wording")]),
        ("IN", "Harbour Tea https://tea.test/x. Reply STOP", NUMBER, [("risk", "link_to_register")]),
        ("FR", "Harbour Tea. Désabonnement https://tea.test/u/1", NAME, [("risk", "opt_out_wording")]),
        ("TW", "Spring tea. Reply STOP", NUMBER, [("risk", "sender_not_named")]),
        ("MO", "Harbour Tea: spring tea is in.", NAME, [("risk", "opt_out_missing")]),
    ],
)
def test_other_countries_ask_for_what_their_rows_say(
    country: str, text: str, sender: SenderId, findings: list[tuple[str, str]]
) -> None:
    assert found(text, country, sender) == findings


def test_what_people_wait_for_needs_no_way_out() -> None:
    assert found("Your tea is ready.", "HK", category="utility") == []


def test_what_several_countries_say_alike_is_one_finding_a_language() -> None:
    texts = {"en": "Harbour Tea", "zh_hk": "海港茶"}
    findings = check_copy(texts, NAME, ["HK", "GB", "AU"], "marketing")
    assert [(one.language, one.countries, one.code) for one in findings] == [
        ("en", ["AU", "GB", "HK"], "opt_out_missing"),
        ("zh_hk", ["AU", "GB", "HK"], "opt_out_missing"),
    ]


def test_what_nobody_has_confirmed_never_refuses() -> None:
    sure = next(rule for rule in all_rules() if rule.refuses)
    assert not replace(sure, confirmed=False).refuses
    assert not any(rule.refuses for rule in all_rules() if rule.country == "*")


def test_every_row_has_a_source_a_day_and_words_that_are_known() -> None:
    assert {rule.country for rule in all_rules()} >= {"HK", "US", "GB", "SG", "AU", "CN", "IN", "FR", "TW", "CA", "*"}
    for rule in all_rules():
        assert rule.source, rule
        assert rule.as_of <= date(2026, 11, 21)
        assert rule.sender in ("name", "number", "any")
        assert rule.of in ("marketing", "all")
        assert rule.binding in ("must", "should")
        if rule.rule == "opt_out":
            assert set(rule.values) <= {"reply", "link", "phone"}
            assert rule.sender != "name" or "reply" not in rule.values


def test_a_country_without_rows_gets_the_general_ones() -> None:
    assert {rule.rule for rule in rules_of("MO", "name", "marketing")} == {"opt_out", "shorteners"}
