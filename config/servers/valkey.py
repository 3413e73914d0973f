"""One Valkey (or Redis) on this machine only, with a password made for this start."""

import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from config.servers.binaries import valkey_binary
from config.servers.processes import ServerTrouble, last_lines, make_folder, server_account, start_server, wait_until

STOP = signal.SIGTERM
START_PATIENCE = 8.0
PORTS_TO_TRY = 5


def start_valkey(data: Path, log: Path, *, durable: bool) -> tuple[subprocess.Popen[bytes], str]:
    """Start on the data in `data` and return the running server and its URL.

    Raises ServerTrouble with the end of the log when it does not come up.
    """
    make_folder(data)
    binary = valkey_binary()
    for _ in range(PORTS_TO_TRY):
        port, password = free_port(), secrets.token_urlsafe(24)
        server = start_server([binary, write_configuration(data, port, password, durable=durable)], log=log, stop=STOP)
        if answers_in_time(server, port, password):
            return server, f"redis://:{password}@127.0.0.1:{port}/0"
        server.kill()  # somebody else took the port between our look and its start
        server.wait()
    raise ServerTrouble(f"Valkey did not start; the end of {log}:\n{last_lines(log)}")


def answers_in_time(server: subprocess.Popen[bytes], port: int, password: str) -> bool:
    """Whether the server is up before it dies or the time is over."""
    wait_until(lambda: server.poll() is not None or says_pong(port, password), patience=START_PATIENCE)
    return server.poll() is None and says_pong(port, password)


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_configuration(data: Path, port: int, password: str, *, durable: bool) -> Path:
    """Write valkey.conf, readable to the server alone: a password on the command line is read by everybody.

    noeviction: the queue must refuse new work rather than forget old work.
    """
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"dir {data}",
        "maxmemory-policy noeviction",
        'save ""',
        "appendonly yes" if durable else "appendonly no",
        "appendfsync everysec",
    ]
    path = data / "valkey.conf"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    if account := server_account():
        os.chown(path, *account)
    return path


def says_pong(port: int, password: str) -> bool:
    """Ask with the protocol's two words; a client library would cost more than the server's start."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := line.recv(256)):
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
