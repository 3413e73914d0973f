"""What tests and the demo may make happen through `/_sim`."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from simulators.common.posting import Letter
from simulators.common.side_door import Deed, Impossible, journal, side_door
from simulators.sms import network
from simulators.sms.world import Gateway, World


def control_routes() -> list[Route]:
    """All of `/_sim`."""
    deeds: list[tuple[str, str, Deed]] = [
        ("GET", "health", health),
        ("GET", "journal", journal),
        ("GET", "misbehaviour", show_misbehaviour),
        ("POST", "misbehaviour", change_misbehaviour),
        ("POST", "account", change_account),
        ("POST", "inbound", inbound),
        ("POST", "callback", callback),
        ("POST", "reset", reset),
    ]
    return side_door(deeds)


async def health(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Whether it runs, what it counted, and what is still to come; `quiet` when nothing is."""
    mailers = [gateway.mailer for gateway in world.gateways.values()]
    to_come = {
        "agenda": len(world.agenda),
        "news": sum(len(mailer.waiting) for mailer in mailers),
        "posting": sum(mailer.in_flight for mailer in mailers),
    }
    counts = {
        **world.counts,
        "posts": sum(mailer.posts for mailer in mailers),
        "given_up": sum(mailer.given_up for mailer in mailers),
    }
    return {"status": "ok", "quiet": not any(to_come.values()), "to_come": to_come, "counts": counts}


async def show_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """All switches as they are, gateway by gateway."""
    return {name: gateway.misbehaviour.model_dump(mode="json") for name, gateway in world.gateways.items()}


async def change_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set the named switches of one `gateway`, or of all; the others stay."""
    name = asked.pop("gateway", "")
    chosen = [_gateway(world, name)] if name else list(world.gateways.values())
    changed = [(gateway, gateway.misbehaviour.changed(asked)) for gateway in chosen]
    for gateway, rules in changed:
        gateway.misbehaviour = rules
    world.note("misbehaviour", gateway=name, **asked)
    return await show_misbehaviour(world, request, asked)


async def change_account(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set fields of a `gateway`'s account: `senders`, `inbound_url`, keys, prices."""
    gateway = _gateway(world, asked.pop("gateway", ""))
    account = gateway.wire.account
    gateway.wire.account = type(account).model_validate({**account.model_dump(), **asked})
    return {"changed": sorted(asked)}


async def inbound(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes now: `gateway`, `from` (a phone with +), `to` (one of the account's numbers), `text`."""
    gateway, phone = _gateway(world, asked.get("gateway", "")), str(asked.get("from", ""))
    if not phone.startswith("+") or not phone[1:].isdigit():
        raise Impossible("from is a phone number with + and country code.")
    to = str(asked.get("to") or next((one for one in gateway.wire.account.senders if "#" not in one), ""))
    if not to:
        raise Impossible("to is one of the account's numbers; a name cannot be written to.")
    return {"id": network.write(world, gateway, phone, to, str(asked.get("text", "Hello")))}


async def callback(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Post any `item` to `url` as this `gateway` would; with `sign` false without what proves it, with `spoil` with
    one byte of the body changed after it was signed. Answers the HTTP status.
    """
    gateway, url, item = _gateway(world, asked.get("gateway", "")), str(asked.get("url", "")), asked.get("item")
    if not isinstance(item, dict) or not url:
        raise Impossible("Give url, and item, an object.")
    raw, headers = gateway.wire.letter(url, [item])
    if asked.get("sign") is False:
        headers = {"Content-Type": headers["Content-Type"]}
    if asked.get("spoil"):
        at = len(raw) // 2
        raw = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
    letter = Letter(url, raw, headers, ["by hand"], facts={"gateway": gateway.name})
    return {"status": await gateway.mailer.post(letter)}


async def reset(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As at the start: nothing to come, nobody known. The journal goes on."""
    world.agenda.clear()
    world.counts.clear()
    for gateway in world.gateways.values():
        gateway.reset()
    world.note("reset")
    return await health(world, request, asked)


def _gateway(world: World, name: object) -> Gateway:
    found = world.gateways.get(str(name))
    if found is None:
        raise Impossible(f"gateway is one of {', '.join(world.gateways)}.")
    return found
