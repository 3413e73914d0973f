"""MCP over streamable HTTP: stateless, JSON answers, a bearer key with every request, in a process of its own."""

import signal
import sys
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mcp_server.identity import BearerKeys, agent_of_request
from mcp_server.server import build_server
from mcp_server.threads import DatabaseThreads

PATH = "/mcp"
# An import travels inside the arguments; JSON escapes may make it somewhat larger than REST's limit.
MAX_BODY = 24 * 1024 * 1024
# Requests beyond this many at once are answered 503 at once instead of queueing for the database threads.
MOST_AT_ONCE = 256
# How long a request that is being answered may still take after SIGTERM, in seconds.
GRACE = 10


class Gate:
    """Before anything else: only POST, only hosts and origins that we know. A browser page elsewhere gets a 403."""

    def __init__(self, app: ASGIApp, security: TransportSecuritySettings) -> None:
        self.app = app
        self.security = TransportSecurityMiddleware(security)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._no(scope) if scope["type"] == "http" and scope["path"] == PATH else None
        await (answer or self.app)(scope, receive, send)

    async def _no(self, scope: Scope) -> Response | None:
        refused = await self.security.validate_request(Request(scope))
        if refused is None and scope["method"] != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})  # stateless: no stream to open, none to close
        return refused


def build_app(threads: DatabaseThreads, *, searching: bool = False) -> ASGIApp:
    """The ASGI application: `/mcp`, and `/health` for whoever balances the load."""
    security = TransportSecuritySettings(
        allowed_hosts=settings.MCP_ALLOWED_HOSTS, allowed_origins=settings.MCP_ALLOWED_ORIGINS
    )
    app = build_server(agent_of_request, threads, searching=searching).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY,
        transport_security=security,
        # Keys are made at the desk: there is no authorization server to send a client to, so none is advertised.
        auth=AuthSettings(issuer_url=AnyHttpUrl(settings.PUBLIC_URL), resource_server_url=None),
        token_verifier=BearerKeys(threads),
        custom_starlette_routes=[Route("/health", _health)],
    )
    return Gate(app, security)


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def serve(host: str, port: int, *, searching: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish what is being answered and leave with status 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # uvicorn stops gracefully and then raises the signal once more
    with DatabaseThreads() as threads:
        config = uvicorn.Config(
            build_app(threads, searching=searching),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=GRACE,
        )
        uvicorn.Server(config).run()


def _leave(number: int, frame: FrameType | None) -> Any:
    sys.exit(0)
