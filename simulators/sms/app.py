"""The web application: finds the wire, lets the call be handled, writes the journal, answers, or does not."""

import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.sms.control import control_routes
from simulators.sms.submissions import submit
from simulators.sms.words import Call, No, Refused
from simulators.sms.world import Gateway, World

METHODS = ["GET", "POST", "PUT", "DELETE"]


def build_app(build_world: Callable[[], World]) -> Starlette:
    """The application. The world is built inside the event loop it will live in."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        world = build_world()
        app.state.world = world
        world.note("start", gateways=sorted(world.gateways))
        yield
        world.agenda.clear()
        for gateway in world.gateways.values():
            gateway.mailer.close()
        world.note("stop")
        world.journal.close()

    return Starlette(routes=[*control_routes(), Route("/{path:path}", answer, methods=METHODS)], lifespan=life)


async def answer(request: Request) -> Response:
    """Any call to any gateway."""
    world: World = request.app.state.world
    raw = await request.body()
    call = Call(request.method, request.url.path, request.query_params, request.headers, raw, world.clock())
    gateway = next((one for one in world.gateways.values() if one.wire.serves(call)), None)
    if gateway is None:
        world.note("request", gateway="", method=call.method, path=call.path, status=404, decision="refused")
        return JSONResponse({"message": "No gateway has this path."}, 404)
    response = await _handled(world, gateway, call)
    told = {"gateway": gateway.name, "method": call.method, "path": call.path, "status": response.status_code}
    world.note("request", **told, **call.verdict)
    await _take_time(gateway)
    if call.lost_after is not None:
        await asyncio.sleep(call.lost_after)
        request.scope["extensions"]["simulator.hang_up"]()
    return response


async def _handled(world: World, gateway: Gateway, call: Call) -> Response:
    """The answer, be it a refusal; what was decided is in the call's verdict."""
    call.verdict["decision"] = "answered"
    try:
        if gateway.wire.asks_balance(call):
            gateway.wire.authorise(call)
            return gateway.wire.balance(gateway.left)
        return await submit(world, gateway, call)
    except Refused as refused:
        call.verdict |= {"decision": "refused", "no": refused.no}
        world.counts[f"refused_{refused.no}"] += 1
        response = gateway.wire.refusal(refused)
        if refused.no is No.THROTTLED and (wait := gateway.misbehaviour.retry_after_seconds):
            response.headers["Retry-After"] = str(wait)
        return response
    except Exception as mistake:  # noqa: BLE001 - a mistake of ours must show in the journal, not vanish
        call.verdict |= {"decision": "crashed", "problem": "".join(traceback.format_exception(mistake))}
        world.counts["crashed"] += 1
        return gateway.wire.refusal(Refused(No.BROKEN))


async def _take_time(gateway: Gateway) -> None:
    rules = gateway.misbehaviour
    if rules.latency_seconds or rules.latency_jitter_seconds:
        await asyncio.sleep(rules.latency_seconds + rules.latency_jitter_seconds * random.random())
