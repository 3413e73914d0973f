"""Database work beside the event loop."""

import asyncio
import contextvars
import time

import pytest
from django.db import connection

from accounts.tenancy import as_login_role
from mcp_server.threads import DatabaseThreads

word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="")


def test_slow_calls_run_beside_each_other_in_a_fixed_number_of_threads() -> None:
    def slow() -> float:
        time.sleep(0.2)
        return time.monotonic()

    async def run() -> float:
        with DatabaseThreads(4) as threads:
            began = time.monotonic()
            await asyncio.gather(*(threads.run(slow) for _each in range(8)))
            return time.monotonic() - began

    assert 0.39 < asyncio.run(run()) < 1.2


def test_the_work_sees_the_callers_context_variables() -> None:
    async def run() -> str:
        word.set("oolong")
        with DatabaseThreads(1) as threads:
            return await threads.run(word.get)

    assert asyncio.run(run()) == "oolong"


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_is_replaced() -> None:
    def number_of_backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    async def run() -> tuple[int, int]:
        with DatabaseThreads(1) as threads:
            first = await threads.run(number_of_backend)
            await asyncio.to_thread(end_backend, first)
            return first, await threads.run(number_of_backend)

    first, second = asyncio.run(run())
    assert first != second


def end_backend(number: int) -> None:
    try:
        with as_login_role(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [number])
    finally:
        connection.close()
