"""The files of the processes of one machine: read together, and those of processes that are gone made into one.

Every process counts in files of its own, named for it, so none waits for another. Workers come and go by the thousand;
what they counted stays, because a counter that falls would look like a restart.
"""

import fcntl
import os
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

log = structlog.get_logger(__name__)

_OF_PROCESS = re.compile(r"(counter|histogram)_(\d+)\.db")


class Counted:
    """A collector of what all processes that share a folder have counted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        with _alone(self._folder):
            _fold(self._folder)
            files = [str(file) for file in sorted(self._folder.glob("*.db")) if _is_sound(file)]
            metrics: Iterable[Metric] = MultiProcessCollector.merge(files)
        return metrics


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One reader at a time: files go away while they are folded."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fold(folder: Path) -> None:
    """Add the files of processes that are gone to `counter_gone.db` and `histogram_gone.db`."""
    gone: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*.db")):
        named = _OF_PROCESS.fullmatch(file.name)
        if named and not _is_running(int(named[2])):
            gone.setdefault(named[1], []).append(file)
    for kind, files in gone.items():
        _add(files, folder / f"{kind}_gone.db")


def _add(files: list[Path], together: Path) -> None:
    """The sum takes the old one's place in one step: what breaks off here loses nothing and counts a little twice."""
    sums: dict[str, float] = {}
    for file in filter(_is_sound, [together, *files]):
        for key, value, _at, _place in MmapedDict.read_all_values_from_file(str(file)):
            sums[key] = sums.get(key, 0.0) + value
    being_written = together.with_suffix(".new")
    being_written.unlink(missing_ok=True)
    written = MmapedDict(str(being_written))
    for key, value in sums.items():
        written.write_value(key, value, 0.0)
    written.close()
    being_written.replace(together)
    for file in files:
        file.unlink(missing_ok=True)


def _is_sound(file: Path) -> bool:
    """Whether it can be read: one that is being made is empty, and one whose process was killed may end too soon."""
    try:
        for _ in MmapedDict.read_all_values_from_file(str(file)):
            pass
    except FileNotFoundError:
        return False
    except (RuntimeError, struct.error, ValueError) as error:
        if file.stat().st_size:
            log.warning("metrics_file_unreadable", file=file.name, error=type(error).__name__)
        return False
    return True


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
