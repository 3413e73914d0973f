"""One webhook of each kind that Meta sends, in its newer and its older versions, and the item that it says."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.messaging.whatsapp.bodies import IDA, NOON, change, messages, said, status
from tests.messaging.whatsapp.webhook_shapes import TEMPLATE

OLD_STATUS = {
    "id": "wamid.OUT2", "status": "sent", "timestamp": str(NOON), "recipient_id": "85251234567",
    "conversation": {"id": "c1", "expiration_timestamp": str(NOON + 86400), "origin": {"type": "marketing"}},
    "pricing": {"billable": True, "pricing_model": "CBP", "category": "marketing"},
}  # fmt: skip
NEW_STATUS = {
    "id": "wamid.OUT3", "status": "read", "timestamp": str(NOON), "recipient_user_id": "HK.1234567890",
    "recipient_parent_user_id": "HK.ENT.9", "pricing": {"type": "free_customer_service", "category": "service"},
}  # fmt: skip
FAILED = {"code": 131049, "title": "Not delivered", "message": "x", "error_data": {"details": "healthy"}, "href": "u"}
METADATA = {"display_phone_number": "85250001111", "phone_number_id": "555001"}
FILE = {"id": "1003", "mime_type": "image/jpeg", "sha256": "aGFzaA==", "caption": "Our garden"}
AD = {"source_url": "u", "source_id": "1", "source_type": "ad", "headline": "Tea", "ctwa_clid": "c",
      "welcome_message": {"text": "Hi"}}  # fmt: skip


def _wrote(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return messages(contacts=[IDA], messages=[{**said(), "type": kind, kind: content, **more}])


def _changed_system(**news: Any) -> dict[str, Any]:
    return messages(messages=[{**said(), "type": "system", "system": {"body": "Ida changed", **news}}])


# name -> a change, and the kind of item that it says
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "status, with conversation": (messages(statuses=[OLD_STATUS]), "StatusItem"),
    "status, by id alone": (messages(contacts=[IDA], statuses=[NEW_STATUS]), "StatusItem"),
    "status, failed": (messages(statuses=[status("failed", errors=[FAILED])]), "StatusItem"),
    "status, of a group": (
        messages(statuses=[status(recipient_type="group", recipient_participant_id="85251234567")]), "StatusItem",
    ),
    "text": (messages(contacts=[IDA], messages=[said()]), "InboundItem"),
    "text, from an ad": (_wrote("text", {"body": "Hi"}, referral=AD), "InboundItem"),
    "text, quoting": (_wrote("text", {"body": "Hi"}, context={"from": "85250001111", "id": "wamid.O"}), "InboundItem"),
    "image": (_wrote("image", FILE), "InboundItem"),
    "location": (_wrote("location", {"latitude": 22.3, "longitude": 114.1, "name": "Central"}), "InboundItem"),
    "contacts": (
        _wrote("contacts", [{"name": {"formatted_name": "Ming"}, "phones": [{"phone": "+852"}], "origin": "other"}]),
        "InboundItem",
    ),
    "reaction": (_wrote("reaction", {"message_id": "wamid.OUT1", "emoji": "👍"}), "InboundItem"),
    "button": (_wrote("button", {"payload": "MORE", "text": "More"}), "InboundItem"),
    "interactive": (
        _wrote("interactive", {"type": "list_reply", "list_reply": {"id": "r1", "title": "Oolong"}}), "InboundItem",
    ),
    "order": (_wrote("order", {"catalog_id": "c", "product_items": [{"quantity": 1}]}), "InboundItem"),
    "system, identity": (_changed_system(type="customer_identity_changed"), "InboundItem"),
    "system, number": (_changed_system(type="user_changed_number", wa_id="85291112222"), "UserIdUpdateItem"),
    "system, id": (_changed_system(type="user_changed_user_id", user_id="HK.2"), "UserIdUpdateItem"),
    "edit": (
        _wrote("edit", {"original_message_id": "wamid.IN0", "message": {"type": "text", "text": {"body": "Two"}}}),
        "InboundItem",
    ),
    "revoke": (_wrote("revoke", {"original_message_id": "wamid.IN0"}), "InboundItem"),
    "unsupported": (_wrote("unsupported", {"type": "poll"}, errors=[{"code": 131051}]), "InboundItem"),
    "errors": (messages(errors=[{"code": 131000, "title": "Something went wrong"}]), "AccountItem"),
    "template status": (
        change("message_template_status_update", {
            **TEMPLATE, "event": "PAUSED", "message_template_category": "UTILITY", "reason": "NONE",
            "other_info": {"title": "FIRST_PAUSE", "description": "x"}, "disable_info": {"disable_date": NOON},
        }),
        "TemplateStatusItem",
    ),
    "template quality": (
        change("message_template_quality_update",
               {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "RED"}),
        "TemplateQualityItem",
    ),
    "template edited": (
        change("message_template_components_update", {
            **TEMPLATE, "message_template_element": "Words",
            "message_template_buttons": [{"message_template_button_type": "URL"}],
        }),
        "TemplateEditedItem",
    ),
    "template category, changed": (
        change("template_category_update", {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"}),
        "TemplateCategoryItem",
    ),
    "template category, warning": (
        change("template_category_update", {
            **TEMPLATE, "new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": NOON,
        }),
        "TemplateCategoryItem",
    ),
    "direct send category": (
        change("template_correct_category_detection", {"category": "UTILITY", "correct_category": "MARKETING"}),
        "AccountItem",
    ),
    "account restriction": (
        change("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": NOON},
        ]}),
        "AccountItem",
    ),
    "account disabled": (
        change("account_update", {
            "event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "2026-03-02"},
        }),
        "AccountItem",
    ),
    "account review": (change("account_review_update", {"decision": "APPROVED"}), "AccountItem"),
    "account alert": (
        change("account_alerts", {"entity_type": "BUSINESS", "entity_id": 1, "alert_info": {
            "alert_severity": "WARNING", "alert_status": "ACTIVE", "alert_type": "OBA_REJECTED",
            "alert_description": "No",
        }}),
        "AccountItem",
    ),
    "capability, newer": (
        change("business_capability_update",
               {"max_daily_conversations_per_business": "TIER_2K", "max_phone_numbers_per_waba": 25}),
        "AccountItem",
    ),
    "capability, older": (
        change("business_capability_update",
               {"max_daily_conversation_per_phone": 2000, "max_phone_numbers_per_business": 25}),
        "AccountItem",
    ),
    "security": (change("security", {"event": "PIN_CHANGED", "requester": "1"}), "AccountItem"),
    "flows": (
        change("flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "1", "old_status": "DRAFT",
                         "new_status": "BLOCKED"}),
        "AccountItem",
    ),
    "number quality, newer": (
        change("phone_number_quality_update", {
            "display_phone_number": "85250001111", "event": "THROUGHPUT_UPGRADE",
            "max_daily_conversations_per_business": "TIER_100K",
        }),
        "PhoneQualityItem",
    ),
    "number quality, older": (
        change("phone_number_quality_update", {
            "display_phone_number": "85250001111", "event": "ONBOARDING", "current_limit": "TIER_2K",
            "old_limit": "TIER_250",
        }),
        "PhoneQualityItem",
    ),
    "number name": (
        change("phone_number_name_update", {
            "display_phone_number": "85250001111", "decision": "APPROVED", "requested_verified_name": "Harbour Tea",
            "rejection_reason": None,
        }),
        "NumberItem",
    ),
    "username": (
        change("business_username_update",
               {"display_phone_number": "85250001111", "username": "harbour.tea", "status": "approved"}),
        "NumberItem",
    ),
    "preference": (
        change("user_preferences", {"messaging_product": "whatsapp", "metadata": METADATA, "contacts": [IDA],
               "user_preferences": [{
                   "wa_id": "85251234567", "user_id": "HK.1234567890", "category": "marketing_messages",
                   "value": "stop", "detail": "x", "timestamp": NOON,
               }]}),
        "UserPreferenceItem",
    ),
    "user id": (
        change("user_id_update", {"metadata": METADATA, "user_id_update": [{
            "user_id": {"previous": "HK.1234567890", "current": "HK.2"}, "timestamp": NOON, "wa_id": "85251234567",
            "parent_user_id": {"previous": "HK.ENT.1", "current": "HK.ENT.2"},
        }]}),
        "UserIdUpdateItem",
    ),
    "phone app": (
        change("smb_message_echoes", {"messaging_product": "whatsapp", "metadata": METADATA, "message_echoes": [{
            "from": "85250001111", "to": "85251234567", "to_user_id": "HK.1234567890", "id": "wamid.E",
            "timestamp": str(NOON), "type": "text", "text": {"body": "Come by"},
        }]}),
        "EchoItem",
    ),
    "phone app's contacts": (
        change("smb_app_state_sync", {"state_sync": [{"type": "contact", "action": "add"}]}), "UnknownItem",
    ),
    "history": (change("history", {"history": [{"metadata": {"phase": 0}, "threads": []}]}), "UnknownItem"),
    "calls": (change("calls", {"calls": [{"id": "1", "event": "connect"}]}), "UnknownItem"),
    "a field of 2027": (change("hologram_update", {"hologram": 1}), "UnknownItem"),
}  # fmt: skip


def with_one_key_missing(value: Any) -> Iterator[tuple[str, Any]]:
    """Each way to leave one key out, however deep, with the path of what is missing."""
    for path in _paths(value):
        copy = deepcopy(value)
        place = copy
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        yield ".".join(map(str, path)), copy


def with_more_everywhere(value: Any) -> Any:
    """The same with something in every object that no version knows yet."""
    if isinstance(value, dict):
        return {**{key: with_more_everywhere(inner) for key, inner in value.items()}, "added_in_2027": {"x": [1, None]}}
    return [with_more_everywhere(inner) for inner in value] if isinstance(value, list) else value


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        if isinstance(value, dict):
            yield (*before, key)
        yield from _paths(found, (*before, key))
