"""Our own statements keep what Django's own cursors promise: errors, broken transactions, and who watches."""

from typing import Any

import pytest
from django.db import DataError, connection, transaction

from accounts.statements import run_sql

pytestmark = pytest.mark.django_db


def test_bytes_come_as_they_are() -> None:
    assert run_sql("SELECT %s::bytea", [b"\x00oolong"], binary=True) == [(b"\x00oolong",)]


def test_a_statement_without_rows_gives_none() -> None:
    assert run_sql("SET LOCAL lock_timeout = '5s'", []) == []


def test_who_watches_statements_sees_it() -> None:
    seen: list[Any] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        run_sql("SELECT %s::int", [7])
    assert seen == [("SELECT %s::int", [7], False)]


def test_its_errors_are_djangos() -> None:
    with pytest.raises(DataError), transaction.atomic():
        run_sql("SELECT 1 / %s::int", [0])


def test_a_broken_transaction_is_refused_before_the_database_is_asked() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            run_sql("SELECT %s::int", [7])
        transaction.set_rollback(False)
