"""The business's own nodes: account, phone numbers, profile, subscription, token."""

import http.client
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import anyio.to_thread

from simulators.graph.account import VERTICALS, chosen
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.world import World

NUMBER_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "id")
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]


async def get_account(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}`."""
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
        "is_enabled_for_insights": True,
    }
    return chosen(facts, call.query.get("fields", ""), ("id", "name", "timezone_id", "message_template_namespace"))


async def list_numbers(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/phone_numbers`."""
    fields = call.query.get("fields", "")
    data = [chosen(number.facts, fields, NUMBER_FIELDS) for number in world.numbers.values()]
    ids = list(world.numbers)
    return {"data": data, "paging": {"cursors": {"before": ids[0], "after": ids[-1]}}}


async def get_number(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}?fields=`."""
    return chosen(world.numbers[call.node].facts, call.query.get("fields", ""), NUMBER_FIELDS)


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
        if not isinstance(value, list) or len(value) > 2 or not all(map(_is_website, value)):
            raise GraphError(100, "Param websites has at most 2 addresses with http(s):// and 256 characters.")
    elif name != "profile_picture_url":
        raise GraphError(100, f'Unexpected key "{name}" on param "whatsapp_business_profile".')


def _is_website(site: object) -> bool:
    return isinstance(site, str) and site.startswith(("http://", "https://")) and len(site) <= 256


async def subscribe(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/subscribed_apps`, with an address of its own if wanted, which must pass the handshake."""
    if url := call.body.get("override_callback_uri"):
        token = str(call.body.get("verify_token", ""))
        if not _is_website(url) or len(url) > 200 or await handshake(url, token) != "ok":
            raise GraphError(100, "The callback address did not pass the verification.", subcode=2200)
        world.override_url = world.mailer.url = url
    elif not call.body:
        world.override_url, world.mailer.url = "", world.account.webhook_url
    return {"success": True}


async def subscriptions(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/subscribed_apps`."""
    app: dict[str, Any] = {"whatsapp_business_api_data": {"id": world.account.app_id, "name": world.account.name}}
    return {"data": [app | ({"override_callback_uri": world.override_url} if world.override_url else {})]}


async def handshake(url: str, verify_token: str) -> str:
    """Ask an address whether it is a webhook of ours: `ok`, or what it did instead."""
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    asked = f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(query)}"
    return await anyio.to_thread.run_sync(_ask, asked, challenge)


def _ask(url: str, challenge: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            said = answer.read(1000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return "ok" if said == challenge else f"answered {said[:100]!r} instead of the challenge"


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
