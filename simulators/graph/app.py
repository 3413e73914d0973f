"""The web application: reads a call, lets it be handled, writes the journal, answers, or does not."""

import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.graph.calls import Call, authorise, for_journal, read_call
from simulators.graph.control import control_routes
from simulators.graph.errors import GraphError
from simulators.graph.routes import handler_of
from simulators.graph.template_review import resume
from simulators.graph.world import World

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def build_app(build_world: Callable[[], World]) -> Starlette:
    """The application. The world is built inside the event loop it will live in."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        world = build_world()
        app.state.world = world
        world.note("start", waba=world.account.waba_id, misbehaviour=world.misbehaviour.model_dump(mode="json"))
        resume(world)
        yield
        world.agenda.clear()
        world.mailer.close()
        world.note("stop")
        world.journal.close()

    graph = Route("/{path:path}", answer, methods=METHODS)
    return Starlette(routes=[*control_routes(), graph], lifespan=life)


async def answer(request: Request) -> Response:
    """Any call to the Graph API."""
    world: World = request.app.state.world
    call = await read_call(request, world.clock())
    response = await _handled(world, call)
    world.note("request", **for_journal(call), status=response.status_code, **call.verdict)
    await _take_time(world)
    if call.lost_after is not None:
        await asyncio.sleep(call.lost_after)
        request.scope["extensions"]["simulator.hang_up"]()
    return response


async def _handled(world: World, call: Call) -> Response:
    """The answer, be it a refusal; what was decided is in the call's verdict."""
    call.verdict["decision"] = "answered"
    try:
        authorise(world, call)
        handle = handler_of(world, call)
        _count_management(world, call)
        content = await handle(world, call)
    except GraphError as refusal:
        accepted = call.verdict["decision"] == "accepted"  # then only the answer is a lie
        call.verdict |= {"code": refusal.code, "details": refusal.details}
        if not accepted:
            call.verdict["decision"] = "refused"
            world.counts[f"refused_{refusal.code}"] += 1
        return _json(refusal.envelope(), refusal.http)
    except Exception as mistake:  # noqa: BLE001 - a mistake of ours must show in the journal, not vanish
        call.verdict |= {"decision": "crashed", "problem": "".join(traceback.format_exception(mistake))}
        world.counts["crashed"] += 1
        return _json(GraphError(1).envelope(), 500)
    if call.lost_after is not None:
        call.verdict["lost"] = True
    return content if isinstance(content, Response) else _json(content, 200)


def _count_management(world: World, call: Call) -> None:
    limit = world.misbehaviour.management_calls_per_hour
    if call.edge not in ("messages", "marketing_messages") and not world.managing.take("", limit, call.now):
        raise GraphError(80007)


async def _take_time(world: World) -> None:
    rules = world.misbehaviour
    if rules.latency_seconds or rules.latency_jitter_seconds:
        await asyncio.sleep(rules.latency_seconds + rules.latency_jitter_seconds * random.random())


def _json(content: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json; charset=UTF-8")
