"""Settings as a production start sees them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.parallel import own_number

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "never-used-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMN",
    "SECRETS_KEYS": "ZmFrZS1mZXJuZXQta2V5LW9ubHktZm9yLXRlc3RzISE=",
    "AUDIT_SIGNING_KEY": "11" * 32,
    "DATABASE_URL": "postgresql://countersign@/countersign?host=/run/pg",
    "REDIS_URL": "redis://:password@queue.example.test:6379/0",
    "ALLOWED_HOSTS": "desk.example.test",
}


def settings(names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Print settings as a process of its own reads them."""
    line = f"from config import settings as s; print({', '.join(f's.{name}' for name in names.split())})"
    return subprocess.run([sys.executable, "-c", line], cwd=PROJECT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRETS_KEYS", "AUDIT_SIGNING_KEY", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without(name: str) -> None:
    lacking = {key: value for key, value in PRODUCTION.items() if key != name}
    done = settings("DEBUG", **lacking)
    assert done.returncode == 1
    assert f"Set the {name} environment variable" in done.stderr


def test_production_is_hardened_without_being_asked() -> None:
    done = settings(
        "DEBUG SECURE_SSL_REDIRECT SESSION_COOKIE_SECURE SESSION_COOKIE_NAME SECURE_HSTS_SECONDS", **PRODUCTION
    )
    assert done.stdout == "False True True __Host-session 31536000\n"


def test_a_socket_folder_in_the_database_url_reaches_the_driver() -> None:
    told = "d['OPTIONS']['host'], d['USER'], d['NAME']"
    line = f"from config import settings as s; d = s.DATABASES['default']; print({told})"
    done = subprocess.run([sys.executable, "-c", line], cwd=PROJECT, env=PRODUCTION, capture_output=True, text=True)
    assert done.stdout == "/run/pg countersign countersign\n"


@pytest.mark.parametrize(
    ("worker", "url"),
    [
        ("", "redis://:p@127.0.0.1:6379/0"),
        ("gw0", "redis://:p@127.0.0.1:6379/1"),
        ("gw1", "redis://:p@127.0.0.1:6379/2"),
        ("gw14", "redis://:p@127.0.0.1:6379/15"),
        ("gw15", "redis://:p@127.0.0.1:6379/1"),
    ],
)
def test_each_parallel_test_worker_has_a_redis_number_of_its_own(worker: str, url: str) -> None:
    assert own_number("redis://:p@127.0.0.1:6379/0", worker) == url
