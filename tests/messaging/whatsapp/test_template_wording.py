"""Words that turn a template into marketing or into a risk, wherever they stand in it."""

import pytest

from messaging.whatsapp.templates.rules import Severity, check
from tests.messaging.whatsapp.template_findings import found, quick
from tests.messaging.whatsapp.templates_of_harbour_tea import PLAIN, SPRING, definition, with_body


@pytest.mark.parametrize(
    "text",
    [
        "Shop now for 20% off all teas.",
        "Ｓａｌｅ until Sunday at our shop.",
        "您好，本店限時優惠，歡迎光臨。",
        "本店特价，欢迎光临。",
        "Don’t miss our tea.",
    ],
)
def test_promotion_in_a_utility_template_is_a_risk(text: str) -> None:
    assert ("promotional_words", "body", "risk") in found(with_body(PLAIN, text))
    marketing = found(with_body(SPRING, text))
    assert "promotional_words" not in {code for code, _where, _severity in marketing}


@pytest.mark.parametrize(
    "text", ["Your wholesale order is ready.", "The officers have left.", "Ideally we meet at nine."]
)
def test_a_word_within_a_word_is_no_promotion(text: str) -> None:
    assert found(with_body(PLAIN, text)) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Our tea is 100% guaranteed to help.", "claim_guarantee"),
        ("本產品百分百有效，請放心。", "claim_guarantee"),
        ("Invest in tea for guaranteed returns today.", "claim_returns"),
        ("投资茶叶，稳赚不赔，欢迎加入。", "claim_returns"),
        ("This tea cures the common cold.", "claim_health"),
        ("此茶根治失眠，無副作用。", "claim_health"),
        ("We are the world's best tea house.", "claim_superlative"),
        ("全港第一的茶莊。", "claim_superlative"),
        ("Please reply with your card number.", "asks_for_secrets"),
        ("請回覆您的信用卡號。", "asks_for_secrets"),
        ("Pay now or we take legal action.", "threat"),
        ("逾期將採取法律行動。", "threat"),
        ("Your casino night is tomorrow.", "restricted_goods"),
        ("本週六博彩之夜。", "restricted_goods"),
    ],
)
def test_claims_are_found_in_both_languages_and_every_category(text: str, code: str) -> None:
    for template in (PLAIN, SPRING):
        assert (code, "body", "risk") in found(with_body(template, text))


def test_the_words_found_are_named() -> None:
    (finding,) = check(with_body(PLAIN, "Buy now: discount on all discount teas."))
    assert str(finding.text).endswith("charge it so: buy now, discount")
    assert finding.as_dict()["severity"] == Severity.RISK


def test_risky_words_are_found_in_header_footer_and_buttons() -> None:
    template = definition(
        PLAIN, header={"kind": "text", "text": "Discount"}, footer="Special price", buttons=[quick("Buy now")]
    )
    places = {where for code, where, _severity in found(template) if code == "promotional_words"}
    assert places == {"header", "footer", "buttons.0"}


@pytest.mark.parametrize("footer", ["Reply STOP to opt out", "回覆退訂以取消", "Unsubscribe any time"])
def test_marketing_says_how_to_stop(footer: str) -> None:
    assert ("no_opt_out", "footer", "risk") in found(definition(SPRING, footer=""))
    assert ("no_opt_out", "footer", "risk") not in found(definition(SPRING, footer=footer))
    assert ("no_opt_out", "footer", "risk") not in found(definition(SPRING, footer="", buttons=[quick(footer[:25])]))
