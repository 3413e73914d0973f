"""The database's clock: deadlines, leases and due times are compared by many machines, and theirs may disagree."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Now, as the database's wall clock says; not the beginning of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
