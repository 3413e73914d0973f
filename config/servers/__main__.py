"""The command line: `python -m config.servers`, described in the package's own words."""

import argparse
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import config.servers as package
from config.servers.place import DATA, Place, fresh_place, kept_place
from config.servers.processes import ServerTrouble, die_with_parent, remove_tree
from config.servers.use import missing_names, servers_of, started, stop_keeper


def run(command: list[str], place: Place) -> int:
    """Run a command with the servers' URLs in its environment; return its exit status as a shell would."""
    with servers_of(place) as urls:
        return run_command(command, urls)


def run_command(command: list[str], urls: dict[str, str]) -> int:
    """Run to the end. Ctrl-C reaches the command from the terminal, so we only wait; other signals we pass on."""
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, frame: FrameType | None) -> None:
        if child is not None and number != signal.SIGINT:
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    try:
        prepare = die_with_parent(signal.SIGTERM)
        child = subprocess.Popen(spelled_out(command), env=command_environment(urls), preexec_fn=prepare)
    except (FileNotFoundError, PermissionError) as error:
        raise ServerTrouble(f"Cannot run {command[0]}: {error.strerror}.") from error
    status = child.wait()
    return status if status >= 0 else 128 - status


def spelled_out(command: list[str]) -> list[str]:
    """A Python file runs under our own interpreter."""
    return [sys.executable, *command] if command[0].endswith(".py") else command


def command_environment(urls: dict[str, str]) -> dict[str, str]:
    """Ours, the URLs, and the virtual environment's commands first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **urls, "PATH": path}


def up(place: Place) -> int:
    """Start the servers and leave them running."""
    lease = place.lock("in-use", fcntl.LOCK_SH)
    place.stay.touch()
    try:
        print_environment(started(place))
    except ServerTrouble:
        place.stay.unlink()
        raise
    finally:
        os.close(lease)
    return 0


def down(place: Place) -> int:
    """Stop the servers, whoever uses them."""
    place.stay.unlink(missing_ok=True)
    stop_keeper(place)
    return 0


def show_environment(place: Place) -> int:
    """Print the URLs of running servers for `eval`."""
    if not place.is_locked("keeper"):
        raise ServerTrouble("The servers are not running. Start them with `python -m config.servers up`.")
    print_environment({name: url for name, url in place.read_state().items() if name.isupper()})
    return 0


def clean(place: Place, data: Path) -> int:
    """Stop the servers and remove everything they kept."""
    down(place)
    place.remove_leftovers()
    remove_tree(place.folder)
    link = data / "servers"
    if link.is_symlink():  # as root the data may lie outside the checkout
        link.unlink()
    return 0


def print_environment(urls: dict[str, str]) -> None:
    """Shell lines that set the URLs."""
    for name, url in sorted(urls.items()):
        print(f"export {name}={shlex.quote(url)}")


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m config.servers",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--data", type=Path, default=DATA, help="folder of the kept data (default: .data in the project)")
    words = top.add_subparsers(dest="word", required=True)
    running = words.add_parser("run", help="run a command with servers around it")
    running.add_argument("--fresh", action="store_true", help="on new, empty servers that are removed afterwards")
    running.add_argument("--durable", action="store_true", help="fresh servers that wait for the disk, for benchmarks")
    running.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD", help="the command")
    words.add_parser("up", help="start the servers and leave them running")
    words.add_parser("down", help="stop them")
    words.add_parser("env", help="print the URLs of running servers for eval")
    words.add_parser("clean", help="stop them and remove their data")
    return top


def main() -> int:
    """Do what the command line says; troubles go to standard error with exit status 1."""
    chosen = parser().parse_args()
    try:
        if chosen.word == "run":
            command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
            if not command:
                raise ServerTrouble("Say what to run: python -m config.servers run [--fresh] -- CMD")
            if not missing_names():
                return run_command(command, {})
            return run(command, fresh_place(durable=chosen.durable) if chosen.fresh else kept_place(chosen.data))
        place = kept_place(chosen.data)
        if chosen.word == "clean":
            return clean(place, chosen.data)
        return {"up": up, "down": down, "env": show_environment}[chosen.word](place)
    except ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
