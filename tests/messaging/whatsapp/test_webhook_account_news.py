"""What webhooks tell of templates, accounts and numbers."""

from typing import Any

import pytest

from messaging.whatsapp.webhooks import (
    AccountItem,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    parse,
)
from tests.messaging.whatsapp.bodies import NOON, body, change
from tests.messaging.whatsapp.webhook_shapes import AT_NOON, TEMPLATE, only


def test_a_rejected_template_says_why() -> None:
    value = {
        **TEMPLATE,
        "event": "REJECTED",
        "message_template_category": "UTILITY",
        "reason": "INVALID_FORMAT",
        "rejection_info": {"reason": "Starts with a variable", "recommendation": "Add words before it"},
    }
    found = only(body(change("message_template_status_update", value), time=NOON))
    assert isinstance(found, TemplateStatusItem)
    assert (found.template_id, found.name, found.language) == ("778899", "visit_reminder", "en_US")
    assert (found.event, found.reason, found.category) == ("REJECTED", "INVALID_FORMAT", "UTILITY")
    assert found.detail == "Starts with a variable Add words before it"
    assert (found.waba_id, found.at) == ("104990", AT_NOON)


@pytest.mark.parametrize("reason", ["NONE", None])
def test_an_approved_template_has_no_reason(reason: str | None) -> None:
    value = {**TEMPLATE, "event": "APPROVED", "reason": reason}
    found = only(body(change("message_template_status_update", value)))
    assert (found.event, found.reason, found.detail, found.at) == ("APPROVED", "", "", None)


@pytest.mark.parametrize("field", ["message_template_quality_update", "message_template_status_update"])
def test_a_quality_change_is_known_by_its_content(field: str) -> None:
    value = {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}
    found = only(body(change(field, value)))
    assert isinstance(found, TemplateQualityItem)
    assert (found.previous, found.score) == ("GREEN", "YELLOW")


def test_the_warning_before_a_category_change_still_names_the_current_one() -> None:
    warning = {
        **TEMPLATE,
        "new_category": "UTILITY",
        "correct_category": "MARKETING",
        "category_update_timestamp": NOON,
    }
    changed = {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"}
    items = parse(body(change("template_category_update", warning), change("template_category_update", changed)))
    assert [type(item) for item in items] == [TemplateCategoryItem] * 2
    assert [(item.category, item.correct, item.previous, item.at) for item in items] == [  # type: ignore[union-attr]
        ("UTILITY", "MARKETING", "", AT_NOON),
        ("MARKETING", "", "UTILITY", None),
    ]


def test_an_edit_outside_of_countersign_is_noticed() -> None:
    value = {**TEMPLATE, "message_template_element": "Other words", "message_template_footer": "x"}
    assert isinstance(only(body(change("message_template_components_update", value))), TemplateEditedItem)


def test_a_restriction_of_the_account_has_its_end() -> None:
    value = {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": NOON},
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
        ],
    }
    found = only(body(change("account_update", value), time=NOON))
    assert (found.event, found.field) == ("ACCOUNT_RESTRICTION", "account_update")
    assert found.restrictions == (
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", AT_NOON),
        ("RESTRICTED_ADD_PHONE_NUMBER_ACTION", None),
    )


@pytest.mark.parametrize(
    ("field", "value", "event", "detail"),
    [
        ("account_review_update", {"decision": "APPROVED"}, "APPROVED", ""),
        (
            "account_alerts",
            {"entity_type": "WABA", "alert_info": {"alert_type": "OBA_REJECTED", "alert_description": "No"}},
            "OBA_REJECTED",
            "No",
        ),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": "TIER_2K"},
            "BUSINESS_CAPABILITY_UPDATE",
            "TIER_2K",
        ),
        ("security", {"event": "PIN_CHANGED", "requester": "1"}, "PIN_CHANGED", ""),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}},
            "ACCOUNT_VIOLATION",
            "SCAM",
        ),
    ],
)
def test_news_about_the_account(field: str, value: Any, event: str, detail: str) -> None:
    found = only(body(change(field, value)))
    assert isinstance(found, AccountItem)
    assert (found.event, found.detail) == (event, detail)


def test_a_numbers_new_limit() -> None:
    value = {
        "display_phone_number": "85250001111",
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": "TIER_100K",
    }
    found = only(body(change("phone_number_quality_update", value)))
    assert isinstance(found, PhoneQualityItem)
    assert (found.display_phone, found.event, found.limit) == ("85250001111", "THROUGHPUT_UPGRADE", "TIER_100K")
