"""The face of the process that holds the binds: lanes hand it texts over loopback HTTP."""

import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any
from uuid import UUID

import uvicorn
from django.utils import timezone
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from messaging.carriers import Retry, SendFailed
from sms.gateways.smpp.binds import Binds, NotAllowed
from sms.gateways.smpp.local import Handed, Refusal, Took
from sms.gateways.smpp.rows import Rows

LARGEST = 1 << 18  # bytes of one request
GRACE = 20  # seconds that a request may still take after SIGTERM
# Seconds; longer than lanes keep idle connections, so that none is closed just as a text is written to it.
KEEP_ALIVE = 75


def build_app(binds: Binds) -> Starlette:
    """The application. Its life is that of the binds: they end after the last request was answered."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await binds.begin()
        yield
        await binds.end()

    async def take_text(request: Request) -> Response:
        return await _take_text(binds, request)

    async def health(request: Request) -> Response:
        return JSONResponse({"gateways": binds.state()})

    routes = [Route("/gateways/{key:uuid}/texts", take_text, methods=["POST"]), Route("/health", health)]
    return Starlette(routes=routes, lifespan=life)


async def _take_text(binds: Binds, request: Request) -> Response:
    key: UUID = request.path_params["key"]
    secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        handed = Handed.model_validate_json(await _body(request))
        ids = await binds.send(key, secret, handed)
    except SendFailed as failed:
        return _json(Refusal.of(failed), 409)
    except ValidationError:
        return _json(Refusal(code="unusable_text", text="SMPP has no room for this text", retry=Retry.PERMANENT), 422)
    except NotAllowed:
        text = "run_smpp knows another process_secret"
        return _json(Refusal(code="process_secret", text=text, retry=Retry.HOLD, scope="account"), 403)
    return _json(Took(ids=ids), 200)


async def _body(request: Request) -> bytes:
    """The body as far as it may go; what is longer is cut and then is no JSON."""
    octets = b""
    async for chunk in request.stream():
        octets = (octets + chunk)[:LARGEST]
    return octets


def _json(told: BaseModel, status: int) -> Response:
    return Response(told.model_dump_json(), status, media_type="application/json")


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what is under way, unbind, and leave with status 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # uvicorn stops gracefully and then raises the signal once more
    rows = Rows(timezone.now)
    try:
        config = uvicorn.Config(
            build_app(Binds(rows)),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        uvicorn.Server(config).run()
    finally:
        rows.close()


def _leave(number: int, frame: FrameType | None) -> Any:
    sys.exit(0)
