"""Webhooks in the shapes Meta sends, and what can stand in one of their fields that parses as JSON and breaks later."""

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from messaging.models import Sender
from tests.factories import NOON
from tests.webhooks import status, text

Path = tuple[str | int, ...]
AT = str(int(NOON.timestamp()))

# Raw JSON, because some of it cannot be written any other way.
POISONS = {
    "nul": '"\\u0000"',
    "nul_inside": '"tea\\u0000drinkers"',
    "half_surrogate": '"\\ud800"',
    "swapped_surrogates": '"\\udc00\\ud800"',
    "nan": "NaN",
    "infinity": "-Infinity",
    "overflow": "1e400",
    "4301_digits": "1" * 4301,
    "beyond_64_bits": "9223372036854775808",
    "negative": "-1",
    "fraction": "1.5",
    "year_10000": '"253402300800"',
    "milliseconds": '"1772424000000"',
    "beyond_all_years": "99999999999999",
    "full_width": '"１２"',
    "arabic_digits": '"٨٥٢٦١٢٣٤٥٦٧"',
    "space": '" 12"',
    "line_end": '"1772424000\\n"',
    "300_levels": "[" * 300 + "]" * 300,
    "nested_lists": "[" * 1200 + "]" * 1200,
    "nested_objects": '{"a":' * 1200 + "1" + "}" * 1200,
    "empty": '""',
    "null": "null",
    "true": "true",
    "list": "[]",
    "object": "{}",
    "list_of_nul": '["\\u0000", null, {}]',
    "twice": '{"id": "1", "id": "2"}',
    "long": '"' + "x" * 400 + '"',
    "60_digits": '"' + "7" * 60 + '"',
    "very_long": '"' + "語" * 20_000 + '"',
    "17_digits": '"85261234567890123"',
    "sql": '"\'; DROP TABLE messaging_contact; --"',
    "mark": '"\\ufeff\\u202e"',
}


def status_body(sender: Sender, name: str) -> dict[str, Any]:
    """Two reports in one change: the first is the one that is poisoned."""
    whole = status(
        f"wamid.{name}.0", "delivered", NOON, recipient_user_id="HK.5551",
        conversation={"id": "c1", "origin": {"type": "marketing"}, "expiration_timestamp": AT},
        pricing={"billable": True, "category": "marketing", "pricing_model": "PMP", "type": "regular"},
        biz_opaque_callback_data="2f0c7a4e-1111-4222-8333-944445555666",
        errors=[{"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable",
                 "error_data": {"details": "The number is not on WhatsApp."}, "href": "https://x.test"}],
    )  # fmt: skip
    return _body(sender, name, "messages", _value(sender, statuses=[whole, status(f"wamid.{name}.1", "sent", NOON)]))


def inbound_body(sender: Sender, name: str) -> dict[str, Any]:
    """A reply to one of our messages, with its writer's profile."""
    said = text(f"wamid.{name}.in", "Is the oolong back?", NOON, **{"from": "85261230000", "from_user_id": "HK.777"})
    said["context"] = {"from": "85223456789", "id": "wamid.ours"}
    who = {"profile": {"name": "Mei Chan", "username": "@mei"}, "wa_id": "85261230000", "user_id": "HK.777"}
    return _body(sender, name, "messages", _value(sender, contacts=[who], messages=[said]))


def tapped_body(sender: Sender, name: str) -> dict[str, Any]:
    """A button that was tapped, and a preference that was set."""
    tapped = {"id": f"wamid.{name}.in", "from": "85261230001", "timestamp": AT, "type": "interactive",
              "interactive": {"type": "button_reply", "button_reply": {"id": "stop", "title": "Stop"}}}  # fmt: skip
    return _body(sender, name, "messages", _value(sender, messages=[tapped]))


def preference_body(sender: Sender, name: str) -> dict[str, Any]:
    said = {"wa_id": "85261230002", "user_id": "HK.778", "category": "marketing_messages", "value": "stop",
            "detail": "User requested to stop", "timestamp": int(AT)}  # fmt: skip
    return _body(sender, name, "user_preferences", _value(sender, user_preferences=[said]))


def template_body(sender: Sender, name: str) -> dict[str, Any]:
    value = {"event": "PAUSED", "message_template_id": 594425479261596, "message_template_name": "spring_tea",
             "message_template_language": "en", "message_template_category": "MARKETING", "reason": "NONE",
             "rejection_info": {"reason": "x", "recommendation": "y"},
             "other_info": {"title": "FIRST_PAUSE", "description": "Low quality"}}  # fmt: skip
    return _body(sender, name, "message_template_status_update", value)


def category_body(sender: Sender, name: str) -> dict[str, Any]:
    value = {"message_template_id": 594425479261596, "message_template_name": "spring_tea",
             "message_template_language": "en", "previous_category": "UTILITY", "new_category": "MARKETING",
             "category_update_timestamp": int(AT)}  # fmt: skip
    return _body(sender, name, "template_category_update", value)


def account_body(sender: Sender, name: str) -> dict[str, Any]:
    value = {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"},
             "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": int(AT)}],
             "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "x"}}  # fmt: skip
    return _body(sender, name, "account_update", value)


def number_body(sender: Sender, name: str) -> dict[str, Any]:
    value = {"display_phone_number": "85223456789", "event": "FLAGGED", "current_limit": "TIER_10K"}
    return _body(sender, name, "phone_number_quality_update", value)


SHAPES = {
    "status": status_body,
    "inbound": inbound_body,
    "tapped": tapped_body,
    "preference": preference_body,
    "template": template_body,
    "category": category_body,
    "account": account_body,
    "number": number_body,
}


def _value(sender: Sender, **lists: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": sender.number, "phone_number_id": sender.provider_ref}
    return {"messaging_product": "whatsapp", "metadata": metadata, **lists}


def _body(sender: Sender, name: str, field: str, value: dict[str, Any], at: datetime = NOON) -> dict[str, Any]:
    """The change, with a sound report behind it in the same entry and another in an entry of its own."""
    beside = [_value(sender, statuses=[status(f"wamid.{name}.{place}", "sent", at)]) for place in ("beside", "apart")]
    ours = {"id": sender.account.waba_id, "time": int(AT)}
    changes = [{"field": field, "value": value}, {"field": "messages", "value": beside[0]}]
    apart = [{"field": "messages", "value": beside[1]}]
    entries = [{**ours, "changes": changes}, {**ours, "changes": apart}]
    return {"object": "whatsapp_business_account", "entry": entries}


def fields_of(body: dict[str, Any]) -> list[Path]:
    """Every field, object and list of the first change; in reports also what stands around them."""
    change = body["entry"][0]["changes"][0]
    paths: list[Path] = [("entry", 0, "changes", 0, *path) for path in places(change)]
    inside = [path for path in paths if path[5:7] != ("statuses", 1)]  # the second report stays sound
    around = [("entry", 0, "id"), ("entry", 0, "time"), *(path for path in inside if not _is_told(path))]
    told = [path for path in inside if _is_told(path)]
    # What stands around an item is the same in every shape: poisoning it in one of them tells enough.
    return [*around, *told] if "statuses" in change["value"] else told


def _is_told(path: Path) -> bool:
    """Whether this is a part of what is told, and not of the frame around it."""
    return len(path) > 5 and path[5] not in ("messaging_product", "metadata")


def places(value: Any) -> Iterator[Path]:
    """Every place in a JSON value, from the outside to the inside."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (key,)
        yield from ((key, *rest) for rest in places(inner))


def poisoned(body: dict[str, Any], path: Path, raw: str) -> bytes:
    """The body with this raw JSON in one place."""
    made = copy.deepcopy(body)
    holder = made
    for key in path[:-1]:
        holder = holder[key]  # type: ignore[index]
    holder[path[-1]] = "@poison@"  # type: ignore[index]
    return json.dumps(made).replace('"@poison@"', raw).encode()
