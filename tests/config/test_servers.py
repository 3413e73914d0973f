"""`python -m config.servers`: real servers that come with one command and go with it, however it dies."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.thoroughness import THOROUGH

PROJECT = Path(__file__).resolve().parents[2]
ROLE_QUESTION = "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"


DEEP = pytest.mark.skipif(not THOROUGH, reason="starts and ends servers once more")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    servers(tmp_path / "data", "clean")


def environment(**more: str) -> dict[str, str]:
    """Ours without the servers this very test run may stand on."""
    outer = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return outer | more


def servers(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.servers", "--data", str(data), *words]
    return subprocess.run(command, cwd=PROJECT, env=environment(**more), capture_output=True, text=True, timeout=60)


def start(data: Path, *words: str) -> subprocess.Popen[str]:
    """A running command in a session of its own, with pipes to talk to it."""
    command = [sys.executable, "-m", "config.servers", "--data", str(data), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, cwd=PROJECT, env=environment(), text=True, start_new_session=True, **pipes)


def ask(python: str) -> list[str]:
    """A command that runs a line of Python with psycopg, os and redis at hand."""
    return ["--", sys.executable, "-c", f"import os, time, psycopg, redis; url = os.environ['DATABASE_URL']; {python}"]


def running_with(word: str) -> list[int]:
    """Processes with `word` in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and word.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def comes_true(question: Callable[[], bool], patience: float = 10.0) -> bool:
    deadline = time.monotonic() + patience
    while not question() and time.monotonic() < deadline:
        time.sleep(0.05)
    return question()


def sockets_of(said: str) -> str:
    """The socket folder in a printed URL: every process of its PostgreSQL has it in the command line."""
    return said.partition("host=")[2].split("'")[0].split()[0]


def valkey_listens(said: str) -> bool:
    """Whether the Redis port in a printed URL still answers (Valkey rewrites its command line)."""
    port = int(said.rpartition("127.0.0.1:")[2].partition("/")[0])
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_a_fresh_run_gives_both_servers_and_leaves_nothing(data: Path) -> None:
    line = ask("print(redis.from_url(os.environ['REDIS_URL']).ping(), psycopg.connect(url).info.dsn, url)")
    done = servers(data, "run", "--fresh", *line)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True user=countersign dbname=countersign")
    folder = sockets_of(done.stdout.partition("postgresql:")[2])
    assert not Path(folder).exists()
    assert running_with(folder) == []


def test_the_applications_role_is_bound_by_the_databases_rules(data: Path) -> None:
    done = servers(data, "run", "--fresh", *ask(f'print(psycopg.connect(url).execute("{ROLE_QUESTION}").fetchone())'))
    assert done.stdout == "(False, False, True)\n"


def test_killing_the_run_leaves_no_process(data: Path) -> None:
    with start(data, "run", "--fresh", *ask("print(url, os.environ['REDIS_URL'], flush=True); time.sleep(60)")) as run:
        assert run.stdout is not None
        said = run.stdout.readline()
        folder = sockets_of(said)
        assert running_with(folder)
        run.kill()
    assert comes_true(lambda: running_with(folder) == [] and not Path(folder).exists())
    assert comes_true(lambda: not valkey_listens(said))


@DEEP
def test_killing_the_keeper_leaves_no_process(data: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("The parent-death signal is Linux's.")
    said = servers(data, "up").stdout
    folder = sockets_of(said)
    place = (data / "servers").resolve()
    assert running_with(folder)
    assert valkey_listens(said)
    os.kill(int(json.loads((place / "servers.json").read_text())["keeper"]), signal.SIGKILL)
    assert comes_true(lambda: running_with(folder) == running_with(str(place)) == [])
    assert comes_true(lambda: not valkey_listens(said))
    servers(data, "run", "--", "true")
    assert not Path(folder).exists()


def says_farewell(number: int) -> list[str]:
    """A command that asks the database once more when the signal comes, and ends with status 5."""
    return ask(
        "import signal, sys; "
        "answer = lambda: (time.sleep(0.5), print(psycopg.connect(url).execute('SELECT 7').fetchone())); "
        f"signal.signal({number}, lambda *_: (answer(), sys.exit(5))); "
        "print(url, flush=True); time.sleep(60)"
    )


def test_termination_reaches_the_command_before_the_servers_go(data: Path) -> None:
    with start(data, "run", "--fresh", *says_farewell(signal.SIGTERM)) as run:
        assert run.stdout is not None
        folder = sockets_of(run.stdout.readline())
        run.terminate()
        assert run.stdout.read() == "(7,)\n"
    assert run.returncode == 5
    assert running_with(folder) == []


@DEEP
def test_control_c_lets_the_command_end_before_the_servers(data: Path) -> None:
    with start(data, "run", "--fresh", *says_farewell(signal.SIGINT)) as run:
        assert run.stdout is not None
        folder = sockets_of(run.stdout.readline())
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: the whole group at once
        assert run.stdout.read() == "(7,)\n"
    assert run.returncode == 5
    assert running_with(folder) == []


def test_kept_data_is_there_again_after_everything_was_killed(data: Path) -> None:
    write = "c = psycopg.connect(url); c.execute('CREATE TABLE kept AS SELECT 41 + 1 AS n'); c.commit()"
    push = "redis.from_url(os.environ['REDIS_URL']).rpush('queue', 'work'); time.sleep(1.2)"
    first = servers(data, "run", *ask(f"{write}; {push}; os.kill(os.getppid(), 9)"))
    assert first.returncode == -signal.SIGKILL
    read = "print(psycopg.connect(url).execute('SELECT n FROM kept').fetchone())"
    for _moment in range(10):  # on a busy machine the servers of the killed run may still be ending
        second = servers(data, "run", *ask(f"{read}; print(redis.from_url(os.environ['REDIS_URL']).llen('queue'))"))
        if "try again" not in second.stderr:
            break
        time.sleep(1)
    assert second.stdout == "(42,)\n1\n", second.stderr


@DEEP
def test_two_runs_share_the_kept_servers_and_the_first_to_end_leaves_them_to_the_other(data: Path) -> None:
    wait = ask("print(url, flush=True); input(); print(psycopg.connect(url).execute('SELECT 1').fetchone())")
    with start(data, "run", *wait) as first:
        assert first.stdout is not None
        url = first.stdout.readline()
        second = servers(data, "run", *ask("print(url)"))
        assert second.stdout == url
        rest, _ = first.communicate("\n")
    assert rest == "(1,)\n"


@DEEP
def test_up_stays_env_tells_and_down_ends(data: Path) -> None:
    said = servers(data, "up").stdout
    assert servers(data, "env").stdout == said
    assert [line.partition("=")[0] for line in said.splitlines()] == ["export DATABASE_URL", "export REDIS_URL"]
    assert servers(data, "run", "--", "true").returncode == 0
    folder = sockets_of(said)
    with psycopg.connect(host=folder, user="countersign", dbname="countersign") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert servers(data, "down").returncode == 0
    assert running_with(folder) == []
    told = servers(data, "env")
    assert (told.returncode, told.stderr) == (
        1,
        "The servers are not running. Start them with `python -m config.servers up`.\n",
    )


def test_named_servers_win_and_nothing_is_started(data: Path) -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/db", "REDIS_URL": "redis://elsewhere/0"}
    done = servers(data, "run", *ask("print(url, os.environ['REDIS_URL'])"), **named)
    assert done.stdout == "postgresql://elsewhere/db redis://elsewhere/0\n"
    assert not data.exists()


def test_a_named_database_alone_still_gets_a_queue(data: Path) -> None:
    line = ask("print(url, redis.from_url(os.environ['REDIS_URL']).ping())")
    done = servers(data, "run", "--fresh", *line, DATABASE_URL="postgresql://elsewhere/db")
    assert done.stdout == "postgresql://elsewhere/db True\n"


def test_the_commands_exit_status_is_ours(data: Path) -> None:
    assert servers(data, "run", "--fresh", "--", "sh", "-c", "exit 3").returncode == 3
    assert servers(data, "run", "--fresh", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_a_command_that_is_not_there_is_named(data: Path) -> None:
    done = servers(data, "run", "--fresh", "--", "no-such-command")
    assert (done.returncode, done.stderr) == (1, "Cannot run no-such-command: No such file or directory.\n")


def test_a_postgresql_that_does_not_start_says_why(data: Path, tmp_path: Path) -> None:
    done = servers(data, "run", "--fresh", "--", "true", POSTGRES_BIN=str(tmp_path))
    assert done.returncode == 1
    assert "No PostgreSQL found" in done.stderr
