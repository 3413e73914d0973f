"""SQL of our own past what Django's cursors do for each statement: for what is asked thousands of times a minute."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection
from psycopg import Cursor


def run_sql(statement: str, facts: Mapping[str, Any] | Sequence[Any], *, binary: bool = False) -> list[tuple[Any, ...]]:
    """The rows of a statement whose facts PostgreSQL binds itself: arrays of thousands travel as they are.

    Errors are Django's, a broken transaction is refused, and who watches statements (`connection.execute_wrapper`) sees
    it. `binary` is for rows with bytes in them: they come as they are, not as hex. Nothing is kept prepared: measured,
    it saved nothing, and a plan made while a table is empty reads it whole once it holds millions.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        execute: Any = partial(_execute, cursor, binary)
        for wrapper in reversed(connection.execute_wrappers):
            execute = partial(wrapper, execute)
        execute(statement, facts, False, {"connection": connection, "cursor": cursor})
        return cursor.fetchall() if cursor.description else []


def _execute(
    cursor: Cursor[Any], binary: bool, statement: str, facts: Any, _many: bool, _context: Mapping[str, Any]
) -> None:
    cursor.execute(statement, facts, binary=binary)
