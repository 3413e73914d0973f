"""Where webhooks go: the app's address, the account's own, a number's own; each proved by a handshake."""

import http.client
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Literal

import anyio.to_thread

from simulators.graph.account import Number
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.management import Wish, asked
from simulators.graph.world import World

URL_LIMIT = 200  # characters
_FIELDS = """
messages message_template_status_update message_template_quality_update message_template_components_update
template_category_update template_correct_category_detection phone_number_quality_update phone_number_name_update
account_update account_alerts account_review_update business_capability_update business_status_update security
user_preferences user_id_update flows history smb_app_state_sync smb_message_echoes message_echoes calls
payment_configuration_update partner_solutions tracking_events automatic_events messaging_handovers standby
"""
FIELDS = frozenset(_FIELDS.split())


class AppSubscription(Wish):
    object: Literal["whatsapp_business_account"]
    callback_url: str
    verify_token: str
    fields: str


class Override(Wish):
    override_callback_uri: str
    verify_token: str = ""


class NumberOverride(Wish):
    webhook_configuration: Override


async def subscribe(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/subscribed_apps`, with an address of its own if wanted, which must pass the handshake."""
    world.subscribed = True
    if url := call.body.get("override_callback_uri"):
        await _shake(url, str(call.body.get("verify_token", "")))
        world.override_url = world.mailer.url = url
    elif not call.body:
        world.override_url, world.mailer.url = "", world.account.webhook_url
    return {"success": True}


async def subscriptions(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/subscribed_apps`."""
    if not world.subscribed:
        return {"data": []}
    app: dict[str, Any] = {"whatsapp_business_api_data": {"id": world.account.app_id, "name": world.account.name}}
    return {"data": [app | ({"override_callback_uri": world.override_url} if world.override_url else {})]}


async def unsubscribe(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{waba}/subscribed_apps`: told as gone; webhooks go on, so that nobody waits for nothing."""
    world.subscribed = False
    return {"success": True}


async def subscribe_fields(world: World, call: Call) -> dict[str, Any]:
    """`POST /{app}/subscriptions`: which fields, and where to, after a handshake."""
    wish = asked(AppSubscription, call)
    if strange := [name for name in wish.fields.split(",") if name not in FIELDS]:
        raise GraphError(100, f"whatsapp_business_account has no field {strange[0]!r}.")
    await _shake(wish.callback_url, wish.verify_token)
    return {"success": True}


async def override_number(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}` with `webhook_configuration`: kept and told; webhooks are not parted by number here."""
    override = asked(NumberOverride, call).webhook_configuration
    if override.override_callback_uri:
        await _shake(override.override_callback_uri, override.verify_token)
    world.numbers[call.node].override_url = override.override_callback_uri
    return {"success": True}


def callbacks(world: World, number: Number) -> dict[str, str]:
    """Where a number's webhooks go; what is not set is absent."""
    found = {
        "phone_number": number.override_url,
        "whatsapp_business_account": world.override_url,
        "application": world.account.webhook_url,
    }
    return {name: url for name, url in found.items() if url}


async def _shake(url: object, verify_token: str) -> None:
    if not isinstance(url, str) or not is_website(url) or len(url) > URL_LIMIT:
        raise GraphError(100, f"The callback address is http(s) with at most {URL_LIMIT} characters.", subcode=2200)
    if await handshake(url, verify_token) != "ok":
        raise GraphError(100, "The callback address did not pass the verification.", subcode=2200)


def is_website(site: object) -> bool:
    """Whether it is an address with a scheme, of at most 256 characters."""
    return isinstance(site, str) and site.startswith(("http://", "https://")) and len(site) <= 256


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
