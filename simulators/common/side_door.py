"""A simulator's own side door, `/_sim`: what a test or a demo may make happen. It asks for no token."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# A world, the call and the JSON object in it -> what is answered.
Deed = Callable[[Any, Request, dict[str, Any]], Awaitable[dict[str, Any]]]


class Impossible(Exception):
    """The wish cannot be granted; the text says why."""


def side_door(deeds: Iterable[tuple[str, str, Deed]]) -> list[Route]:
    """The routes of these deeds: method, path below `/_sim/`, deed. The world is in the application's state."""
    return [Route(f"/_sim/{path}", _route(deed), methods=[method]) for method, path, deed in deeds]


def _route(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        asked = json_object(await request.body())
        try:
            told, status = await deed(request.app.state.world, request, asked), 200
        except (Impossible, ValidationError) as problem:
            told, status = {"problem": str(problem)}, 422
        return Response(orjson.dumps(told), status, media_type="application/json")

    return answer


async def journal(world: Any, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """A page of the journal: `since` is the byte to start at, `next` the one to go on from; `kind` chooses lines."""
    since = int(request.query_params.get("since", 0))
    entries, following = world.journal.read(since, request.query_params.get("kind", ""))
    return {"entries": entries, "next": following, "more": following > since}


def json_object(raw: bytes) -> dict[str, Any]:
    """The object in a body, or an empty one."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
