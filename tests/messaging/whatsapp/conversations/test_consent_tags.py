"""A tag is no evidence: none that sounds like a yes or a no is put on anybody."""

import pytest

from messaging.contacts.tag_words import sounds_like_consent


@pytest.mark.parametrize(
    "tag",
    [
        "opt-in", "opt_in", "OptIn", "optin", "OPTED IN", "Double-Opt-In", "marketing_ok", "whatsapp-ok", "consented",
        "has consent", "subscriber", "unsubscribed", "gdpr.ok", "ｏｐｔ－ｉｎ", "permission 2026", "DNC",
        "已同意", "訂閱", "已订阅", "授權推廣", "同意 whatsapp", "同意する", "수신 동의", "ยินยอมแล้ว",
        "consentement", "abonné", "a accepté", "consentimiento", "suscrito", "Autorizado", "inscrito", "aceitou",
        "Einwilligung", "zugestimmt", "newsletter abonniert", "consenso", "toestemming", "согласен", "подписка",
        "setuju", "đồng ý",
    ],
)  # fmt: skip
def test_what_sounds_like_consent_in_any_language(tag: str) -> None:
    assert sounds_like_consent(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "tea", "vip", "oolong drinkers", "spring-2026", "complaint", "late", "option A", "opticians", "in stock",
        "adopted", "top in town", "concert", "茶", "會員", "投訴", "客戶", "Kunde", "stammgast", "cliente", "клиент",
        "follow up", "doing fine", "ok", "hong kong",
    ],
)  # fmt: skip
def test_other_tags_are_let_through(tag: str) -> None:
    assert not sounds_like_consent(tag)
