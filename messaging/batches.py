"""Columns of a batch as PostgreSQL's array literals: the driver asks of every single value how to write it, which costs
more than PostgreSQL needs to change the row.
"""

from collections.abc import Iterable


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
