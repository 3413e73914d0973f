"""What tests and the demo may make happen through `/_sim`."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from simulators.common.posting import Letter
from simulators.common.side_door import Deed, Impossible, journal, side_door
from simulators.payments import lives
from simulators.payments.sessions import Session, Wrong
from simulators.payments.world import World


def control_routes() -> list[Route]:
    """All of `/_sim`."""
    deeds: list[tuple[str, str, Deed]] = [
        ("GET", "health", health),
        ("GET", "journal", journal),
        ("GET", "misbehaviour", show_misbehaviour),
        ("POST", "misbehaviour", change_misbehaviour),
        ("POST", "account", change_account),
        ("GET", "sessions", sessions),
        ("POST", "expire", expire),
        ("POST", "refund", refund),
        ("POST", "callback", callback),
        ("POST", "reset", reset),
    ]
    return side_door(deeds)


async def health(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Whether it runs, what it counted, and what is still to come; `quiet` when nothing is."""
    to_come = {"agenda": len(world.agenda), "posting": world.office.in_flight}
    counts = {**world.counts, "posts": world.office.posts, "given_up": world.office.given_up}
    return {"status": "ok", "quiet": not any(to_come.values()), "to_come": to_come, "counts": counts}


async def show_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """All switches as they are."""
    return world.misbehaviour.model_dump(mode="json")


async def change_misbehaviour(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set the named switches; the others stay."""
    world.misbehaviour = world.misbehaviour.changed(asked)
    world.note("misbehaviour", **asked)
    return await show_misbehaviour(world, request, asked)


async def change_account(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Set `key`, `signing_secret` or `webhook_url`."""
    for name in asked:
        if name not in ("key", "signing_secret", "webhook_url"):
            raise Impossible(f"An account has no {name}.")
        setattr(world.account, name, str(asked[name]))
    return {"changed": sorted(asked)}


async def sessions(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """All sessions, oldest first, as the API shows them; `page` is where each was to be paid."""
    return {"sessions": [{**one.as_json(), "page": one.url} for one in world.sessions.values()]}


async def expire(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """The time of a `session` is over."""
    return _done(lambda: lives.expire(world, _session(world, asked)))


async def refund(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Give back an `amount` (0: all) of a `session` that was paid."""
    return _done(lambda: lives.refund(world, _session(world, asked), int(asked.get("amount", 0))))


async def callback(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Post any `event`; with `sign` false unsigned, with `spoil` changed after it was signed, signed `at` another
    moment (unix seconds), to the account's address or to `url`. Answers the HTTP status.
    """
    event = asked.get("event")
    if not isinstance(event, dict):
        raise Impossible("Give event, an object.")
    letter = world.letter(event, sign=asked.get("sign") is not False, spoil=bool(asked.get("spoil")),
                          at=float(asked.get("at") or 0))  # fmt: skip
    url = str(asked.get("url") or letter.url)
    return {"status": await world.office.post(Letter(url, letter.raw, letter.headers, letter.notes))}


async def reset(world: World, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As at the start: nothing to come, nothing known. The journal goes on."""
    world.reset()
    world.note("reset")
    return await health(world, request, asked)


def _session(world: World, asked: dict[str, Any]) -> Session:
    found = world.sessions.get(str(asked.get("session", "")))
    if found is None:
        raise Impossible("session is the id of one that was made.")
    return found


def _done(deed: Any) -> dict[str, Any]:
    try:
        deed()
    except Wrong as wrong:
        raise Impossible(str(wrong)) from None
    return {"done": True}
