"""Statements that PostgreSQL plans once a connection: for what is asked thousands of times a minute."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection
from psycopg import Cursor


def run_sql(
    statement: str, facts: Mapping[str, Any] | Sequence[Any], *, binary: bool = False, anew: bool = False
) -> list[tuple[Any, ...]]:
    """The rows of a statement that stays prepared on this connection, past what Django's cursors do for each.

    Errors are Django's, a broken transaction is refused, and who watches statements (`connection.execute_wrapper`) sees
    it. `binary` is for rows with bytes in them: they come as they are, not as hex. `anew` is for a table that may hold
    nothing now and millions later on the same connection: planned each time, since a kept plan may read it whole.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        execute: Any = partial(_execute, cursor, binary, not anew)
        for wrapper in reversed(connection.execute_wrappers):
            execute = partial(wrapper, execute)
        execute(statement, facts, False, {"connection": connection, "cursor": cursor})
        return cursor.fetchall() if cursor.description else []


def _execute(
    cursor: Cursor[Any],
    binary: bool,
    prepare: bool,
    statement: str,
    facts: Any,
    _many: bool,
    _context: Mapping[str, Any],
) -> None:
    cursor.execute(statement, facts, prepare=prepare, binary=binary)
