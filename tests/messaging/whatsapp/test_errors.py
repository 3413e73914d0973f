"""What each of Meta's error codes means for the message, and what a person is told."""

import json
from typing import Any

import pytest

from messaging.carriers import Retry
from messaging.whatsapp.error_table import ROWS
from messaging.whatsapp.errors import TEMPLATE_SUBCODES, classify, row


def body(code: Any, details: str = "", **more: Any) -> bytes:
    return json.dumps({"error": {"message": "m", "code": code, "error_data": {"details": details}, **more}}).encode()


@pytest.mark.parametrize(
    ("code", "seconds", "scope"),
    [
        (4, 300, "account"),
        (17, 60, "account"),
        (613, 60, "account"),
        (80007, 300, "account"),
        (130429, 1, "sender"),
        (131056, 6, "pair"),
        (131057, 60, "sender"),
        (133004, 30, "sender"),
    ],
)
def test_a_throttled_message_was_not_attempted(code: int, seconds: int, scope: str) -> None:
    # Meta throttles with HTTP 400, some of its services with 403, 429 or 500: the code decides.
    for status in (400, 403, 429, 500, 503):
        failed = classify(status, body(code))
        assert (failed.retry, failed.retry_after, failed.scope) == (Retry.NOT_ATTEMPTED, seconds, scope)


@pytest.mark.parametrize(
    "code", [0, 3, 10, 104, 190, 200, 250, 299, 368, 131005, 131031, 131042, 131045, 131048, 131064, 133010]
)
def test_what_would_fail_for_everybody_holds_the_queue(code: int) -> None:
    failed = classify(400, body(code))
    assert failed.retry is Retry.HOLD
    assert failed.scope in ("account", "sender")


@pytest.mark.parametrize(
    "code",
    [
        *(
            100,
            130472,
            130497,
            131008,
            131009,
            131021,
            131026,
            131047,
            131049,
            131050,
            131051,
            131053,
            132000,
            132001,
            132005,
        ),
        *(132012, 132015, 132016, 135000),
    ],
)
def test_a_documented_refusal_is_permanent(code: int) -> None:
    assert classify(400, body(code)).retry is Retry.PERMANENT


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 131014, 199, 300, 999999, -5])
def test_an_outage_or_an_unlisted_code_is_unsure(code: int) -> None:
    assert classify(500, body(code)).retry is Retry.UNSURE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'{"error": null}',
        b'{"error": {"code": "x"}}',
        b'{"error": {"message": "no code"}}',
        b"\xff",
        b'{"error": {"code": NaN}}',
        b'{"error": {"code": 1e400}}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_read_is_unsure(content: bytes) -> None:
    failed = classify(500, content)
    assert (failed.code, failed.retry) == ("http_500", Retry.UNSURE)


def test_two_statuses_say_enough_without_a_code() -> None:
    throttled, stranger = classify(429, b"slow down"), classify(401, b"who are you")
    assert (throttled.retry, throttled.retry_after) == (Retry.NOT_ATTEMPTED, 60)
    assert (stranger.retry, stranger.scope) == (Retry.HOLD, "account")


def test_a_success_with_an_error_in_it_is_unsure() -> None:
    assert classify(200, body(131050)).retry is Retry.UNSURE


def test_only_the_marketing_switch_opts_out() -> None:
    assert classify(400, body(131050)).opts_out is True
    assert [code for code, known in ROWS.items() if known.opts_out] == [131050]


def test_a_paused_template_concerns_the_template() -> None:
    assert classify(400, body(132015)).scope == "template"


def test_the_text_says_what_meta_said_beside_the_title() -> None:
    failed = classify(400, body(131026, "Message Undeliverable."))
    assert (failed.code, failed.text) == ("131026", "Message undeliverable: Message Undeliverable.")


def test_the_words_for_people_fall_back_from_details_to_the_message() -> None:
    old = json.dumps({"error": {"code": 100, "message": "plain", "error_data": "not an object"}}).encode()
    new = json.dumps({"error": {"code": 100, "message": "plain", "error_user_msg": "said better"}}).encode()
    assert classify(400, old).text == "Invalid parameter: plain"
    assert classify(400, new).text == "Invalid parameter: said better"


def test_very_long_words_of_meta_are_cut() -> None:
    assert len(classify(400, body(100, "x" * 100_000)).text) < 600


def test_every_row_tells_a_person_what_it_means_and_what_to_do() -> None:
    for code, known in ROWS.items():
        assert known.title, code
        assert str(known.meaning).endswith("."), code
        assert str(known.do).endswith("."), code
        assert (known.retry is Retry.NOT_ATTEMPTED) == (known.retry_after is not None), code


def test_an_unlisted_code_still_has_a_row() -> None:
    assert row(424242).retry is Retry.UNSURE
    assert row(270).scope == "account"


def test_template_sub_codes_have_words() -> None:
    assert str(TEMPLATE_SUBCODES[2388299]) == "The text starts or ends with a variable."


def test_an_unknown_number_of_ours_holds_the_queue_instead_of_burning_every_message() -> None:
    assert classify(400, body(100, error_subcode=33)).retry is Retry.HOLD
