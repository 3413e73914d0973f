"""The keeper: a process that owns one PostgreSQL and one Valkey and ends them when nobody uses them.

Started by `use` as `python -m config.servers.keeper FOLDER fresh|kept durable|quick NAME...`; says `ready` on its
standard output.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType

from config.servers import postgres, valkey
from config.servers.place import Place
from config.servers.processes import ServerTrouble, make_folder, remove_tree, stop_server

# How long servers may outlive the last user that died without a word, in seconds.
LOOK_EVERY = 0.5


class Keeper:
    """The servers of one place, from start to end."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.stop_asked = threading.Event()
        self.running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        self.socket_folder: Path | None = None

    def start(self, wanted: set[str]) -> dict[str, str]:
        """Start what is wanted and return the URLs by the names of their environment variables."""
        urls: dict[str, str] = {}
        folder, durable = self.place.folder, self.place.durable
        if "DATABASE_URL" in wanted:
            # A socket's path may have 107 bytes: a checkout's own folder may be too deep.
            self.socket_folder = sockets = make_folder(Path(tempfile.mkdtemp(prefix="countersign-pg-")))
            server = postgres.start_postgres(folder / "postgres", sockets, folder / "postgres.log", durable=durable)
            self.running.append((server, postgres.STOP if durable else postgres.STOP_AT_ONCE))
            urls["DATABASE_URL"] = postgres.database_url(sockets)
        if "REDIS_URL" in wanted:
            server, urls["REDIS_URL"] = valkey.start_valkey(folder / "valkey", folder / "valkey.log", durable=durable)
            self.running.append((server, valkey.STOP))
        return urls

    def publish(self, urls: dict[str, str]) -> None:
        """Write the state file for those who come later."""
        descriptor = os.open(self.place.state, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"keeper": str(os.getpid()), "sockets": str(self.socket_folder or ""), **urls}, file)

    def watch(self) -> None:
        """Return when told to stop, when a server has died, or when nobody uses the servers any more."""
        while not self.stop_asked.wait(LOOK_EVERY):
            if any(server.poll() is not None for server, _ in self.running):
                print("a server ended by itself; stopping the other", file=sys.stderr, flush=True)
                return
            if not self.place.stay.exists() and self.nobody_uses_them():
                return

    def nobody_uses_them(self) -> bool:
        """Whether the lock is free; then it is kept to our end, so that a newcomer waits for it.

        Under the `turn` lock, so that somebody who is just leaving does not take us for another user.
        """
        try:
            turn = self.place.lock("turn", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            self.place.lock("in-use", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(turn)
        return True

    def stop(self) -> None:
        """End the servers and remove what is not kept."""
        self.place.state.unlink(missing_ok=True)
        for server, how in reversed(self.running):
            stop_server(server, how)
        if self.socket_folder:
            remove_tree(self.socket_folder)
        if self.place.fresh:
            remove_tree(self.place.folder)


def keep(place: Place, wanted: set[str]) -> None:
    """Run a keeper from start to end."""
    place.lock("keeper", fcntl.LOCK_EX)
    place.remove_leftovers()
    keeper = Keeper(place)

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        keeper.stop_asked.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        keeper.publish(keeper.start(wanted))
        os.write(1, b"ready\n")
        # Whoever started us may read to the end of our output (`$(... up)`): let go of it.
        os.dup2(2, 1)
        keeper.watch()
    except ServerTrouble as trouble:
        os.write(1, str(trouble).encode())
    finally:
        keeper.stop()


if __name__ == "__main__":
    keep(Place(Path(sys.argv[1]), sys.argv[2] == "fresh", sys.argv[3] == "durable"), set(sys.argv[4:]))
