"""The files of many processes: read together, kept when a process is gone, and no reason to fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from config.metrics.folder import Counted

COUNTS = """
from prometheus_client import Counter, Histogram
import os, sys
cups = Counter("cups", "Cups.", ["kind"])
seconds = Histogram("brewing", "Seconds.", ["kind"], buckets=(1.0, 10.0))
for _ in range(int(sys.argv[1])):
    cups.labels("oolong").inc()
    seconds.labels("oolong").observe(3.0)
if len(sys.argv) > 2:
    child = os.fork()
    if not child:
        cups.labels("oolong").inc(100)
        os._exit(0)
    os.waitpid(child, 0)
"""


def brew(folder: Path, cups: int, *more: str) -> None:
    """A process that counts so many cups, and one of its own that counts a hundred more, and both go."""
    environment = {"PATH": os.environ["PATH"], "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", COUNTS, str(cups), *more], env=environment, check=True)


def told(folder: Path) -> list[str]:
    registry = CollectorRegistry()
    registry.register(Counted(folder))
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def write(folder: Path, name: str, cups: float) -> None:
    file = MmapedDict(str(folder / name))
    file.write_value(mmap_key("cups", "cups_total", ["kind"], ["oolong"], "Cups."), cups, 0.0)
    file.close()


def test_what_several_processes_counted_is_one_number(tmp_path: Path) -> None:
    brew(tmp_path, 2, "and a fork")
    brew(tmp_path, 3)
    assert told(tmp_path) == [
        'cups_total{kind="oolong"} 105.0',
        'brewing_sum{kind="oolong"} 15.0',
        'brewing_bucket{kind="oolong",le="1.0"} 0.0',
        'brewing_bucket{kind="oolong",le="10.0"} 5.0',
        'brewing_bucket{kind="oolong",le="+Inf"} 5.0',
        'brewing_count{kind="oolong"} 5.0',
    ]


def test_the_files_of_processes_that_are_gone_become_one_and_count_once(tmp_path: Path) -> None:
    for process, cups in ((4_194_305, 2.0), (4_194_306, 3.0)):  # numbers that Linux gives to nobody
        write(tmp_path, f"counter_{process}.db", cups)
    for _ in range(3):
        assert told(tmp_path) == ['cups_total{kind="oolong"} 5.0']
    assert sorted(file.name for file in tmp_path.iterdir()) == ["counter_gone.db", "lock"]
    write(tmp_path, "counter_4194307.db", 4.0)
    assert told(tmp_path) == ['cups_total{kind="oolong"} 9.0']


def test_the_file_of_a_process_that_runs_stays_its_own(tmp_path: Path) -> None:
    write(tmp_path, f"counter_{os.getpid()}.db", 7.0)
    write(tmp_path, "counter_1.db", 1.0)
    assert told(tmp_path) == ['cups_total{kind="oolong"} 8.0']
    assert not (tmp_path / "counter_gone.db").exists()


@pytest.mark.parametrize("content", [b"", b"\x40\x00\x00\x00torn", b"\xff"])
def test_a_file_that_is_torn_takes_no_other_with_it(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "counter_4194305.db", 2.0)
    (tmp_path / "counter_4194306.db").write_bytes(content)
    (tmp_path / f"counter_{os.getpid()}.db").write_bytes(content)
    assert told(tmp_path) == ['cups_total{kind="oolong"} 2.0']


def test_an_empty_folder_is_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path) == []
