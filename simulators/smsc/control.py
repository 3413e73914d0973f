"""The side door, `/_sim`: everything a test or a demo may make happen."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.routing import Route

from simulators.common.side_door import Impossible, journal, side_door
from simulators.smsc import wire
from simulators.smsc.delivering import Delivery, hand
from simulators.smsc.inbound import Coding, Numbering, write_back
from simulators.smsc.world import World


class Wish(BaseModel):
    """Somebody writes: `sender` is the phone without +, `to` our number or short code."""

    model_config = ConfigDict(extra="forbid")
    sender: str
    to: str
    text: str = "Hello"
    coding: Coding = "gsm"
    numbering: Numbering = "udh8"
    reference: int = 7
    order: list[int] | None = None


def control_routes() -> list[Route]:
    """All of `/_sim`."""
    return side_door([
        ("GET", "health", health),
        ("GET", "journal", journal),
        ("GET", "misbehaviour", show_misbehaviour),
        ("POST", "misbehaviour", change_misbehaviour),
        ("POST", "inbound", inbound),
        ("POST", "deliver", deliver),
        ("POST", "drop", drop),
        ("POST", "unbind", unbind),
        ("POST", "reset", reset),
    ])  # fmt: skip


async def health(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """The SMPP port, who is bound, what was counted, and whether anything is still to come."""
    to_come = {"agenda": len(world.agenda), "deliveries": len(world.waiting)}
    bound = sum(one.is_bound for one in world.sessions)
    return {
        "status": "ok",
        "smpp_port": world.smpp_port,
        "bound": bound,
        "quiet": not any(to_come.values()),
        "to_come": to_come,
        "counts": {**world.counts, "most_unanswered": world.most_unanswered},
    }


async def show_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """All switches as they are."""
    return world.misbehaviour.model_dump(mode="json")


async def change_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set the named switches; the others stay."""
    world.misbehaviour = world.misbehaviour.changed(asked)
    world.note("misbehaviour", **asked)
    return world.misbehaviour.model_dump(mode="json")


async def inbound(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes now."""
    wish = Wish.model_validate(asked)
    parts = write_back(world, wish.sender, wish.to, wish.text, wish.coding, wish.numbering, wish.reference, wish.order)
    return {"parts": parts}


async def deliver(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Send any body (`hex`) as a deliver_sm."""
    try:
        body = bytes.fromhex(asked["hex"])
    except (KeyError, ValueError, TypeError):
        raise Impossible("Give hex, the body of a deliver_sm.") from None
    hand(world, Delivery(wire.DELIVER_SM, body, {"what": "by hand"}))
    return {}


async def drop(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Cut every line."""
    sessions = list(world.sessions)
    for session in sessions:
        session.drop()
    return {"lines": len(sessions)}


async def unbind(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask everybody to leave, as before a maintenance."""
    for session in list(world.sessions):
        session.ask_to_leave()
    return {"lines": len(world.sessions)}


async def reset(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As at the start, save the lines that are bound and the ids that were given. The journal goes on."""
    world.agenda.clear()
    for forgetful in (world.waiting, world.counts, world.tries, world.throttled_parts):
        forgetful.clear()
    world.most_unanswered = 0
    world.misbehaviour = world.by_default
    for session in world.sessions:
        session.unanswered = 0
    world.note("reset")
    return await health(world, request, asked)
