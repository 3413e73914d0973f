"""After a restore from a dump: the new cluster counts transactions from the start, and the record must go on above."""

from django.db import connection

from accounts.tenancy import as_login_role

_SAY = """
CREATE OR REPLACE FUNCTION audit_xid_lift() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT %d::bigint'
"""


def lift() -> int:
    """Make new entries of this database count above all recorded ones, and return by how much they are lifted.

    Takes effect at once. The login role must own the tables: the application's own must not be able to do this.
    """
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(xid), 0) + 1 FROM audit_entry")
        (by,) = cursor.fetchone()
        cursor.execute(_SAY % by)
    return int(by)
