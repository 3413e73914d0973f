"""Writing the record: a plain INSERT in the transaction of the change it tells about, so that neither exists alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from accounts.actor import Actor, ActorKind
from accounts.statements import run_sql
from audit.actions import needed_facts
from audit.facts import BadFacts, clean, masked, spelt

Subject = models.Model | tuple[str, str]

_AT_ONCE = 5000

_COLUMNS = (
    "organisation_id, at, action, actor_kind, actor_principal, actor_label, face, request_id, subject_type, subject_id,"
    " facts"
)
# Most entries come alone, and a plain row costs the database a third less than an array of one.
_INSERT_ONE = f"""
INSERT INTO audit_entry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""  # noqa: S608 - of our own constants

# One statement however many entries: the ORM takes ten times as long over a thousand rows.
_INSERT_MANY = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT %s, %s, %s, %s, %s, %s, %s, %s::uuid, pointed.type, pointed.id, pointed.facts::jsonb
  FROM unnest(%s::text[], %s::text[], %s::text[]) AS pointed (type, id, facts)
RETURNING id
"""  # noqa: S608 - of our own constants


class NotInTransaction(RuntimeError):
    """An entry was to be written apart from its change."""


def record(
    action: str, subject: Subject, actor: Actor, *, now: datetime, request_id: UUID | None = None, **facts: object
) -> int:
    """Add one entry about `subject` (a saved row, or its model label and key) and return the entry's number.

    `request_id` is the action request this belongs to. Raises UnknownAction, BadFacts and, outside
    `transaction.atomic`, NotInTransaction.
    """
    about = (*_pointed_at(subject), _checked(action, facts))
    (number,) = _insert(_told(action, actor, now, request_id), [about])
    return number


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


def _insert(told: tuple[Any, ...], pointed: list[tuple[str, str, str]]) -> list[int]:
    """Write the entries and return their numbers."""
    if not connection.in_atomic_block:
        raise NotInTransaction("record() belongs inside the transaction.atomic() of the change it tells about")
    if len(pointed) == 1:
        rows = run_sql(_INSERT_ONE, (*told, *pointed[0]))
    else:
        rows = run_sql(_INSERT_MANY, (*told, *map(list, zip(*pointed, strict=True))))
    return [number for (number,) in rows]


def _told(action: str, actor: Actor, now: datetime, request_id: UUID | None) -> tuple[Any, ...]:
    """What entries written together share, in the order of the statement."""
    return (
        actor.organisation.pk, now, action, actor.kind.value, actor.principal, _label(actor)[:100], actor.face.value,
        request_id,
    )  # fmt: skip


def _checked(action: str, facts: Mapping[str, object]) -> str:
    """The facts as they are kept, spelt as JSON."""
    kept = clean(facts)
    missing = needed_facts(action) - kept.keys()
    if missing:
        raise BadFacts(f"{action}: its sentence needs the facts {', '.join(sorted(missing))}: pass them")
    return spelt(kept)


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
