"""The processes of the demo: waited for, told apart when they fail, and gone with us however we end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.demo.processes import Processes, ProcessTrouble, port_or_free, python

PROJECT = Path(__file__).resolve().parents[2]
FOR_EVER = "import time; time.sleep(600)"


def comes_true(question: Callable[[], bool], patience: float = 10.0) -> bool:
    deadline = time.monotonic() + patience
    while not question() and time.monotonic() < deadline:
        time.sleep(0.05)
    return question()


def is_gone(pid: int) -> bool:
    """Ended; a zombie that nobody has waited for yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_leaving_stops_every_process(tmp_path: Path) -> None:
    with Processes(tmp_path, {}) as processes:
        for name in ("one", "two"):
            processes.start(name, python("-c", FOR_EVER), lambda: True)
        processes.wait_until_ready()
        pids = [one.process.pid for one in processes.running]
        processes.check()
    assert all(is_gone(pid) for pid in pids)


def test_what_a_process_starts_itself_goes_with_it(tmp_path: Path) -> None:
    start = f"subprocess.Popen([sys.executable, '-c', {FOR_EVER!r}])"
    child = f"import subprocess, sys; print({start}.pid, flush=True); {FOR_EVER}"
    with Processes(tmp_path, {}) as processes:
        processes.start("parent", python("-c", child), lambda: bool((tmp_path / "parent.log").read_text().strip()))
        processes.wait_until_ready()
        grandchild = int((tmp_path / "parent.log").read_text())
        assert not is_gone(grandchild)
    assert comes_true(lambda: is_gone(grandchild))


def test_one_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path, {}) as processes:
        processes.start("web", python("-c", "raise SystemExit('no port is free')"), lambda: False)
        with pytest.raises(ProcessTrouble, match=r"web ended by itself(?s:.*)no port is free"):
            processes.wait_until_ready()


def test_an_environment_is_added_and_the_log_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "told.log").write_text("yesterday\n")
    with Processes(tmp_path, {"STEEPED": "4 minutes"}) as processes:
        tell = f"import os; print(os.environ['STEEPED'], flush=True); {FOR_EVER}"
        processes.start("told", python("-c", tell), lambda: "minutes" in (tmp_path / "told.log").read_text())
        processes.wait_until_ready()
    assert (tmp_path / "told.log").read_text() == "4 minutes\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's word is Linux's")
def test_a_killed_demo_leaves_no_process(tmp_path: Path) -> None:
    demo = f"""
import pathlib, time
from config.demo.processes import Processes, python
with Processes(pathlib.Path({str(tmp_path)!r}), {{}}) as processes:
    processes.start("child", python("-c", {FOR_EVER!r}), lambda: True)
    print(processes.running[0].process.pid, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", demo], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        child = int(running.stdout.readline())
        assert not is_gone(child)
        os.kill(running.pid, signal.SIGKILL)
        assert comes_true(lambda: is_gone(child))


def test_a_taken_port_is_left_to_whoever_has_it() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert port_or_free(port) != port
    assert port_or_free(0) > 0
