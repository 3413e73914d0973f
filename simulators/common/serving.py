"""Running the application: the socket, the connection that can be hung up, the end with the parent."""

import asyncio
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

PARENT_LOOK = 0.3  # seconds between looks at whether the parent still lives


class LineThatHangsUp(H11Protocol):
    """HTTP as uvicorn speaks it, with a way for the application to close the connection instead of answering."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = self.app

        async def with_hang_up(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})["simulator.hang_up"] = self.hang_up
            await answer(scope, receive, send)

        self.app = with_hang_up

    def hang_up(self) -> None:
        """Close at once; an answer written after this goes nowhere."""
        self.cycle.disconnected = True
        self.transport.abort()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's delay off; without, each answer would take 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


class Server(uvicorn.Server):
    """Says when it is ready, and ends when the parent it was given is gone."""

    def __init__(self, config: uvicorn.Config, ready: str, parent: int) -> None:
        super().__init__(config)
        self.ready, self.parent = ready, parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"{self.ready}\n")
        sys.stdout.flush()

    async def main_loop(self) -> None:
        watch = asyncio.create_task(self._watch_parent()) if self.parent else None
        await super().main_loop()
        if watch:
            watch.cancel()

    async def _watch_parent(self) -> None:
        while os.getppid() == self.parent:
            await asyncio.sleep(PARENT_LOOK)
        self.should_exit = True


def serve(app: Starlette, listener: socket.socket, ready: str, parent: int = 0) -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent; print the ready line once requests are taken."""
    config = uvicorn.Config(
        app,
        http=LineThatHangsUp,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _let_the_server_end)
    Server(config, ready, parent).run(sockets=[listener])


def _let_the_server_end(number: int, frame: FrameType | None) -> None:
    """uvicorn raises the signal again after its clean end; that must not turn it into a death by signal."""
