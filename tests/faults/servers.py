"""PostgreSQL and Valkey that the harness owns, so that it can crash them and start them again on the same data."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from config.servers.binaries import valkey_binary
from config.servers.postgres import STOP_AT_ONCE, database_url, start_postgres
from config.servers.processes import make_folder, start_server, stop_server, wait_until
from config.servers.valkey import STOP, says_pong, start_valkey


class Servers:
    """One of each, in a folder of their own. What is committed is on the disk, as in production."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-faults-"))
        self.folder.chmod(0o711)
        self._sockets = make_folder(Path(tempfile.mkdtemp(prefix="countersign-pg-")))
        self._postgres: subprocess.Popen[bytes] | None = None
        self._valkey: subprocess.Popen[bytes] | None = None
        self.redis_url = ""

    def start(self) -> dict[str, str]:
        """Start both; the URLs by the names of their environment variables."""
        self.start_database()
        self._valkey, self.redis_url = start_valkey(self.folder / "valkey", self.folder / "valkey.log", durable=True)
        return {"DATABASE_URL": database_url(self._sockets), "REDIS_URL": self.redis_url}

    def start_database(self) -> None:
        """Also after a crash: PostgreSQL then recovers from its log."""
        log = self.folder / "postgres.log"
        self._postgres = start_postgres(self.folder / "postgres", self._sockets, log, durable=True)

    def crash_database(self) -> None:
        """As if the machine had lost its power: no checkpoint, every session cut."""
        assert self._postgres
        stop_server(self._postgres, STOP_AT_ONCE)

    def kill_broker(self, *, forget: bool = False) -> None:
        """The broker dies; with `forget` its disk dies too."""
        assert self._valkey
        stop_server(self._valkey, signal.SIGKILL)
        if forget:
            for kept in (self.folder / "valkey").iterdir():
                if kept.is_dir():
                    shutil.rmtree(kept)

    def start_broker(self) -> None:
        """On the same port with the same password, on whatever is left of its data."""
        place = urlsplit(self.redis_url)
        configuration = self.folder / "valkey" / "valkey.conf"
        self._valkey = start_server([valkey_binary(), configuration], log=self.folder / "valkey.log", stop=STOP)
        up = wait_until(lambda: says_pong(place.port or 0, place.password or ""), patience=10.0)
        assert up, "the broker does not come back"

    def deadlocks(self) -> int:
        """How many PostgreSQL has had to break up."""
        return (self.folder / "postgres.log").read_text(errors="replace").count("deadlock detected")

    def stop(self) -> None:
        for server, how in ((self._valkey, STOP), (self._postgres, STOP_AT_ONCE)):
            if server:
                stop_server(server, how)
        if not os.environ.get("FAULTS_KEEP"):
            for folder in (self.folder, self._sockets):
                shutil.rmtree(folder, ignore_errors=True)
