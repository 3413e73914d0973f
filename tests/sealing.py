"""The sealer waits for every older transaction of the server: in a parallel run, those of other tests too."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from audit import seal as sealing

_YOUNGEST = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_OLDER_ELSEWHERE = """
SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname <> current_database()
                  AND backend_xid IS NOT NULL AND backend_xid::text::bigint < %s)
"""


@pytest.fixture(autouse=True)
def other_databases_do_not_hold_up_the_sealer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before sealing, let the transactions end that other workers' tests had open when it was called."""
    real: Callable[..., Any] = sealing._organisations_waiting

    def once_others_have_ended() -> Any:
        _wait_for_other_databases()
        return real()

    monkeypatch.setattr(sealing, "_organisations_waiting", once_others_have_ended)


def _wait_for_other_databases(patience: float = 60.0) -> None:
    until = time.monotonic() + patience
    with connection.cursor() as cursor:
        cursor.execute(_YOUNGEST)
        (youngest,) = cursor.fetchone()
        while time.monotonic() < until:
            cursor.execute(_OLDER_ELSEWHERE, [youngest])
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise TimeoutError("a transaction of another test has been open for a minute")
