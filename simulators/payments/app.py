"""The web application: the API's three calls, the page that people pay on, and the side door."""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulators.payments.control import control_routes
from simulators.payments.errors import StripeError, invalid
from simulators.payments.form import tree
from simulators.payments.people import expire, let_expire
from simulators.payments.sessions import Session, make
from simulators.payments.world import World

SESSIONS = "/v1/checkout/sessions"


def build_app(build_world: Callable[[], World]) -> Starlette:
    """The application. The world is built inside the event loop it will live in."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        world = build_world()
        app.state.world = world
        world.note("start")
        yield
        world.agenda.clear()
        world.post.close()
        world.note("stop")
        world.journal.close()

    page = Route("/c/pay/{id}", show_page, methods=["GET"])
    api = Route("/{path:path}", answer, methods=["GET", "POST", "DELETE"])
    return Starlette(routes=[*control_routes(), page, api], lifespan=life)


async def show_page(request: Request) -> Response:
    """What a person sees. It is paid through the side door: this page takes no card."""
    world: World = request.app.state.world
    let_expire(world)
    session = world.sessions.get(request.path_params["id"])
    if session is None:
        return HTMLResponse("<h1>Not found</h1>", 404)
    words = {"open": "Pay", "complete": "Already paid", "expired": "This link has expired"}[session.status]
    return HTMLResponse(f"<h1>{words}</h1><p>{session.amount} {session.currency.upper()}</p>")


async def answer(request: Request) -> Response:
    """Any call to the API."""
    world: World = request.app.state.world
    raw = await request.body()
    key = request.headers.get("idempotency-key", "")
    facts: dict[str, Any] = {"method": request.method, "path": request.url.path, "idempotency_key": key}
    status, body = _answered(world, request, raw, key)
    world.note("request", **facts, body=tree(raw), status=status, session=body.get("id", ""))
    if world.misbehaviour.latency_seconds:
        await asyncio.sleep(world.misbehaviour.latency_seconds)
    if status == 200 and request.method == "POST" and world.meets("lost_next"):
        request.scope["extensions"]["simulator.hang_up"]()
    return JSONResponse(body, status, headers={"Request-Id": f"req_{hashlib.sha256(raw).hexdigest()[:14]}"})


def _answered(world: World, request: Request, raw: bytes, key: str) -> tuple[int, dict[str, Any]]:
    try:
        _authorise(world, request)
        if request.method != "POST" or not key:
            return 200, _do(world, request, raw)
        asked = hashlib.sha256(request.url.path.encode() + b"\0" + raw).hexdigest()
        if known := world.answers.get(key):
            return _again(known, asked)
        body = _do(world, request, raw)
        world.answers[key] = (asked, 200, body)
        return 200, body
    except StripeError as refusal:
        world.counts[f"refused_{refusal.status}"] += 1
        return refusal.status, refusal.body()


def _again(known: tuple[str, int, dict[str, Any]], asked: str) -> tuple[int, dict[str, Any]]:
    """The same key: the first answer once more, if the same was asked."""
    first, status, body = known
    if first != asked:
        raise StripeError(
            400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters."
        )
    return status, body


def _authorise(world: World, request: Request) -> None:
    """The secret key as bearer, or as the user's name."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            given = ""
    if not hmac.compare_digest(given.encode(), world.key.encode()):
        raise StripeError(401, "invalid_request_error", f"Invalid API Key provided: {given[:8]}***")


def _do(world: World, request: Request, raw: bytes) -> dict[str, Any]:
    if world.meets("throttled_next"):
        raise StripeError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
    if world.meets("broken_next"):
        raise StripeError(500, "api_error", "An unknown error occurred.")
    let_expire(world)
    path = request.url.path
    if (request.method, path) == ("POST", SESSIONS):
        session = make(tree(raw), world.clock(), world.base_url)
        world.sessions[session.id] = session
        world.counts["made"] += 1
        return session.shown()
    session_id, _, deed = path.removeprefix(f"{SESSIONS}/").partition("/")
    if request.method == "GET" and not deed:
        return _session(world, session_id).shown()
    if (request.method, deed) == ("POST", "expire"):
        return _expired(world, _session(world, session_id))
    raise StripeError(404, "invalid_request_error", f"Unrecognized request URL ({request.method}: {path}).")


def _session(world: World, session_id: str) -> Session:
    found = world.sessions.get(session_id)
    if found is None:
        raise StripeError(
            404, "invalid_request_error", f"No such checkout.session: {session_id}", code="resource_missing"
        )
    return found


def _expired(world: World, session: Session) -> dict[str, Any]:
    if session.status != "open":
        raise invalid(f'Only Checkout Sessions with a status in ["open"] can be expired, not {session.status}.')
    expire(world, session)
    return session.shown()
