"""The business's own nodes: account, phone numbers, profile, token."""

import secrets
from typing import Any

from simulators.graph.account import VERTICALS, chosen
from simulators.graph.calls import Call
from simulators.graph.creative import opted_out
from simulators.graph.errors import GraphError
from simulators.graph.figures import figures, is_dotted
from simulators.graph.management import Wish, asked
from simulators.graph.subscriptions import callbacks, is_website
from simulators.graph.world import World

NUMBER_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "id")
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]


class AccountChange(Wish):
    is_enabled_for_insights: bool | None = None
    degrees_of_freedom_spec: dict[str, Any] | None = None


async def get_account(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}`, figures included."""
    if is_dotted(call.query.get("fields", "")):
        return figures(world, call)
    facts = {
        "id": world.account.waba_id,
        "name": world.account.name,
        "timezone_id": "42",
        "currency": "USD",
        "status": "ACTIVE",
        "message_template_namespace": "b2f4c1d0_0000_4000_8000_000000000001",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "country": "HK",
        "is_enabled_for_insights": world.insights,
        "ownership_type": "SELF",
        "marketing_messages_onboarding_status": "ONBOARDED",
        "disable_marketing_messages_on_cloud_api": False,
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": world.account.waba_id, "can_send_message": "AVAILABLE"}],
        },
    }
    return chosen(facts, call.query.get("fields", ""), ("id", "name", "timezone_id", "message_template_namespace"))


async def change_account(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}`: insights on, for good; and which creative changes are refused."""
    wish = asked(AccountChange, call)
    if wish.is_enabled_for_insights is False:
        raise GraphError(200006)
    if wish.degrees_of_freedom_spec is not None:
        world.creative_opt_outs = set(opted_out(wish.degrees_of_freedom_spec))
    world.insights = world.insights or wish.is_enabled_for_insights is True
    return {"success": True}


async def list_numbers(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/phone_numbers`."""
    fields = call.query.get("fields", "")
    data = [chosen(number.facts, fields, NUMBER_FIELDS) for number in world.numbers.values()]
    ids = list(world.numbers)
    return {"data": data, "paging": {"cursors": {"before": ids[0], "after": ids[-1]}}}


async def get_number(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}?fields=`."""
    number = world.numbers[call.node]
    facts = {**number.facts, "webhook_configuration": callbacks(world, number)}
    return chosen(facts, call.query.get("fields", ""), NUMBER_FIELDS)


async def get_profile(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/whatsapp_business_profile`: a list of one."""
    profile = world.numbers[call.node].profile
    wanted = [name for name in call.query.get("fields", "about").split(",") if name in profile]
    return {"data": [{name: profile[name] for name in wanted} | {"messaging_product": "whatsapp"}]}


async def set_profile(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/whatsapp_business_profile`: only the fields that are named."""
    fields = dict(call.body)
    if fields.pop("messaging_product", "") != "whatsapp":
        raise GraphError(100, text="(#100) The parameter messaging_product is required.")
    profile = world.numbers[call.node].profile
    handle = fields.pop("profile_picture_handle", None)
    if handle is not None:
        if not isinstance(handle, str) or handle not in world.media.handles:
            raise GraphError(131009, "profile_picture_handle must come from a resumable upload.")
        fields["profile_picture_url"] = f"{world.base_url}/profile_pictures/{secrets.token_hex(8)}.jpg"
    for name, value in fields.items():
        _check_profile(name, value)
    profile |= fields
    return {"success": True}


def _check_profile(name: str, value: Any) -> None:
    if name in PROFILE_LIMITS:
        if not isinstance(value, str) or len(value) > PROFILE_LIMITS[name] or (name == "about" and not value):
            raise GraphError(100, f"Param {name} must be at most {PROFILE_LIMITS[name]} characters long.")
        if name == "email" and value and "@" not in value:
            raise GraphError(100, "Param email must be an email address.")
    elif name == "vertical":
        if not isinstance(value, str) or value not in VERTICALS:
            raise GraphError(100, f"Param vertical must be one of {', '.join(sorted(VERTICALS))}.")
    elif name == "websites":
        if not isinstance(value, list) or len(value) > 2 or not all(map(is_website, value)):
            raise GraphError(100, "Param websites has at most 2 addresses with http(s):// and 256 characters.")
    elif name != "profile_picture_url":
        raise GraphError(100, f'Unexpected key "{name}" on param "whatsapp_business_profile".')


async def debug_token(world: World, call: Call) -> dict[str, Any]:
    """`GET /debug_token?input_token=`."""
    if call.query.get("input_token") != world.account.token:
        error = {"code": 190, "message": "Malformed access token"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    ids = [world.account.waba_id]
    return {
        "data": {
            "app_id": world.account.app_id,
            "type": "SYSTEM_USER",
            "application": world.account.name,
            "expires_at": 0,
            "data_access_expires_at": 0,
            "is_valid": not world.misbehaviour.token_expired,
            "scopes": SCOPES,
            "granular_scopes": [{"scope": scope, "target_ids": ids} for scope in SCOPES],
        }
    }
