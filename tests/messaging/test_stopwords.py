"""A stop is heard in the words people use; an ordinary sentence is not one."""

import pytest

from messaging.stopwords import Intent, classify


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOP!!!",
        "“STOP”",
        "ＳＴＯＰ",
        "S.T.O.P",
        "s t o p",
        "stooooop",
        "Stop 🛑🙏",
        "STOP\u200b",
        "stop stop STOP",
        "stopall",
        "Stop all",
        "UNSUBSCRIBE",
        "opt-out",
        "Opt out",
        "cancel",
        "END",
        "quit",
        "revoke",
        "Please stop",
        "stop please!",
        "ok stop, thanks",
        "Please stop messaging me",
        "Don't text me",
        "Don\u2019t contact me please",
        "take me off your list",
        "Stop promotions",
        "退訂",
        "退订",
        "取消",
        "取消訂閱",
        "取消订阅",
        "停止",
        "停",
        "拒收",
        "退訂！",
        "請取消訂閱",
        "唔該停止發送訊息啦",
        "请停止发送消息",
        "不要再發",
        "不要再發了，謝謝",
        "唔要",
        "唔好再send",
        "唔好再Send喇",
        "唔好再send嚟啦唔該",
        "麻煩幫我退訂",
        "我想取消訂閱",
        "STOP 退訂",
        "配信停止",
        "配信停止お願いします",
        "停止希望",
        "수신거부",
        "수신거부하기",
        "ARRET",
        "Arrêt",
        "BAJA",
        "darme de baja por favor",
        "Stopp",
        "bitte abmelden",
        "SAIR",
        "parar",
        "СТОП",
        "не пишите мне",
    ],
)
def test_a_message_that_only_says_stop_is_a_stop(text: str) -> None:
    assert classify(text) is Intent.STOP


@pytest.mark.parametrize(
    "text",
    ["START", "start!", "Unstop", "please resume", "opt in", "訂閱", "订阅", "恢復", "重新訂閱 唔該", "수신동의"],
)
def test_a_message_that_only_says_start_is_a_start(text: str) -> None:
    assert classify(text) is Intent.START


@pytest.mark.parametrize(
    "text",
    [
        "Reply STOP to unsubscribe",
        "STOP\nSent from my phone",
        "how do I unsubscribe from this?",
        "I told you to stop three times already",
        "this is spam",
        "please remove me, I changed jobs",
        "cancel all your text messages",
        "end these promotions today",
        "點樣退訂呀？",
        "你哋唔好再煩我屋企人",
        "可唔可以停止收你哋啲廣告",
        "quiero darme de baja de la lista de clientes",
        "stop by? no, stop it, stop sending these",
    ],
)
def test_a_stop_word_among_other_words_is_for_a_person_to_judge(text: str) -> None:
    assert classify(text) is Intent.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👍",
        "?!",
        "Can I stop by tomorrow?",
        "Is it near the bus stop?",
        "don't stop, I love these",
        "Please cancel my order 1234",
        "cancel my booking for Sunday",
        "我想取消訂單",
        "取消明日預約",
        "附近可唔可以停車？",
        "What time does the sale end?",
        "this weekend",
        "The end",
        "Yes",
        "y",
        "T",
        "R",
        "N",
        "no",
        "thanks",
        "ok",
        "唔該",
        "你好",
        "When do you start?",
        "I would like to start my order",
        "restart",
        "Christopher",
    ],
)
def test_ordinary_messages_ask_for_neither(text: str) -> None:
    assert classify(text) is Intent.NONE


def test_a_code_counts_only_where_the_message_asked_for_it() -> None:
    assert classify("t", stop_codes=["T"]) is Intent.STOP
    assert classify("YES!", start_codes=["yes"]) is Intent.START
    assert classify("T shirts please", stop_codes=["T"]) is Intent.NONE


def test_a_start_among_other_words_never_undoes_a_stop() -> None:
    assert classify("start sending me messages again or I stop buying") is not Intent.START


def test_a_very_long_message_is_read_quickly_and_to_its_beginning_only() -> None:
    assert classify("好" * 100_000 + " stop") is Intent.NONE
    assert classify("stop sending " + "x" * 100_000) is Intent.UNCLEAR
