"""Where a set of servers lives, and the locks that say who uses it."""

import fcntl
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.servers.binaries import open_to_all, own_public_folder
from config.servers.processes import remove_tree, server_account

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / ".data"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with the data, logs and locks of one PostgreSQL and one Valkey.

    Three lock files: `in-use` is held shared by everybody who uses the servers, `keeper` exclusively by the process
    that owns them, `turn` exclusively by whoever is just starting, leaving or stopping. The kernel drops the locks of
    the dead.
    """

    folder: Path
    fresh: bool = False  # removed when the servers stop
    durable: bool = True  # what is committed survives a power cut, as in production

    @property
    def state(self) -> Path:
        """The keeper's process id and the servers' URLs (with the password) as JSON; readable to us alone."""
        return self.folder / "servers.json"

    @property
    def stay(self) -> Path:
        """A marker: keep the servers although nobody uses them (`up`)."""
        return self.folder / "stay"

    @property
    def log(self) -> Path:
        """What the keeper has to say."""
        return self.folder / "keeper.log"

    def lock(self, name: str, how: int) -> int:
        """Take a lock and return its descriptor; with LOCK_NB raises BlockingIOError when it is taken."""
        descriptor = os.open(self.folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            os.close(descriptor)
            raise
        return descriptor

    def is_locked(self, name: str) -> bool:
        """Whether anybody else holds the lock, shared or not; makes no file in a folder that is being removed."""
        try:
            descriptor = os.open(self.folder / f"{name}.lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def read_state(self) -> dict[str, str]:
        """The state file, or nothing when there is none."""
        try:
            found: dict[str, str] = json.loads(self.state.read_text())
        except FileNotFoundError:
            return {}
        return found

    def remove_leftovers(self) -> None:
        """Remove the socket folder of a keeper that was killed before it could."""
        if sockets := self.read_state().get("sockets"):
            remove_tree(Path(sockets))


def kept_place(data: Path) -> Place:
    """The servers of this checkout, with data that stays."""
    data.mkdir(parents=True, exist_ok=True)
    servers = data / "servers"
    if server_account() and not open_to_all(data):
        # As root the servers run as `nobody`, who cannot enter this checkout: the data goes where they can.
        name = f"countersign-{hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]}"
        home = own_public_folder(name, within=Path("/var/tmp"))
        if not servers.exists():
            servers.unlink(missing_ok=True)  # a link whose target was removed
            servers.symlink_to(home)
        return Place(home)
    servers.mkdir(mode=0o755, exist_ok=True)
    return Place(servers.resolve())


def fresh_place(*, durable: bool) -> Place:
    """A new place in the temporary directory, removed when its servers stop."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-fresh-"))
    folder.chmod(0o711)  # the servers' account passes through to its own folders
    return Place(folder, fresh=True, durable=durable)
