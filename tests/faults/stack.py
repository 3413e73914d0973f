"""The processes of an installation under the harness: started, killed, frozen, and started again like a supervisor."""

import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from config.demo.processes import Running, answers, port_or_free, python
from simulators.process import GraphSimulator
from tests.faults.arranging import Arranging
from tests.faults.servers import Servers

READY_WITHIN = 90.0  # seconds; the machine may be busy with other things
TOKEN, APP_SECRET, VERIFY_TOKEN = "EAA" + "f" * 40, "secret-of-harbour-tea", "verify-harbour-tea"
WABA, NUMBER_ID, NUMBER = "100200300400", "555001", "+85258010001"
CELERY = ("-m", "celery", "-A", "config.celery")

# Who runs in a cell, beside web and simulator: workers hear approvals and webhooks; lanes are processes of `run_lanes`,
# or slices that a Celery worker of their own takes. Where there are two of a kind, one takes over what the other drops.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "plain": ("worker", "worker-2", "beat", "lanes", "lanes-2"),
    "celery": ("worker", "beat", "slices", "slices-2"),
    "alone": ("worker", "beat", "lanes"),
    "crowd": ("worker", "worker-2", "beat", "beat-2", "lanes", "lanes-2", "slices"),
    "skewed": ("worker", "beat", "lanes"),
}


class Member:
    """One process in a group of its own."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str]) -> None:
        self.name, self._command, self._log = name, command, log
        self._environment = environment | {"FAULT_ROLE": name}
        self._running: Running | None = None

    def start(self) -> None:
        if not self.is_alive:
            self._running = Running(self.name, self._command, self._log, self._environment, lambda: True)

    @property
    def is_alive(self) -> bool:
        return self._running is not None and self._running.process.poll() is None

    @property
    def pid(self) -> int:
        assert self._running
        return self._running.process.pid

    def signal(self, number: signal.Signals) -> None:
        """To the whole group, as long as its leader is ours: afterwards the number may be somebody else's."""
        if self._running is not None and self._running.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """As when the machine takes the whole process tree away."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def ask_to_end(self) -> None:
        """As a deployment does; the process may take its time."""
        assert self._running
        self._running.ask_to_end()

    def end(self, patience: float = 20.0) -> None:
        if self._running is None:
            return
        self.signal(signal.SIGCONT)
        self.ask_to_end()
        self.wait(patience)
        self.signal(signal.SIGKILL)

    def wait(self, patience: float) -> None:
        """Until it has ended, or the patience is over."""
        assert self._running
        with suppress(subprocess.TimeoutExpired):
            self._running.process.wait(patience)


class Stack:
    """Servers, simulator, web, and whoever the layout asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = Servers()
        self.faults = Arranging(folder / "faults")
        self.port = port_or_free(0)
        self.simulator = GraphSimulator(
            folder / "simulator", f"http://127.0.0.1:{self.port}/webhook", app_secret=APP_SECRET,
            verify_token=VERIFY_TOKEN, token=TOKEN, waba_id=WABA, phone_number_ids=(f"{NUMBER_ID}={NUMBER}",),
        )  # fmt: skip
        self.environment: dict[str, str] = {}
        self.members: dict[str, Member] = {}
        self._extra: dict[str, str] = {}

    def start_servers(self) -> None:
        """Servers and simulator; afterwards `os.environ` is that of the whole stack, for us too."""
        urls = self.servers.start()
        self.simulator.start()
        os.environ.update(urls | self._settings())
        self.environment = dict(os.environ) | {"COUNTERSIGN_FAULTS": "tests.faults.plan.reach"}

    def _settings(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DEBUG": "false",
            "HTTPS": "false",
            "SECRET_KEY": secrets.token_hex(32),
            "SECRETS_KEYS": "ZmFrZS1mZXJuZXQta2V5LW9ubHktZm9yLXRlc3RzISE=",
            "AUDIT_SIGNING_KEY": "11" * 32,
            "AUDIT_CHECKPOINT_DIR": str(self.folder / "checkpoints"),
            "ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_URL": self.web_url,
            "GRAPH_BASE_URL": self.simulator.base_url,
            "FAULT_FOLDER": str(self.faults.folder),
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "console",
        }

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lay_out(self, layout: str, **environment: str) -> None:
        """Have exactly these processes, and web, running."""
        wanted = ("web", *LAYOUTS[layout])
        changed = environment != self._extra
        for name in list(self.members):
            if name not in wanted or (changed and name != "web"):
                self.members.pop(name).end()
        self._extra = environment
        for name in wanted:
            if name not in self.members:
                log = self.folder / f"{name}.log"
                self.members[name] = Member(name, self._command(name), log, self.environment | environment)
            self.members[name].start()

    def _command(self, name: str) -> list[str]:
        kind = name.split("-")[0]
        if kind == "web":
            words = ("--worker-class=gthread", "--workers=1", "--threads=8", "--graceful-timeout=5",
                     f"--bind=127.0.0.1:{self.port}", *_heartbeats())  # fmt: skip
            return python("-m", "gunicorn", "config.wsgi", *words)
        if kind == "lanes":
            return python("manage.py", "run_lanes")
        if kind == "beat":
            return python(*CELERY, "beat", "--loglevel=WARNING")
        queue, children = ("lanes", 1) if kind == "slices" else ("celery", 2)
        words = (f"--queues={queue}", f"--concurrency={children}", f"--hostname={name}@faults", "--loglevel=WARNING",
                 "--without-gossip", "--without-mingle")  # fmt: skip
        return python(*CELERY, "worker", *words)

    def mend(self) -> None:
        """Start again whoever has ended, as systemd would."""
        for member in self.members.values():
            member.start()

    @staticmethod
    def kill_process(pid: int) -> None:
        """One process alone, as when memory runs out."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def owner_of(self, pid: int) -> Member:
        """The member whose tree a process belongs to: each has a group of its own."""
        group = os.getpgid(pid)
        return next(member for member in self.members.values() if member.is_alive and member.pid == group)

    def members_like(self, kind: str) -> list[Member]:
        """`lanes` and `lanes-2`."""
        return [member for name, member in self.members.items() if name.split("-")[0] == kind]

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        ready = answers(f"{self.web_url}/health")
        while not ready():
            assert time.monotonic() < until, f"web is not ready; see {self.folder / 'web.log'}"
            time.sleep(0.1)

    def stop(self) -> None:
        self.faults.let_all_go()
        for member in self.members.values():
            member.signal(signal.SIGCONT)
            member.signal(signal.SIGKILL)
        self.simulator.stop()
        self.servers.stop()


def _heartbeats() -> tuple[str, ...]:
    return ("--worker-tmp-dir=/dev/shm",) if Path("/dev/shm").is_dir() else ()
