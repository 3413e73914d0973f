"""An approved import into contacts, identities and consent: a handful of statements, whatever the number of rows.

Import can add, never resurrect: whoever has said no keeps their no, and no evidence of a yes is written over it,
however new the file claims it to be. The same batch merged again changes nothing.
"""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from approvals.reasons import Reason, Refused
from audit.record import record, record_many
from messaging.imports.known_people import joining_by_hash
from messaging.imports.merge_statements import (
    CREATE,
    DERIVE_KNOWN,
    DERIVE_NEW,
    DERIVE_WITHDRAWN,
    FIND_AGAIN,
    LOCK,
    OPT_OUT,
    PEOPLE,
    SAY_WHAT_WAS_TOLD_BEFORE,
    SAY_WHO_SAID_NO,
    STEPS,
    TALLY,
)
from messaging.imports.staging import rows_digest
from messaging.models import Category, Channel, ImportBatch, SuppressionReason


def merge(batch: ImportBatch, actor: Actor, now: datetime) -> dict[str, int]:
    """Carry an approved batch out and return what was done: created, updated, agreed, opted_out, stayed_opted_out.

    Raises `Refused` when the rows are not the ones that were previewed. A batch merged before gives its first answer.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.merged_at is not None:
            return dict(batch.counts["merged"])
        if rows_digest(batch) != batch.rows_digest:
            text = _("The rows of the import are not the ones that were previewed.")
            raise Refused(Reason("import_changed", text, _("Preview the file again."), field="batch"))
        done = _carry_out(batch, actor, now)
        batch.counts = {**batch.counts, "merged": done}
        batch.merged_at = now
        batch.save(update_fields=("counts", "merged_at"))
        people = done["created"] + done["updated"]
        record("contacts.imported", batch, actor, now=now, people=people, done=done)
    return done


def _carry_out(batch: ImportBatch, actor: Actor, now: datetime) -> dict[str, int]:
    values = {
        "batch": batch.pk,
        "organisation": batch.organisation_id,
        "channel": batch.counts["channel"],
        "by": actor.principal[:80],
        "now": now,
        "source": batch.name[:120],
    }
    done = {}
    with joining_by_hash(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_people")
        cursor.execute(PEOPLE, values)
        cursor.execute("ANALYZE import_people (contact_id, phone, is_new, opt_out)")
        for statement in (CREATE, FIND_AGAIN, LOCK, SAY_WHO_SAID_NO, SAY_WHAT_WAS_TOLD_BEFORE):
            cursor.execute(statement, values)
        for name, statement in STEPS.items():
            cursor.execute(statement, values)
            done[name] = cursor.rowcount
        cursor.execute(OPT_OUT, values)
        opted_out = [contact for (contact,) in cursor.fetchall()]
        for statement in (DERIVE_NEW, DERIVE_KNOWN, DERIVE_WITHDRAWN):
            cursor.execute(statement, values)
        cursor.execute(TALLY)
        created, stayed = cursor.fetchone()
    _record_opt_outs(opted_out, batch, actor, now)
    return {
        "created": created, "updated": done["updated"], "agreed": done["agreed"], "opted_out": len(opted_out),
        "stayed_opted_out": stayed,
    }  # fmt: skip


def _record_opt_outs(contacts: list[int], batch: ImportBatch, actor: Actor, now: datetime) -> None:
    facts = {
        "reason": SuppressionReason.IMPORTED, "source": batch.name, "channel": Channel.ANY, "category": Category.ANY,
    }  # fmt: skip
    if contacts:
        record_many("contact.opted_out", ((("messaging.Contact", str(key)), facts) for key in contacts), actor, now=now)
