"""A process that has imported everything once and forks each member of the stack from itself.

Nearly all that a restart costs is reading the same modules again, and a fault harness restarts all day. A member that
comes from here is a process, a session and a group of its own, as if it had been started by its command line.

The harness writes one line a member (JSON: name, words, log, environment) and reads its process id.
"""

import ctypes
import json
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from config.servers.processes import PR_SET_PDEATHSIG

# What the members import while they start; Django's own and the product's come with `django.setup()`.
_NEEDED = (
    "config.celery", "config.urls", "django.core.wsgi", "messaging.inbox.shim", "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread", "celery.bin.celery", "celery.concurrency.prefork", "celery.worker.worker",
    "celery.worker.consumer", "celery.beat", "kombu.transport.redis", "messaging.management.commands.run_lanes",
    "mcp_server.http",
)  # fmt: skip


def main() -> None:
    """Serve until the harness closes our standard input. In a child this returns once, to become the member."""
    _import_everything()
    signal.signal(signal.SIGCHLD, _bury)
    nursery = os.getpid()
    _say("ready")
    while line := sys.stdin.readline():
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            _become(asked, nursery)
            return
        _say(str(pid))
    with suppress(ChildProcessError):
        while True:
            os.wait()  # so that what they computed is counted as ours, and as the harness's


def _bury(*_: object) -> None:
    """A member has ended; the harness has seen it by itself."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _import_everything() -> None:
    import django

    django.setup()
    for module in _NEEDED:
        import_module(module)
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    assert threading.active_count() == 1, f"a thread does not survive a fork: {threading.enumerate()}"


def _become(asked: dict[str, Any], nursery: int) -> None:
    """Take the member's place: its session, its log, its environment, its command line."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != nursery:  # it died in between: the signal would never come
        os._exit(1)
    log, nothing = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.update(asked["environment"])
    first, *rest = asked["words"]
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = asked["words"]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    main()
