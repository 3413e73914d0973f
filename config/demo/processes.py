"""The processes of an installation, on one machine: started, waited for, stopped in order, never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from config.servers.place import PROJECT
from config.servers.processes import die_with_parent, last_lines

READY_WITHIN = 120.0  # seconds; on two cores that have much else to do
STOP_WITHIN = 20.0
Ready = Callable[[], bool]


class ProcessTrouble(Exception):
    """A process did not come up, or ended by itself; the text has its last words."""


class Running:
    """One process in a process group of its own, told to stop by the kernel when we die."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str], ready: Ready) -> None:
        self.name, self.log, self.ready = name, log, ready
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us; we stop them in order
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def check(self) -> None:
        """Raises ProcessTrouble when it has ended."""
        if self.process.poll() is not None:
            raise ProcessTrouble(f"{self.name} ended by itself. The end of {self.log}:\n{last_lines(self.log, 20)}")

    def ask_to_end(self) -> None:
        """Without waiting for it."""
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until it has ended, and after the patience is over end its whole group."""
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # children it has not waited for


class Processes:
    """Everything that runs for a demo. Start from the main thread: the kernel's word comes when that thread ends."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        self.environment = {**os.environ, **environment}
        self.running: list[Running] = []

    def start(self, name: str, command: list[str], ready: Ready) -> None:
        """Start a process; its output goes to a log of its name, begun anew."""
        log = self.logs / f"{name}.log"
        log.write_bytes(b"")
        self.running.append(Running(name, command, log, self.environment, ready))

    def wait_until_ready(self) -> None:
        """Wait for all of them. Raises ProcessTrouble when one ends or takes too long."""
        deadline = time.monotonic() + READY_WITHIN
        waiting = list(self.running)
        while waiting:
            self.check()
            waiting = [one for one in waiting if not one.ready()]
            if waiting and time.monotonic() > deadline:
                one = waiting[0]
                raise ProcessTrouble(f"{one.name} is not ready. The end of {one.log}:\n{last_lines(one.log, 20)}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises ProcessTrouble when one of them has ended."""
        for one in self.running:
            one.check()

    def stop(self) -> None:
        """Stop them all. A second Ctrl-C does not break this off: it takes seconds and has an end."""
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for one in self.running:
                one.ask_to_end()
            while self.running:
                self.running.pop().stop()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def python(*words: str) -> list[str]:
    """A command under our own interpreter."""
    return [sys.executable, *words]


def answers(url: str) -> Ready:
    """Whether somebody answers this address with 200."""

    def ask() -> bool:
        try:
            return requests.get(url, timeout=10).status_code == 200
        except requests.RequestException:
            return False

    return ask


def port_or_free(wanted: int) -> int:
    """The wanted port of this machine, or a free one when somebody listens there; 0 takes a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
