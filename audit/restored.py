"""After a restore from a dump: the new cluster counts transactions from the start, and the record must go on above."""

from django.db import connection


def lift() -> int:
    """Make new entries of this database count above all recorded ones, and return by how much they are lifted.

    Needs the database's owner. Sessions that are open keep counting low, and are refused until they reconnect.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(xid), 0) + 1 FROM audit_entry")
        (by,) = cursor.fetchone()
        cursor.execute(
            "SELECT format('ALTER DATABASE %%I SET audit.xid_lift = %%L', current_database(), %s::text)", (by,)
        )
        cursor.execute(cursor.fetchone()[0])
        cursor.execute("SELECT set_config('audit.xid_lift', %s, false)", (str(by),))
    return int(by)
