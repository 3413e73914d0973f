"""What tests and the demo may make happen through `/_sim`."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from simulators.common.posting import Letter
from simulators.common.side_door import Deed, Impossible, journal, side_door
from simulators.payments.events import letter
from simulators.payments.people import let_expire, pay
from simulators.payments.sessions import Session
from simulators.payments.world import World


def control_routes() -> list[Route]:
    """All of `/_sim`."""
    deeds: list[tuple[str, str, Deed]] = [
        ("GET", "health", health),
        ("GET", "journal", journal),
        ("POST", "misbehaviour", change_misbehaviour),
        ("POST", "account", change_account),
        ("POST", "clock", clock),
        ("POST", "pay", pay_session),
        ("POST", "callback", callback),
        ("POST", "reset", reset),
    ]
    return side_door(deeds)


async def health(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Whether it runs, what it counted, and what is still to come; `quiet` when nothing is."""
    to_come = {"agenda": len(world.agenda), "posting": world.post.in_flight}
    counts = {**world.counts, "posts": world.post.posts, "given_up": world.post.given_up}
    return {"status": "ok", "quiet": not any(to_come.values()), "to_come": to_come, "counts": counts}


async def change_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set the named switches; the others stay."""
    world.misbehaviour = world.misbehaviour.changed(asked)
    world.note("misbehaviour", **asked)
    return world.misbehaviour.model_dump(mode="json")


async def change_account(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set `webhook_url`, `key` or `signing_secret`, as in Stripe's own settings."""
    for name in asked.keys() & {"webhook_url", "key", "signing_secret"}:
        setattr(world, name, str(asked[name]))
    return {"changed": sorted(asked)}


async def clock(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Move Stripe's clock `ahead_seconds` before the machine's; what is over by it expires."""
    world.ahead = float(asked.get("ahead_seconds", 0))
    let_expire(world)
    return {"now": world.clock()}


def _session(world: World, asked: dict[str, Any]) -> Session:
    """By its id, or by the address of its page."""
    found = world.sessions.get(str(asked.get("session", "")).rstrip("/").rpartition("/")[2])
    if found is None:
        raise Impossible("session is the id of a checkout session, or the address of its page.")
    return found


async def pay_session(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Somebody pays `session` (id or address). `states` are fields that the event states differently."""
    session = _session(world, asked)
    event = pay(world, session, dict(asked.get("states", {})))
    return {"event": event, "session": session.shown()}


async def callback(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Post any `event` now; with `secret` signed by a forger, `late_seconds` ago, or with `spoil` changed afterwards.

    Answers the webhook's HTTP status.
    """
    event = asked.get("event")
    if not isinstance(event, dict):
        raise Impossible("event is an object.")
    at = world.clock() - float(asked.get("late_seconds", 0))
    sealed = letter(world, event, ["by hand"], str(asked.get("secret", "")), at)
    if asked.get("spoil"):
        sealed = Letter(sealed.url, sealed.raw + b" ", sealed.headers, sealed.notes)
    return {"status": await world.post.post(sealed)}


async def reset(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As at the start: no session, nothing to come. The journal goes on."""
    world.agenda.clear()
    for forgetful in (world.sessions, world.answers, world.counts):
        forgetful.clear()
    world.misbehaviour, world.ahead = world.by_default, 0.0
    world.note("reset")
    return await health(world, request, asked)
