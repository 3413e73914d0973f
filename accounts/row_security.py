"""The row-level policies under the querysets, read from the models: who adds a table need not think of them.

A row belongs to the organisation it names, or else to that of the row it hangs on; a model may say otherwise in
`rows_of_tenant`, an SQL condition. What neither names nor reaches an organisation (prices, sessions) is everybody's.
`manage.py migrate` declares this after every run; until then a new table is closed to both roles.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, models, transaction

from accounts.models import Organisation
from accounts.tenancy import SETTING, SYSTEM, TENANT

# In brackets of its own, so that it is worked out once a statement and not once a row.
_THIS_TENANT = f"(SELECT nullif(current_setting('{SETTING}', true), '')::uuid)"

_ROLES = """
SELECT wanted.name, r.oid IS NOT NULL, coalesce(r.rolsuper OR r.rolbypassrls, false),
       coalesce(pg_has_role(current_user, r.oid, 'USAGE'), false)
  FROM unnest(%s::text[]) AS wanted(name) LEFT JOIN pg_roles r ON r.rolname = wanted.name
"""
# Another database of the cluster may be making it at the same moment.
_MAKE = """
DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""
_BY_HAND = "CREATE ROLE {role} NOLOGIN; GRANT {role} TO {login};"

# What stands: table -> whether forced, the digest of its policies (their comments), the privileges of the two roles.
_STANDING = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       array(SELECT p.polname || ': ' || obj_description(p.oid, 'pg_policy') FROM pg_policy p
              WHERE p.polrelid = c.oid ORDER BY p.polname),
       has_table_privilege(%(system)s, c.oid, 'SELECT') AND has_table_privilege(%(system)s, c.oid, 'INSERT')
       AND has_table_privilege(%(system)s, c.oid, 'UPDATE') AND has_table_privilege(%(system)s, c.oid, 'DELETE')
       AND has_table_privilege(%(tenant)s, c.oid, 'SELECT') AND has_table_privilege(%(tenant)s, c.oid, 'INSERT')
       AND has_table_privilege(%(tenant)s, c.oid, 'UPDATE') AND has_table_privilege(%(tenant)s, c.oid, 'DELETE')
  FROM pg_class c WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
"""
_GRANT = 'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {system}, {tenant};'
_PROTECT = """
ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody ON "{table}";
DROP POLICY IF EXISTS own_rows ON "{table}";
CREATE POLICY everybody ON "{table}" TO {system} USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON "{table}" TO {tenant} USING ({condition}) WITH CHECK ({condition});
COMMENT ON POLICY everybody ON "{table}" IS 'true';
COMMENT ON POLICY own_rows ON "{table}" IS '{quoted}';
"""


def make_roles() -> None:
    """Make the two roles where they are missing and let whoever is logged in work as them. Touches nothing else.

    Raises ImproperlyConfigured with the SQL for an administrator where the login role may not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, [[SYSTEM, TENANT]])
        for role, exists, is_above_policies, is_ours in cursor.fetchall():
            if is_above_policies:
                raise ImproperlyConfigured(
                    f"The role {role} is a superuser or has BYPASSRLS, so no policy binds it: "
                    f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"
                )
            statements = [_MAKE.format(role=role)] * (not exists) + [f"GRANT {role} TO CURRENT_USER"] * (not is_ours)
            try:
                for statement in statements:
                    cursor.execute(statement)
            except ProgrammingError as refused:
                raise ImproperlyConfigured(_told(role)) from refused


def _told(role: str) -> str:
    login = connection.get_connection_params().get("user", "<login role>")
    return (
        f"The role {role} is missing, or the login role is no member of it and may not change that. "
        f"Let an administrator of the database run: {_BY_HAND.format(role=role, login=login)}"
    )


def declare() -> int:
    """Put grants and policies on every table as the models say now; return how many tables were changed.

    Needs the owner of the tables. What stands already is not touched, because the statements lock the table.
    """
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STANDING, {"system": SYSTEM, "tenant": TENANT})
        standing = {table: facts for table, *facts in cursor.fetchall()}
        for table, condition in sorted(conditions()):
            if table not in standing:
                continue  # its migration has not run yet
            statement = _missing(table, condition, *standing[table])
            if statement:
                cursor.execute(statement)
                changed += 1
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {SYSTEM}, {TENANT}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {SYSTEM}")
    return changed


def _missing(table: str, condition: str, is_forced: bool, policies: list[str], is_granted: bool) -> str:
    """The statements that this table still needs."""
    names = {"table": table, "system": SYSTEM, "tenant": TENANT, "condition": condition}
    wanted = ["everybody: true", f"own_rows: {condition}"]
    statements = "" if is_granted else _GRANT.format(**names)
    if condition and not (is_forced and policies == wanted):
        statements += _PROTECT.format(**names, quoted=condition.replace("'", "''"))
    return statements


def conditions() -> Iterator[tuple[str, str]]:
    """Every table with the condition under which a row is the tenant's; empty where the rows are everybody's."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model._meta.db_table, condition_of(model)


def condition_of(model: type[models.Model], beneath: tuple[type[models.Model], ...] = ()) -> str:
    """The condition of a model's rows. Of several rows it hangs on, the first that must be there decides."""
    said: str | None = getattr(model, "rows_of_tenant", None)
    if said is not None:
        return said
    if model is Organisation:
        return f"id = {_THIS_TENANT}"
    fields = sorted(_foreign_keys(model), key=lambda field: (field.related_model is not Organisation, field.null))
    for field in fields:
        if field.related_model is Organisation:
            return f"{field.column} = {_THIS_TENANT}"
        parent = field.related_model
        if parent not in (*beneath, model) and condition_of(parent, (*beneath, model)):
            return _hangs_on(parent, f'"{model._meta.db_table}"."{field.column}"')
    return ""


def _hangs_on(parent: type[models.Model], key: str) -> str:
    """The parent's own policy says whether it is there to be seen."""
    return f'EXISTS (SELECT FROM "{parent._meta.db_table}" held WHERE held."{parent._meta.pk.column}" = {key})'


def _foreign_keys(model: type[models.Model]) -> list["models.ForeignKey[models.Model, models.Model]"]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
