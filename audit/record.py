"""Writing the record: a plain INSERT in the transaction of the change it tells about, so that neither exists alone."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, router, transaction

from accounts.actor import Actor, ActorKind
from audit.actions import needed_facts
from audit.facts import BadFacts, clean, masked
from audit.models import Entry

Subject = models.Model | tuple[str, str]

_AT_ONCE = 5000

_COLUMNS = (
    "organisation_id, at, action, actor_kind, actor_principal, actor_label, face, request_id, subject_type, subject_id,"
    " facts"
)
# Most entries come alone, and a plain row costs the database a third less than an array of one.
_INSERT_ONE = f"""
INSERT INTO audit_entry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, xid
"""  # noqa: S608 - of our own constants

# One statement however many entries: the ORM takes ten times as long over a thousand rows.
_INSERT_MANY = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT %s, %s, %s, %s, %s, %s, %s, %s::uuid, pointed.type, pointed.id, pointed.facts::jsonb
  FROM unnest(%s::text[], %s::text[], %s::text[]) AS pointed (type, id, facts)
RETURNING id, xid
"""  # noqa: S608 - of our own constants


class NotInTransaction(RuntimeError):
    """An entry was to be written apart from its change."""


def record(
    action: str, subject: Subject, actor: Actor, *, now: datetime, request_id: UUID | None = None, **facts: object
) -> Entry:
    """Add one entry about `subject` (a saved row, or its model label and key).

    `request_id` is the action request this belongs to. Raises UnknownAction, BadFacts and, outside
    `transaction.atomic`, NotInTransaction.
    """
    subject_type, subject_id = _pointed_at(subject)
    kept = _checked(action, facts)
    told = _told(action, actor, now, request_id)
    ((number, xid),) = _insert(told, [(subject_type, subject_id, kept)])
    return Entry(id=number, xid=xid, subject_type=subject_type, subject_id=subject_id, facts=kept, **told)


def record_many(
    action: str,
    subjects: Iterable[tuple[Subject, Mapping[str, object]]],
    actor: Actor,
    *,
    now: datetime,
    request_id: UUID | None = None,
) -> int:
    """Add one entry for each (subject, its facts) and return how many. The same errors as `record`; all or none."""
    pointed = [(*_pointed_at(subject), _checked(action, facts)) for subject, facts in subjects]
    told = _told(action, actor, now, request_id)
    return sum(len(_insert(told, pointed[i : i + _AT_ONCE])) for i in range(0, len(pointed), _AT_ONCE))


def _insert(told: dict[str, Any], pointed: list[tuple[str, str, dict[str, object]]]) -> list[tuple[int, int]]:
    connection = transaction.get_connection(router.db_for_write(Entry))
    if not connection.in_atomic_block:
        raise NotInTransaction("record() belongs inside the transaction.atomic() of the change it tells about")
    written = [(subject_type, subject_id, json.dumps(facts)) for subject_type, subject_id, facts in pointed]
    with connection.cursor() as cursor:
        if len(written) == 1:
            cursor.execute(_INSERT_ONE, (*told.values(), *written[0]))
        else:
            cursor.execute(_INSERT_MANY, (*told.values(), *map(list, zip(*written, strict=True))))
        return list(cursor.fetchall())


def _told(action: str, actor: Actor, now: datetime, request_id: UUID | None) -> dict[str, Any]:
    """What entries written together share, in the order of the statement."""
    return {
        "organisation_id": actor.organisation.pk, "at": now, "action": action, "actor_kind": actor.kind.value,
        "actor_principal": actor.principal, "actor_label": _label(actor)[:100], "face": actor.face.value,
        "request_id": request_id,
    }  # fmt: skip


def _checked(action: str, facts: Mapping[str, object]) -> dict[str, object]:
    kept = clean(facts)
    missing = needed_facts(action) - kept.keys()
    if missing:
        raise BadFacts(f"{action}: its sentence needs the facts {', '.join(sorted(missing))}: pass them")
    return kept


def _pointed_at(subject: Subject) -> tuple[str, str]:
    """The model label and key. Refuses an unsaved row, and a key that would be somebody's phone number or address."""
    if isinstance(subject, models.Model):
        if subject.pk is None:
            raise BadFacts(f"subject: the {subject._meta.verbose_name} has no key yet: save it first")
        return subject._meta.label, str(subject.pk)
    label, key = subject
    if not key or (("+" in key or "@" in key) and masked(key) != key):
        raise BadFacts(
            f"subject: {masked(key)!r} does not point at a row of {label}: pass its key, never a person's data"
        )
    return label, key


def _label(actor: Actor) -> str:
    """Who acted, in words that may stay for ever: agents and the system by name, a person by initials."""
    if actor.kind != ActorKind.PERSON:
        return masked(actor.label)
    words = actor.label.split("@")[0].split() or ["?"]
    return " ".join(f"{word[0]}•••" for word in words)
