"""The web application: the API, the hosted page, the side door."""

import asyncio
import html
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.payments import lives
from simulators.payments.calls import handle
from simulators.payments.control import control_routes
from simulators.payments.sessions import Session, Wrong
from simulators.payments.world import Call, World

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay {reference}</title></head>
<body><main><h1>{reference}</h1><p id="amount">{amount}</p>
<form method="post"><button type="submit">Pay</button></form></main></body></html>
"""


def build_app(build_world: Callable[[], World]) -> Starlette:
    """The application. The world is built inside the event loop it will live in."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        world = build_world()
        app.state.world = world
        world.note("start")
        yield
        world.agenda.clear()
        world.office.close()
        world.note("stop")
        world.journal.close()

    return Starlette(
        routes=[
            *control_routes(),
            Route("/pay/{key}", page, methods=["GET"]),
            Route("/pay/{key}", pay, methods=["POST"]),
            Route("/{path:path}", answer, methods=["GET", "POST"]),
        ],
        lifespan=life,
    )


async def answer(request: Request) -> Response:
    """Any call of the API."""
    world: World = request.app.state.world
    call = Call(request.method, request.url.path, await request.body(), request.headers)
    status, told = _handled(world, call)
    world.note("request", method=call.method, path=call.path, status=status, **call.verdict)
    if world.misbehaviour.latency_seconds:
        await asyncio.sleep(world.misbehaviour.latency_seconds)
    if call.is_lost:
        request.scope["extensions"]["simulator.hang_up"]()
    return JSONResponse(told, status, headers={"Request-Id": f"req_{world.counts['requests']}"})


def _handled(world: World, call: Call) -> tuple[int, dict[str, Any]]:
    """The answer, be it a refusal; what was decided is in the call's verdict."""
    world.counts["requests"] += 1
    try:
        return handle(world, call)
    except Wrong as wrong:
        call.verdict |= {"decision": "refused", "no": wrong.error.get("code") or wrong.error["message"]}
        world.counts["refused"] += 1
        return wrong.status, {"error": wrong.error}
    except Exception as mistake:  # noqa: BLE001 - a mistake of ours must show in the journal, not vanish
        call.verdict |= {"decision": "crashed", "problem": "".join(traceback.format_exception(mistake))}
        world.counts["crashed"] += 1
        return 500, {"error": {"type": "api_error", "message": "An error occurred."}}


async def page(request: Request) -> Response:
    """The hosted page. Opening it pays nothing: previews and curious software open pages too."""
    session = _session(request)
    if session is None or session.status != "open":
        return HTMLResponse("<!doctype html><title>Over</title><p>This payment page is over.</p>", 404)
    reference = html.escape(session.wish.line_items[0].price_data.product_data.name)
    amount = f"{session.currency.upper()} {session.amount}"
    return HTMLResponse(_PAGE.format(reference=reference, amount=amount))


async def pay(request: Request) -> Response:
    """The button of the page: pays, and leads to where the shop wants its customers."""
    session, world = _session(request), request.app.state.world
    try:
        if session is None:
            raise Wrong(404, "invalid_request_error", "There is no such session.")
        lives.pay(world, session)
    except Wrong as wrong:
        return HTMLResponse(f"<!doctype html><title>Over</title><p>{html.escape(str(wrong))}</p>", wrong.status)
    return RedirectResponse(session.wish.success_url, 303)


def _session(request: Request) -> Session | None:
    world: World = request.app.state.world
    return next(
        (one for one in world.sessions.values() if one.url.endswith(f"/pay/{request.path_params['key']}")), None
    )
