"""Several stacks side by side, each with servers of its own and every nth cell: most of a cell is waiting."""

import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import chain
from threading import Thread

from config.demo.processes import python
from config.servers.place import PROJECT
from config.servers.processes import die_with_parent

# Below so many cells a second stack costs more than it saves.
FEWEST = 8


def play_parts(arguments: list[str], parts: int) -> int:
    """Run ourselves so many times, pass on what is said, and count it; the exit status of the worst."""
    began = time.monotonic()
    counted: Counter[str] = Counter()
    running = [_start([*arguments, f"--part={part}"]) for part in range(1, parts + 1)]
    wrong: list[list[str]] = [[] for _one in running]
    try:
        listeners = [
            Thread(target=_pass_on, args=(one, number, counted, wrong[number - 1]))
            for number, one in enumerate(running, 1)
        ]
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join()
        worst = max(abs(one.wait()) for one in running)
    finally:
        for one in running:
            one.terminate()
            one.wait()
    took = time.monotonic() - began
    for line in (
        *chain(*wrong),
        f"{counted['ok']} passed, {counted['WRONG']} failed in {took:.0f} s by {parts} stacks",
    ):
        _say(line)
    return worst


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        python("-m", "tests.faults", *arguments), cwd=PROJECT, stdout=subprocess.PIPE, text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip


def _pass_on(one: "subprocess.Popen[str]", number: int, counted: Counter[str], wrong: list[str]) -> None:
    """Line by line, so that the lines of several do not mix; what is not about a cell says whose it is.

    What went wrong is kept too: it is told once more at the end, where whoever reads a long log looks first.
    """
    assert one.stdout
    is_wrong = False
    for line in one.stdout:
        word = line.partition(" ")[0]
        counted[word] += 1
        is_wrong = word == "WRONG" or (is_wrong and not word)
        if is_wrong:
            wrong.append(line.rstrip())
        _say(line.rstrip() if word in ("ok", "WRONG", "") else f"stack {number}: {line.rstrip()}")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
