"""What every answer of the web process carries."""

import subprocess
import sys

import pytest
from django.test import Client


def test_the_front_door_leads_to_the_desk(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/desk/"


@pytest.mark.django_db
def test_the_desk_runs_no_foreign_script_and_is_never_framed(client: Client) -> None:
    headers = client.get("/desk/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert len(headers["X-Request-ID"]) == 32


def test_a_web_process_lets_no_statement_take_for_ever_and_others_do() -> None:
    asked = "[cursor.execute(f'SHOW {name}').fetchone()[0] for name in ('statement_timeout', 'lock_timeout')]"
    told = f"from django.db import connection; cursor = connection.cursor(); print({asked})"
    web = _python(f"import config.wsgi; {told}")
    worker = _python(f"import config.celery, django; django.setup(); {told}")
    assert (web, worker) == ("['30s', '5s']", "['0', '0']")


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
