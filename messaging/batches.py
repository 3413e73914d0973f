"""A batch in one statement: its columns as PostgreSQL's array literals, and the statement planned once a connection.

The driver asks of every single value how to write it, which costs more than PostgreSQL needs to change the row, and a
plan of the gate's questions costs as much as asking them of three hundred people.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor


def prepared(
    statement: str, facts: Mapping[str, Any] | Sequence[Any], *, binary: bool = False
) -> list[tuple[Any, ...]]:
    """The rows of a statement that stays prepared on this connection. Errors are Django's, as from its own cursors.

    `binary` is for rows with bytes in them: they come as they are, not as hex.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, facts, prepare=True, binary=binary)
        return cursor.fetchall() if cursor.description else []


def numbers(values: Iterable[float | bool | None]) -> str:
    """Whole numbers, floats or booleans, for a cast to an array of theirs."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """Texts without NUL, for a cast to `text[]` or to an array of what PostgreSQL reads out of a text."""
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
