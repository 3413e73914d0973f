"""What hangs on a contact (addresses, evidence, consent) is checked by the database, a statement at a time.

A foreign key asks once a row and only whether the contact exists: of an import of 200,000 lines it took the sixth part.
Here each statement asks once for all its rows, and for more: that the row and its contact are one organisation's.
Contacts are held (FOR KEY SHARE) as a foreign key would, so that none goes away before the row that hangs on it stands.
"""

from typing import Final

import pgtrigger

from approvals.triggers import StandingTrigger

TABLES: Final = ("messaging_identity", "messaging_consentevidence", "messaging_consentstate")

ON_INSERT: Final = StandingTrigger(
    name="added_to_own_contact",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="added"),
    function="messaging_rows_have_their_contact",
)
ON_MOVE: Final = StandingTrigger(
    name="moved_to_own_contact",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("contact_id", "organisation_id"),
    function="messaging_row_has_its_contact",
)
ON_DELETE: Final = StandingTrigger(
    name="nothing_hangs_on_it",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    referencing=pgtrigger.Referencing(old="gone"),
    function="messaging_contacts_go_alone",
)
ON_RENUMBERING: Final = StandingTrigger(
    name="keeps_its_number",
    operation=pgtrigger.UpdateOf("id", "organisation_id"),
    condition=pgtrigger.Condition("OLD.id <> NEW.id OR OLD.organisation_id <> NEW.organisation_id"),
    function="approvals_rows_are_frozen",
)

_STILL_HANGING: Final = " OR ".join(
    f"EXISTS (SELECT FROM {table} r WHERE r.contact_id IN (SELECT id FROM gone))" for table in TABLES
)

# Looked up by the primary key whatever the number of rows: a plan is kept for the session, and one made for a large
# import would read all contacts for each single row afterwards.
FUNCTIONS: Final = f"""
CREATE FUNCTION messaging_rows_have_their_contact() RETURNS trigger AS $$
DECLARE
    held bigint;
BEGIN
    SELECT count(*) INTO held FROM (
        SELECT FROM added a JOIN messaging_contact c ON c.id = a.contact_id AND c.organisation_id = a.organisation_id
        FOR KEY SHARE OF c) own;
    IF held < (SELECT count(*) FROM added) THEN
        RAISE foreign_key_violation USING MESSAGE = format(
            'a row of %s hangs on no contact of its organisation', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_nestloop = on
    SET enable_seqscan = off;

CREATE FUNCTION messaging_row_has_its_contact() RETURNS trigger AS $$
BEGIN
    PERFORM FROM messaging_contact c WHERE c.id = NEW.contact_id AND c.organisation_id = NEW.organisation_id
        FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format(
            'a row of %s hangs on no contact of its organisation', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION messaging_contacts_go_alone() RETURNS trigger AS $$
BEGIN
    IF {_STILL_HANGING} THEN
        RAISE foreign_key_violation USING MESSAGE = 'addresses or consent still hang on a contact that is deleted';
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
"""

NO_FUNCTIONS: Final = """
DROP FUNCTION messaging_contacts_go_alone();
DROP FUNCTION messaging_row_has_its_contact();
DROP FUNCTION messaging_rows_have_their_contact();
"""
