"""Use the servers of a place: start them when they are not up, leave them, stop them."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from config.servers.place import PROJECT, Place
from config.servers.processes import ServerTrouble, last_lines, wait_until

NAMES = ("DATABASE_URL", "REDIS_URL")
STOP_PATIENCE = 25.0


def missing_names() -> set[str]:
    """The servers the environment does not name."""
    return {name for name in NAMES if not os.environ.get(name)}


@contextmanager
def servers_of(place: Place) -> Iterator[dict[str, str]]:
    """Give the URLs of running servers; afterwards stop them, unless somebody else still uses them.

    Raises ServerTrouble when they do not come up.
    """
    lease = place.lock("in-use", fcntl.LOCK_SH)
    try:
        yield started(place)
    finally:
        leave(place, lease)


def started(place: Place) -> dict[str, str]:
    """The URLs of the place's servers, which are started when they are not up. The caller holds `in-use`."""
    wanted = missing_names()
    turn = place.lock("turn", fcntl.LOCK_EX)
    try:
        if not place.is_locked("keeper"):
            start_keeper(place, wanted)
        state = place.read_state()
    finally:
        os.close(turn)
    if lacking := wanted - state.keys():
        raise ServerTrouble(
            f"This checkout's servers were started without {', '.join(sorted(lacking))}, because the environment named"
            " it then. Run `python -m config.servers down` and try again."
        )
    return {name: state[name] for name in wanted}


def start_keeper(place: Place, wanted: set[str]) -> None:
    """Start the keeper in its own session and wait for its word.

    Raises ServerTrouble with what it says instead.
    """
    mode = ["fresh" if place.fresh else "kept", "durable" if place.durable else "quick"]
    with place.log.open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "config.servers.keeper", str(place.folder), *mode, *sorted(wanted)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=PROJECT,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    with keeper.stdout as answer:
        word = answer.readline()
        if word == b"ready\n":
            return
        told = (word + answer.read()).decode(errors="replace")
    raise ServerTrouble(told or f"The servers' keeper died:\n{last_lines(place.log)}")


def leave(place: Place, lease: int) -> None:
    """Give up our use; the last one stops the servers and waits until they are gone."""
    if not place.folder.exists():  # a fresh place whose keeper has ended already
        return
    turn = place.lock("turn", fcntl.LOCK_EX)
    try:
        fcntl.flock(lease, fcntl.LOCK_UN)
        if not place.stay.exists() and not place.is_locked("in-use"):
            stop_keeper(place)
    finally:
        os.close(turn)
        os.close(lease)


def stop_keeper(place: Place) -> None:
    """Tell the keeper to stop and wait for it; nothing happens when there is none.

    Raises ServerTrouble when it does not go.
    """
    number = place.read_state().get("keeper")
    if number and place.is_locked("keeper"):
        try:
            os.kill(int(number), signal.SIGTERM)
        except ProcessLookupError:  # it has just gone by itself
            return

    def gone() -> bool:
        return not place.folder.exists() or not place.is_locked("keeper")

    if not wait_until(gone, patience=STOP_PATIENCE, pause=0.02):
        raise ServerTrouble(f"The servers' keeper (process {number}) does not stop; see {place.log}.")
