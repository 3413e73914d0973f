"""Processes that a benchmark needs beside itself, ended with it."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(module: str, *arguments: str) -> Iterator[int]:
    """`python -m module PORT ...` until the block ends; gives its port once it answers."""
    port = free_port()
    with started([sys.executable, "-m", module, str(port), *arguments], port):
        yield port


@contextlib.contextmanager
def started(
    command: list[str], port: int, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it answers on its port."""
    with child(command, environment) as process:
        _wait_for(port, process)
        yield process


@contextlib.contextmanager
def child(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The process, told to end when the block does."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode} before it listened")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port} after {patience} s")
