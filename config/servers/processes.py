"""Start a server so that it cannot outlive us, and under an account it agrees to run as."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


class ServerTrouble(Exception):
    """A server could not be found, started or stopped; the text says what to do."""


def server_account() -> tuple[int, int] | None:
    """(uid, gid) the servers run as, or None for our own: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def make_folder(path: Path) -> Path:
    """A folder that only the servers' account can look into."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account := server_account():
        os.chown(path, *account)
    return path


def die_with_parent(stop: signal.Signals) -> Callable[[], None]:
    """What a child runs before exec so that the kernel sends it `stop` when we die; Linux only, elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop, 0, 0, 0)
        if os.getppid() != parent:  # we died between fork and prctl: the signal would never come
            os._exit(1)

    return ask_kernel


def start_server(command: Sequence[str | Path], *, log: Path, stop: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a server in its own session (Ctrl-C is not for it), told to `stop` when we die, writing to `log`."""
    user, group = server_account() or (None, None)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=server_environment(),
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=die_with_parent(stop),
        )


def run_tool(command: Sequence[str | Path]) -> None:
    """Run a server's own tool (initdb) to its end, under the servers' account.

    Raises ServerTrouble with the tool's words when it fails.
    """
    user, group = server_account() or (None, None)
    done = subprocess.run(
        command,
        cwd="/",
        env=server_environment(),
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise ServerTrouble(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def server_environment() -> dict[str, str]:
    """A plain C locale: a LANG the machine has not got makes initdb fail."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def stop_server(server: subprocess.Popen[bytes], stop: signal.Signals, *, patience: float = 10.0) -> None:
    """Send `stop` and wait `patience` seconds; then SIGKILL."""
    if server.poll() is None:
        server.send_signal(stop)
    try:
        server.wait(patience)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def wait_until(ready: Callable[[], bool], *, patience: float, pause: float = 0.01) -> bool:
    """Ask `ready` until it is true or `patience` seconds have passed."""
    deadline = time.monotonic() + patience
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a server's log, for an error message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""


def remove_tree(path: Path) -> None:
    """Remove a data folder; what is already gone is fine."""
    shutil.rmtree(path, ignore_errors=True)
