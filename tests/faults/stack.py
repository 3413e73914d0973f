"""The processes of an installation under the harness: started, killed, frozen, and started again like a supervisor."""

import os
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path

from config.demo.processes import answers, port_or_free
from simulators.process import GraphSimulator, SmsSimulator
from simulators.smsc.hosting import SmscSimulator
from tests.faults.arranging import Arranging
from tests.faults.members import Member, Nursery
from tests.faults.servers import Servers

READY_WITHIN, STOP_WITHIN = 90.0, 20.0  # seconds; the machine may be busy with other things
TOKEN, APP_SECRET, VERIFY_TOKEN = "EAA" + "f" * 40, "secret-of-harbour-tea", "verify-harbour-tea"
AUTH_TOKEN, INFOBIP_KEY, PROCESS_SECRET = "token-of-harbour-texts", "key-of-harbour-texts", "secret-of-harbours-line"
TEXT_SENDER = "#HARBOURTEA"
WABA, NUMBER_ID, NUMBER = "100200300400", "555001", "+85258010001"
CELERY = ("-m", "celery", "-A", "config.celery")

# Who runs in a cell, beside web and simulator: workers hear approvals and webhooks; lanes are processes of `run_lanes`,
# or slices that a Celery worker of their own takes. Where there are two of a kind, one takes over what the other drops.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "plain": ("worker", "worker-2", "beat", "lanes", "lanes-2"),
    "agents": ("worker", "worker-2", "beat", "lanes", "lanes-2", "mcp"),
    "celery": ("worker", "beat", "slices", "slices-2"),
    "alone": ("worker", "beat", "lanes"),
    "bound": ("worker", "beat", "lanes", "lanes-2", "smpp"),
    "crowd": ("worker", "worker-2", "worker-3", "worker-4", "beat", "beat-2", "lanes", "lanes-2", "slices"),
}


class Stack:
    """Servers, simulators of Graph, of SMS gateways and of a message centre, web, and whoever the layout asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = Servers()
        self.faults = Arranging(folder / "faults")
        self.port, self.mcp_port, self.smpp_port = port_or_free(0), port_or_free(0), port_or_free(0)
        self.simulator = GraphSimulator(
            folder / "simulator", f"http://127.0.0.1:{self.port}/webhook", app_secret=APP_SECRET,
            verify_token=VERIFY_TOKEN, token=TOKEN, waba_id=WABA, phone_number_ids=(f"{NUMBER_ID}={NUMBER}",),
        )  # fmt: skip
        accounts = {"twilio": {"auth_token": AUTH_TOKEN}, "infobip": {"api_key": INFOBIP_KEY}}
        self.gateways = SmsSimulator(
            folder / "gateways",
            accounts={name: {**account, "senders": [TEXT_SENDER]} for name, account in accounts.items()},
        )
        self.centre = SmscSimulator(folder / "centre")
        self.members: dict[str, Member] = {}
        self._nursery: Nursery | None = None

    def start_servers(self) -> None:
        """Servers, simulators and nursery; afterwards `os.environ` is that of the whole stack, for us too."""
        urls = self.servers.start()
        for simulator in (self.simulator, self.gateways, self.centre):
            simulator.start()
        os.environ.update(urls | self._settings())
        points = {"COUNTERSIGN_FAULTS": "tests.faults.plan.reach"}
        self._nursery = Nursery(self.folder / "nursery.log", dict(os.environ) | points)

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

    def lay_out(self, layout: str) -> None:
        """Have exactly these processes, and web, running."""
        assert self._nursery
        wanted = ("web", *LAYOUTS[layout])
        leaving = [self.members.pop(name) for name in list(self.members) if name not in wanted]
        for member in leaving:
            member.ask_to_end()
        for member in leaving:
            member.wait(STOP_WITHIN)
            member.kill()
        for name in wanted:
            if name not in self.members:
                log = self.folder / f"{name}.log"
                self.members[name] = Member(name, self._command(name), log, self._nursery)
            self.members[name].start()

    def _command(self, name: str) -> list[str]:
        kind = name.split("-")[0]
        if kind == "web":
            return ["-m", "gunicorn", "config.wsgi", "--worker-class=gthread", "--workers=1", "--threads=8",
                    "--graceful-timeout=5", f"--bind=127.0.0.1:{self.port}", *_heartbeats()]  # fmt: skip
        if kind == "lanes":
            return ["manage.py", "run_lanes"]
        if kind == "mcp":
            return ["manage.py", "mcp", "--http", f"--port={self.mcp_port}"]
        if kind == "smpp":
            return ["manage.py", "run_smpp", f"--port={self.smpp_port}"]
        if kind == "beat":
            return [*CELERY, "beat", "--loglevel=WARNING"]
        queue, children = ("lanes", 1) if kind == "slices" else ("celery", 2)
        return [*CELERY, "worker", f"--queues={queue}", f"--concurrency={children}", f"--hostname={name}@faults",
                "--loglevel=WARNING", "--without-gossip", "--without-mingle"]  # fmt: skip

    def log_sizes(self) -> dict[str, int]:
        """How far each process's log goes."""
        return {log.name: log.stat().st_size for log in self.folder.glob("*.log")}

    def logs_since(self, sizes: dict[str, int]) -> dict[str, str]:
        """What each has written after that."""
        return {
            log.name: log.read_bytes()[sizes.get(log.name, 0) :].decode(errors="replace")
            for log in sorted(self.folder.glob("*.log"))
        }

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

    @property
    def smpp_url(self) -> str:
        return f"http://127.0.0.1:{self.smpp_port}"

    @property
    def mcp_url(self) -> str:
        return f"http://127.0.0.1:{self.mcp_port}"

    def wait_until_ready(self) -> None:
        """Until those who answer over HTTP do."""
        until = time.monotonic() + READY_WITHIN
        for name, url in (("web", self.web_url), ("mcp", self.mcp_url)):
            ready = answers(f"{url}/health")
            while name in self.members and not ready():
                assert time.monotonic() < until, f"{name} is not ready; see {self.folder / name}.log"
                time.sleep(0.05)

    def stop_members(self) -> None:
        """Nobody works any more; servers and simulator still answer."""
        self.faults.let_all_go()
        for member in self.members.values():
            member.kill()
        if self._nursery:
            self._nursery.end()
            self._nursery = None

    def stop(self) -> None:
        self.stop_members()
        for simulator in (self.simulator, self.gateways, self.centre):
            simulator.stop()
        self.servers.stop()


def _heartbeats() -> tuple[str, ...]:
    return ("--worker-tmp-dir=/dev/shm",) if Path("/dev/shm").is_dir() else ()
