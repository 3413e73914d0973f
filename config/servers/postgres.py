"""One PostgreSQL on a unix socket, with an ordinary role that owns the application's database."""

import re
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from config.servers.binaries import postgres_bin
from config.servers.processes import ServerTrouble, last_lines, make_folder, run_tool, start_server, wait_until

ROLE = DATABASE = "countersign"
SUPERUSER = "postgres"
# What the application works as (accounts/tenancy.py): `migrate` would make them, but ours may make no roles.
WORKING_ROLES = ("countersign_system", "countersign_tenant")
# A dead postmaster's pid blocks the next start until init has reaped it: about two seconds.
START_PATIENCE = 12.0
STOP = signal.SIGINT  # ends the sessions, writes a checkpoint
STOP_AT_ONCE = signal.SIGQUIT  # for data that is thrown away


def start_postgres(data: Path, socket_folder: Path, log: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    """Start on the cluster in `data` (made when missing) and return the running server.

    Raises ServerTrouble with the end of the log when it does not come up.
    """
    programs = postgres_bin()
    if not (data / "PG_VERSION").exists():
        make_cluster(programs, data)
    command: list[str | Path] = [programs / "postgres", "-D", data, *settings(socket_folder, durable=durable)]

    server = start_server(command, log=log, stop=(how := STOP if durable else STOP_AT_ONCE))

    def answers() -> bool:
        nonlocal server
        if server.poll() is not None:
            server = start_server(command, log=log, stop=how)
            return False
        return can_connect(socket_folder)

    if not wait_until(answers, patience=START_PATIENCE, pause=0.05):
        server.kill()
        raise ServerTrouble(f"PostgreSQL did not start; the end of {log}:\n{last_lines(log)}")
    make_role_and_database(socket_folder)
    return server


def make_cluster(programs: Path, data: Path) -> None:
    """Run initdb: UTF-8, and where the server knows it (17+) its own C.UTF-8, the same on every machine."""
    make_folder(data)
    same_everywhere = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    locale = same_everywhere if major_version(programs) >= 17 else ["--locale=C.UTF-8"]
    run_tool(
        [programs / "initdb", "-D", data, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync", *locale]
    )


def major_version(programs: Path) -> int:
    """18 for `postgres (PostgreSQL) 18.6`."""
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", answer)
    if found is None:
        raise ServerTrouble(f"{programs / 'postgres'} --version answered {answer!r}.")
    return int(found[1])


def settings(socket_folder: Path, *, durable: bool) -> list[str]:
    """Command-line settings: nothing on TCP; trust is right because only our account enters the socket's folder."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
    }
    if not durable:
        chosen |= {"fsync": "off", "full_page_writes": "off"}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def can_connect(socket_folder: Path) -> bool:
    """Whether the server lets us in."""
    try:
        psycopg.connect(host=str(socket_folder), user=SUPERUSER, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def make_role_and_database(socket_folder: Path) -> None:
    """Make what is missing: roles that are no superusers (so that the database's rules bind them) and the database.

    CREATEDB lets the test suite make databases of its own.
    """
    with psycopg.connect(host=str(socket_folder), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(ROLE))
            )
        for name in WORKING_ROLES:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(name), sql.Identifier(ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))


def database_url(socket_folder: Path) -> str:
    """The URL in the spelling that libpq, django-environ and dj-database-url all read."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={socket_folder}"
