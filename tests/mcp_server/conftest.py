"""Real MCP servers in processes of their own, with the demo tools, on the test's database."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from mcp.client.stdio import StdioServerParameters

from tests.demo_tools.fixtures import demo_tools as demo_tools

PROJECT = Path(__file__).parents[2]
PATIENCE = 30.0


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that uses this test's database. Call it once the test database exists."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.demo_tools.settings", "DATABASE_URL": url, **more}


def over_stdio(key: str, *options: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["manage.py", "mcp", *options],
        env=environment(COUNTERSIGN_KEY=key),
        cwd=PROJECT,
    )


def start_http(*options: str, **more: str) -> tuple[subprocess.Popen[bytes], str]:
    """A running HTTP server and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "mcp", "--http", f"--port={port}", *options], cwd=PROJECT, env=environment(**more)
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1).close()
        except OSError:
            assert process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        else:
            return process, address


@pytest.fixture(scope="session")
def http_server(django_db_setup: None) -> Iterator[str]:
    """The address of a server over HTTP that the tests share: it keeps nothing between requests."""
    process, address = start_http()
    yield address
    process.terminate()
    process.wait(PATIENCE)
