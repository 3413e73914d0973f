"""Database work off the event loop: a fixed number of threads, each with one connection, checked around each use.

Django gives every thread its own connection, so the number of threads is the number of connections. No request signals
fire here; without `close_old_connections` a thread would keep a connection that the server has long closed.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

from django.db import close_old_connections, connections

THREADS = 8
# How long the end waits for calls that are still running, in seconds.
PATIENCE = 10.0

Result = TypeVar("Result")


class DatabaseThreads:
    """Use as a context manager: leaving it waits for what runs and closes the connections."""

    def __init__(self, size: int = THREADS) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="mcp-database")

    def __enter__(self) -> "DatabaseThreads":
        return self

    def __exit__(self, *error: object) -> None:
        # Waiting for each other, the closings take one thread each, and every thread has its own connection.
        everybody = Barrier(self._size)
        for _each in range(self._size):
            self._pool.submit(_close_own, everybody)
        self._pool.shutdown(wait=True)

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises, done in a thread with the caller's context variables."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, _guarded, work)


def _close_own(everybody: Barrier) -> None:
    with suppress(BrokenBarrierError):  # a thread is stuck in the database: the process ends without it
        everybody.wait(PATIENCE)
    connections.close_all()


def _guarded(work: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
