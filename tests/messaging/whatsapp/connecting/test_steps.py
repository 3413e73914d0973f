"""Each step by itself: what Meta tells, and what somebody should mend."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.models import WhatsAppAccount
from messaging.whatsapp.answers import PhoneNumber, TokenFacts
from messaging.whatsapp.cloud.accounts import BusinessAccount, Callbacks, SubscribedApp
from messaging.whatsapp.connecting import standing, token, webhooks
from messaging.whatsapp.connecting.finding import look, ok
from messaging.wire import NotSent
from tests.factories import NOON

ADDRESS = "https://desk.example.test/webhook"
ACCOUNT = WhatsAppAccount(
    name="Harbour Tea", waba_id="1020", app_id="555", access_token="EAAG", app_secret="s", verify_token="v"
)
BOTH = ["whatsapp_business_messaging", "whatsapp_business_management"]


def lines(findings: Any, level: str = "mend") -> list[str]:
    return [one.text for one in findings if one.level.value == level]


def facts(**told: Any) -> TokenFacts:
    return TokenFacts.model_validate({"is_valid": True, "app_id": "555", "type": "SYSTEM_USER", "scopes": BOTH} | told)


def ends(after: timedelta) -> int:
    return int((NOON + after).timestamp())


@pytest.mark.parametrize("lacking", ["access_token", "app_secret", "verify_token"])
def test_a_missing_secret_is_named(lacking: str) -> None:
    account = WhatsAppAccount(**{"access_token": "a", "app_secret": "b", "verify_token": "c", lacking: ""})
    assert lines(token.kept_here(account)) == [f"There is no {lacking.replace('_', ' ')}."]


@pytest.mark.parametrize(
    ("told", "level", "text"),
    [
        ({"is_valid": False}, "mend", "Meta does not take it any more."),
        ({"expires_at": ends(-timedelta(minutes=1))}, "mend", "The token expired at 2026-03-02 03:59 UTC."),
        ({"expires_at": ends(timedelta(days=13))}, "look", "The token expires at 2026-03-15 04:00 UTC."),
        ({"expires_at": ends(timedelta(days=15))}, "ok", "The token expires at 2026-03-17 04:00 UTC."),
        ({"expires_at": 0}, "ok", "The token does not expire."),
        ({"type": "USER"}, "look", "It is a token of the kind USER."),
        ({"app_id": "556"}, "mend", "The token belongs to app 556, the account names 555."),
        ({"scopes": BOTH[:1]}, "mend", "whatsapp_business_management is missing."),
        ({"scopes": BOTH[1:]}, "mend", "whatsapp_business_messaging is missing."),
        (
            {"granular_scopes": [{"scope": BOTH[0], "target_ids": ["999"]}]},
            "mend",
            "whatsapp_business_messaging is not given for the account 1020.",
        ),
        (
            {"granular_scopes": [{"scope": BOTH[0], "target_ids": ["999", "1020"]}]},
            "ok",
            "whatsapp_business_messaging is given.",
        ),
        ({"granular_scopes": [{"scope": BOTH[0]}]}, "ok", "whatsapp_business_messaging is given."),
    ],
)
def test_what_meta_says_of_the_token(told: dict[str, Any], level: str, text: str) -> None:
    assert text in lines(token.of_token(facts(**told), ACCOUNT, NOON), level)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"account_review_status": "REJECTED"}, "Meta's review of Tea says REJECTED."),
        ({"status": "DISABLED"}, "Tea is DISABLED."),
        ({"currency": "HKD"}, "Meta bills in HKD, the account at the desk says USD."),
    ],
)
def test_what_meta_says_of_the_account(told: dict[str, Any], text: str) -> None:
    found = BusinessAccount.model_validate({"id": "1020", "name": "Tea", "status": "ACTIVE", "currency": "USD"} | told)
    assert lines(standing.of_account(found, "USD")) == [text]


@pytest.mark.parametrize(
    ("told", "level", "text"),
    [
        ({"platform_type": "ON_PREMISE"}, "mend", "+1 555 is on ON_PREMISE, not on the Cloud API."),
        ({"status": "RESTRICTED"}, "mend", "+1 555 is RESTRICTED."),
        ({"code_verification_status": "NOT_VERIFIED"}, "look", "+1 555 is not verified."),
        ({"name_status": "DECLINED"}, "look", "The display name of +1 555 is DECLINED."),
        ({}, "look", "+1 555 is not a sender of ours."),
    ],
)
def test_what_meta_says_of_a_number(told: dict[str, Any], level: str, text: str) -> None:
    number = PhoneNumber.model_validate({"id": "106", "display_phone_number": "+1 555"} | told)
    found = [*standing.of_numbers([number], []), *standing._of_number(number)]
    assert text in lines(found, level)


def test_an_account_without_a_sender_sends_nothing() -> None:
    assert lines(standing.of_numbers([], [])) == ["No sender stands on the account."]


def test_health_is_told_with_metas_own_solution_and_odd_shapes_are_passed_over() -> None:
    refusal = {"error_code": 141002, "error_description": "Not approved", "possible_solution": "Edit it"}
    blocked = {"entity_type": "MESSAGE_TEMPLATE", "can_send_message": "BLOCKED", "errors": [refusal]}
    limited = {"entity_type": "BUSINESS", "can_send_message": "LIMITED", "additional_info": ["Not verified"]}
    health = {"entities": [blocked, limited, "odd", {"entity_type": "WABA", "errors": "odd"}]}
    found = list(standing.of_health(health, "+1 555"))
    assert [(one.text, one.do) for one in found] == [
        ("+1 555: MESSAGE_TEMPLATE is BLOCKED, 141002 Not approved.", "Edit it"),
        ("+1 555: BUSINESS is LIMITED. Not verified", "It sends, but not all that it might."),
    ]
    assert list(standing.of_health(None, "+1 555")) == []


def app(number: str, override: str = "") -> SubscribedApp:
    return SubscribedApp.model_validate(
        {"whatsapp_business_api_data": {"id": number}, "override_callback_uri": override}
    )


def test_webhooks_that_go_to_others_or_elsewhere_are_to_be_mended() -> None:
    assert lines(webhooks.of_subscription([], ACCOUNT, ADDRESS)) == ["The app does not get the account's webhooks."]
    assert lines(webhooks.of_subscription([app("556")], ACCOUNT, ADDRESS)) == [
        "The app does not get the account's webhooks."
    ]
    assert lines(webhooks.of_subscription([app("555", "https://old.example.test/hook")], ACCOUNT, ADDRESS)) == [
        f"The account's webhooks go to https://old.example.test/hook, not to {ADDRESS}."
    ]
    assert lines(webhooks.of_subscription([app("556"), app("555", ADDRESS)], ACCOUNT, ADDRESS)) == []


def test_a_number_whose_webhooks_go_elsewhere_is_to_be_mended() -> None:
    elsewhere = Callbacks(phone_number="https://old.example.test/hook", application=ADDRESS)
    assert lines(webhooks.of_callbacks(elsewhere, "+1 555", ADDRESS)) == [
        f"Webhooks of +1 555 go to https://old.example.test/hook, not to {ADDRESS}."
    ]
    assert lines(webhooks.of_callbacks(Callbacks(application=ADDRESS), "+1 555", ADDRESS)) == []
    assert lines(webhooks.of_callbacks(Callbacks(), "+1 555", ADDRESS)) == []


def test_our_own_address_has_to_repeat_the_challenge() -> None:
    def gone(_url: str) -> tuple[int, bytes]:
        raise NotSent("refused")

    assert lines(webhooks.of_handshake(ACCOUNT, ADDRESS, lambda _url: (403, b"FORBIDDEN"))) == [
        f"{ADDRESS} answered 403 and not the challenge."
    ]
    assert lines(webhooks.of_handshake(ACCOUNT, ADDRESS, gone)) == [f"{ADDRESS} does not answer (NotSent)."]


def test_metas_words_cannot_steer_the_terminal() -> None:
    assert str(ok("token", "Meta takes it.")) == "ok    token: Meta takes it."
    assert str(look("health", "red \x1b[31malert\r\n", "wait")) == "look  health: red  [31malert   -> wait"
