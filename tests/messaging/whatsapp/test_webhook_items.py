"""What webhooks say, item by item, as Meta's shapes have it in 2026."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from messaging.inbox.items import InboundItem, Media, StatusItem
from messaging.whatsapp.webhooks import (
    AccountItem,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    UnknownItem,
    UserIdUpdateItem,
    UserPreferenceItem,
    parse,
)
from tests.messaging.whatsapp.bodies import IDA, NOON, body, change, messages, said, status

AT_NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DELIVERED = StatusItem(
    dedupe_key="status:wamid.OUT1:delivered:+85251234567",
    sender_ref="555001",
    provider_id="wamid.OUT1",
    status="delivered",
    at=AT_NOON,
    echo="0190b5a1-7c3e-7d21-9a61-1f2e3d4c5b6a",
    phone="+85251234567",
    user_id="HK.1234567890",
    error_code="",
    error_title="",
    opts_out=False,
    pricing_category="marketing",
    pricing_type="regular",
    billable=True,
)
HELLO = InboundItem(
    dedupe_key="inbound:555001:wamid.IN1",
    sender_ref="555001",
    provider_id="wamid.IN1",
    at=AT_NOON,
    from_phone="+85251234567",
    user_id="HK.1234567890",
    kind="text",
    text="Hello",
    payload="",
    title="",
    profile_name="Ida",
    username="ida.b",
    reply_to="",
    target_id="",
    media=None,
)


def only(raw: bytes) -> Any:
    items = parse(raw)
    assert len(items) == 1
    return items[0]


def inbound(kind: str, content: Any, **more: Any) -> Any:
    message = said(type=kind, **{kind: content}, **more)
    return only(body(messages(contacts=[IDA], messages=[message])))


def test_a_delivery_report_comes_with_our_attempt_and_its_price() -> None:
    assert only(body(messages(statuses=[status()]))) == DELIVERED


def test_a_failed_message_says_why() -> None:
    errors = [
        {
            "code": 131049,
            "title": "Not delivered",
            "message": "Not delivered",
            "error_data": {"details": "This message was not delivered to maintain healthy ecosystem engagement."},
            "href": "https://developers.facebook.com",
        }
    ]
    raw = status("failed", errors=errors)
    del raw["pricing"], raw["recipient_user_id"]
    found = only(body(messages(statuses=[raw])))
    assert (found.status, found.error_code) == ("failed", "131049")
    assert found.error_title == (
        "Not delivered: This message was not delivered to maintain healthy ecosystem engagement."
    )
    assert (found.pricing_category, found.billable, found.user_id) == ("", None, "")


def test_a_report_for_a_message_to_a_business_scoped_id_has_no_phone() -> None:
    raw = status()
    del raw["recipient_id"]
    found = only(body(messages(statuses=[raw])))
    assert (found.phone, found.user_id) == ("", "HK.1234567890")
    assert found.dedupe_key == "status:wamid.OUT1:delivered:HK.1234567890"


def test_both_spellings_of_the_international_category_are_one() -> None:
    pricing = {"category": "authentication-international", "type": "regular"}
    assert only(body(messages(statuses=[status(pricing=pricing)]))).pricing_category == "authentication_international"


def test_a_group_report_is_about_the_participant() -> None:
    raw = status(recipient_type="group", recipient_id="Y2FwaV9ncm91cA", recipient_participant_id="85261112222")
    assert only(body(messages(statuses=[raw]))).phone == "+85261112222"


def test_the_older_report_with_a_conversation_is_read_as_well() -> None:
    conversation = {"id": "c1", "expiration_timestamp": str(NOON), "origin": {"type": "marketing"}}
    assert only(body(messages(statuses=[status(conversation=conversation)]))) == DELIVERED


def test_a_customers_text_comes_with_all_identities() -> None:
    assert only(body(messages(contacts=[IDA], messages=[said()]))) == HELLO


def test_a_customer_without_a_phone_number_is_known_by_id() -> None:
    message = said("STOP")
    del message["from"]
    contact = {"profile": {"name": "Ida"}, "user_id": "HK.1234567890"}
    found = only(body(messages(contacts=[contact], messages=[message])))
    assert (found.from_phone, found.user_id, found.text) == ("", "HK.1234567890", "STOP")
    assert found.profile_name == "Ida"


def test_an_id_in_the_place_of_the_phone_is_an_id() -> None:
    message = said()
    message["from"] = message.pop("from_user_id")
    contact = {"profile": {"name": "Ida"}, "wa_id": "HK.1234567890"}
    found = only(body(messages(contacts=[contact], messages=[message])))
    assert (found.from_phone, found.user_id) == ("", "HK.1234567890")


def test_a_sender_named_only_in_the_contacts_is_found_there() -> None:
    message = said()
    del message["from"], message["from_user_id"]
    found = only(body(messages(contacts=[IDA], messages=[message])))
    assert (found.from_phone, found.user_id) == ("+85251234567", "HK.1234567890")


def test_another_persons_contact_is_not_taken_for_the_senders() -> None:
    ming = {"profile": {"name": "Ming"}, "wa_id": "85261112222", "user_id": "HK.999"}
    found = only(body(messages(contacts=[ming], messages=[said()])))
    assert (found.profile_name, found.user_id) == ("", "HK.1234567890")


def test_a_tapped_stop_button_of_a_template_says_stop() -> None:
    found = inbound("button", {"payload": "STOP_REM", "text": "Stop"}, context={"from": "85250001111", "id": "wamid.T"})
    assert (found.text, found.payload, found.title, found.reply_to) == ("Stop", "STOP_REM", "Stop", "wamid.T")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "button_reply", "button_reply": {"id": "ok", "title": "OK"}}, ("OK", "ok", "OK")),
        (
            {"type": "list_reply", "list_reply": {"id": "r1", "title": "Oolong", "description": "50 g"}},
            ("Oolong", "r1", "Oolong"),
        ),
        (
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a": 1}'}},
            ("Sent", '{"a": 1}', "flow"),
        ),
        ({}, ("", "", "")),
    ],
)
def test_interactive_answers_keep_what_was_tapped(content: Any, expected: tuple[str, str, str]) -> None:
    found = inbound("interactive", content)
    assert (found.text, found.payload, found.title) == expected


def test_an_interactive_message_without_its_object_is_kept_beside_the_error() -> None:
    raw = said(type="interactive")
    items = parse(body(messages(messages=[raw], errors=[{"code": 131000, "title": "Something went wrong"}])))
    assert [type(item) for item in items] == [InboundItem, AccountItem]
    assert isinstance(items[1], AccountItem)
    assert (items[1].event, items[1].error_code, items[1].phone_number_id) == ("ERROR", 131000, "555001")


def test_media_come_with_what_is_needed_to_fetch_them() -> None:
    found = inbound(
        "document",
        {"id": "1003", "mime_type": "application/pdf", "sha256": "aGFzaA==", "filename": "a.pdf", "caption": "See"},
    )
    assert found.media == Media("1003", "application/pdf", "aGFzaA==", "a.pdf")
    assert found.text == "See"


@pytest.mark.parametrize(
    ("kind", "content", "text", "target"),
    [
        ("reaction", {"message_id": "wamid.OUT1", "emoji": "👍"}, "👍", "wamid.OUT1"),
        ("reaction", {"message_id": "wamid.OUT1"}, "", "wamid.OUT1"),
        ("location", {"latitude": 22.3, "longitude": 114.1, "name": "Central"}, "Central", ""),
        ("order", {"catalog_id": "c", "text": "Two please", "product_items": []}, "Two please", ""),
        ("contacts", [{"name": {"formatted_name": "Ming"}}], "", ""),
        ("request_welcome", None, "", ""),
        (
            "edit",
            {"original_message_id": "wamid.IN0", "message": {"type": "text", "text": {"body": "STOP"}}},
            "STOP",
            "wamid.IN0",
        ),
        ("revoke", {"original_message_id": "wamid.IN0"}, "", "wamid.IN0"),
        ("hologram_of_2027", {"x": [1, {"y": 2}]}, "", ""),
    ],
)
def test_every_kind_arrives_even_one_nobody_knows_yet(kind: str, content: Any, text: str, target: str) -> None:
    found = inbound(kind, content)
    assert isinstance(found, InboundItem)
    assert (found.kind, found.text, found.target_id) == (kind, text, target)


def test_an_unsupported_message_says_what_it_was() -> None:
    found = inbound("unsupported", {"type": "poll"}, errors=[{"code": 131051, "title": "Unsupported"}])
    assert (found.kind, found.payload) == ("unsupported", "poll")


def test_a_changed_number_links_the_old_one_with_the_new() -> None:
    raw = said(type="system", system={"body": "Ida changed", "type": "user_changed_number", "wa_id": "85291112222"})
    found = only(body(messages(messages=[raw])))
    assert found == UserIdUpdateItem(
        dedupe_key="inbound:555001:wamid.IN1",
        phone_number_id="555001",
        previous_user_id="HK.1234567890",
        user_id="",
        previous_phone="+85251234567",
        phone="+85291112222",
        at=AT_NOON,
    )


def test_a_system_message_that_changes_nothing_stays_a_message() -> None:
    raw = said(type="system", system={"body": "Ida's security code changed", "type": "customer_identity_changed"})
    found = only(body(messages(messages=[raw])))
    assert (found.kind, found.text) == ("system", "Ida's security code changed")


def test_a_rotated_id_moves_the_person_along() -> None:
    element = {"user_id": {"previous": "HK.1", "current": "HK.2"}, "wa_id": "85251234567", "timestamp": NOON}
    found = only(body(change("user_id_update", {"user_id_update": [element]})))
    assert (found.previous_user_id, found.user_id, found.phone) == ("HK.1", "HK.2", "+85251234567")


def test_the_persons_own_marketing_switch_by_id_alone() -> None:
    value = {
        "metadata": {"display_phone_number": "85250001111", "phone_number_id": "555001"},
        "contacts": [IDA],
        "user_preferences": [
            {
                "user_id": "HK.1234567890",
                "category": "marketing_messages",
                "value": "stop",
                "detail": "x",
                "timestamp": NOON,
            },
            {"wa_id": "85261112222", "category": "marketing_messages", "value": "resume", "timestamp": NOON},
        ],
    }
    assert parse(body(change("user_preferences", value))) == [
        UserPreferenceItem(
            dedupe_key="preference:104990:555001:HK.1234567890:stop:1772424000",
            phone_number_id="555001",
            phone="",
            user_id="HK.1234567890",
            value="stop",
            detail="x",
            at=AT_NOON,
        ),
        UserPreferenceItem(
            dedupe_key="preference:104990:555001:+85261112222:resume:1772424000",
            phone_number_id="555001",
            phone="+85261112222",
            user_id="",
            value="resume",
            detail="",
            at=AT_NOON,
        ),
    ]


TEMPLATE = {
    "message_template_id": 778899,
    "message_template_name": "visit_reminder",
    "message_template_language": "en-US",
}


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


@pytest.mark.parametrize("field", ["flows", "smb_message_echoes", "history", "calls", "field_of_2027", ""])
def test_a_field_nobody_handles_is_kept_as_unknown(field: str) -> None:
    found = only(body(change(field, {"a": 1})))
    assert isinstance(found, UnknownItem)
    assert (found.field, found.reason) == (field, "no one handles this field")


def test_a_field_beside_the_changes_is_found() -> None:
    raw = (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","field":"account_review_update",'
        b'"changes":[{"value":{"decision":"APPROVED"}}]}]}'
    )
    assert isinstance(only(raw), AccountItem)


def test_the_same_thing_said_again_has_the_same_key_and_another_thing_has_not() -> None:
    value = {**TEMPLATE, "event": "PAUSED"}
    shuffled = dict(reversed(list(value.items())))
    first = only(body(change("message_template_status_update", value), time=NOON))
    again = only(body(change("message_template_status_update", shuffled), time=NOON))
    later = only(body(change("message_template_status_update", value), time=NOON + 60))
    assert first.dedupe_key == again.dedupe_key
    assert first.dedupe_key != later.dedupe_key
    assert replace(first, dedupe_key="", at=None) == replace(later, dedupe_key="", at=None)


def test_delivered_and_read_of_one_message_are_two_things() -> None:
    items = parse(body(messages(statuses=[status("delivered"), status("read"), status("delivered")])))
    assert len({item.dedupe_key for item in items}) == 2


def test_the_order_of_the_body_is_kept() -> None:
    raw = body(messages(statuses=[status("sent")]), messages(messages=[said()]), messages(statuses=[status("read")]))
    assert [item.dedupe_key for item in parse(raw)] == [
        "status:wamid.OUT1:sent:+85251234567",
        "inbound:555001:wamid.IN1",
        "status:wamid.OUT1:read:+85251234567",
    ]
