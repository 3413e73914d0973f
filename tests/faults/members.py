"""The processes of the stack as the harness holds them: started from the nursery, killed, frozen, waited for."""

import json
import os
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from config.demo.processes import python
from config.servers.place import PROJECT
from config.servers.processes import die_with_parent


class Nursery:
    """The process that members are forked from; they end when it ends, and it ends with us."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                python("-m", "tests.faults.nursery"), cwd=PROJECT, env=environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        assert self._read() == "ready", f"the nursery did not come up; see {log}"

    def bear(self, words: list[str], log: Path, environment: dict[str, str]) -> int:
        """Start a process; its id."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"words": words, "log": str(log), "environment": environment}) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        """Once all members have ended."""
        assert self._process.stdin
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()


class Member:
    """One process in a group of its own."""

    def __init__(self, name: str, words: list[str], log: Path, nursery: Nursery) -> None:
        self.name, self._words, self._log, self._nursery = name, words, log, nursery
        self.pid, self._watched = 0, -1

    def start(self) -> None:
        if not self.is_alive:
            self.pid = self._nursery.bear(self._words, self._log, {"FAULT_ROLE": self.name})
            self._watched = os.pidfd_open(self.pid)

    @property
    def is_alive(self) -> bool:
        return self._watched >= 0 and not self.wait(0)

    def wait(self, patience: float) -> bool:
        """Whether it has ended, at the latest when the patience (seconds) is over."""
        if self._watched >= 0 and select.select([self._watched], [], [], patience)[0]:
            os.close(self._watched)
            self._watched = -1
        return self._watched < 0

    def signal(self, number: signal.Signals) -> None:
        """To the whole group, as long as its leader is ours: afterwards the number may be somebody else's."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """As when the machine takes the whole process tree away."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def ask_to_end(self) -> None:
        """As a deployment does; the process may take its time."""
        self.signal(signal.SIGCONT)
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def end(self, patience: float = 20.0) -> None:
        self.ask_to_end()
        self.wait(patience)
        self.kill()
