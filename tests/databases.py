"""The databases of the tests: migrated once for all workers of a run, and emptied quickly after a test that commits."""

from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from accounts.tenancy import as_login_role

NAME = "test_migrated"
# What no test changes: Django keeps them for its own sake.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
_TABLES = """
SELECT relname, EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal AND tgtype & 8 > 0)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL (%s)
"""


def migrated_database() -> str:
    """The name of a migrated database to copy; the first that asks makes it, the others wait.

    Its comment says of which migrations it was made, so that one that was kept is used again or made anew. Migrations
    that add nothing else than policies need not show in it: whoever copies it runs `migrate` on the copy.
    """
    made_of = _migrations()
    with connection._nodb_cursor() as cursor:  # as Django makes its own test databases
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [NAME])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') = %s FROM pg_database WHERE datname = %s", [made_of, NAME]
        )
        if cursor.fetchone() != (True,):
            _migrate()
            cursor.execute(f"COMMENT ON DATABASE {NAME} IS '{made_of}'")
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [NAME])
    return NAME


def _migrations() -> str:
    """A digest of every migration of every app, in order."""
    folders = [Path(app.path) / "migrations" for app in apps.get_app_configs()]
    files = sorted(file for folder in folders for file in folder.glob("*.py"))
    return sha256(b"\0".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)).hexdigest()


def _migrate() -> None:
    own, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    test_name, test["NAME"] = test["NAME"], NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.creation.destroy_test_db(own, verbosity=0, keepdb=True)  # lets go of it, and takes the old name again
    test["NAME"] = test_name


def empty_database() -> None:
    """Delete whatever was committed, also what the product's triggers keep for ever.

    Most tables are empty, and TRUNCATE takes half a second to say so. Keys are checked at the end of a transaction, so
    the order does not matter.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TABLES, [list(KEPT)])
        guarded = dict(cursor.fetchall())
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in guarded))
        filled = [name for (name,) in cursor.fetchall()]
        _let_triggers("DISABLE", [name for name in filled if guarded[name]])
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _let_triggers("ENABLE", [name for name in filled if guarded[name]])


def _let_triggers(act: str, tables: list[str]) -> None:
    with as_login_role(), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"ALTER TABLE {name} {act} TRIGGER USER")
