"""What the database refuses about the record, whoever asks: changing it, deleting from it, emptying it."""

import pgtrigger
from django.db import models

# pgtrigger's own functions stand aside for any session that sets `pgtrigger.ignore`. The record's must not, so its
# triggers run functions of their own instead, which the first migration creates from `FUNCTIONS`.


class RefusingTrigger(pgtrigger.Trigger):
    """Refuses an operation on a table, also when no row would be touched."""

    level = pgtrigger.Statement
    when = pgtrigger.Before
    func = "RETURN NULL;"
    function = "audit_refuses"

    def render_execute(self, model: models.Model) -> str:
        return f"{self.function}()"


class ForwardTrigger(RefusingTrigger):
    """Refuses entries that would fall behind a seal, as all would after a restore from a dump (see `restored.py`)."""

    function = "audit_only_forward"


APPEND_ONLY = RefusingTrigger(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
ONLY_FORWARD = ForwardTrigger(name="only_forward", operation=pgtrigger.Insert)

# Tests that commit disable the triggers of their own database (tests/databases.py), so that no setting and no session
# variable can switch them off in a real one.
NO_TRUNCATE = RefusingTrigger(name="no_truncate", operation=pgtrigger.Truncate)

FUNCTIONS = """
CREATE FUNCTION audit_xid_lift() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 0::bigint';

CREATE FUNCTION audit_refuses() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the audit record is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION audit_only_forward() RETURNS trigger AS $$
BEGIN
    IF (SELECT max(last_xid) FROM audit_segment) >= pg_current_xact_id()::text::bigint + audit_xid_lift() THEN
        RAISE EXCEPTION 'this database was restored from a dump, and a new audit entry would fall behind sealed ones'
            USING HINT = 'Stop every process, run manage.py audit_seal --after-restore once, and start again.';
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
"""

NO_FUNCTIONS = "DROP FUNCTION audit_only_forward(); DROP FUNCTION audit_refuses(); DROP FUNCTION audit_xid_lift();"

# An entry asks for its organisation's row no more (a lock and a look for each, and every writer of one organisation
# would wait for the same row's page); instead an organisation with entries is refused to go.
KEPT = """
CREATE FUNCTION audit_keeps_organisations() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g JOIN audit_entry e ON e.organisation_id = g.id) THEN
        RAISE foreign_key_violation USING MESSAGE = 'the record tells of an organisation that is deleted';
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER kept_with_its_record AFTER DELETE ON accounts_organisation
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps_organisations();
"""
NOT_KEPT = """
DROP TRIGGER kept_with_its_record ON accounts_organisation;
DROP FUNCTION audit_keeps_organisations();
"""
