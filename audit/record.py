"""Writing the record: a plain INSERT in the transaction of the change it tells about, so that neither exists alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import models, router, transaction

from accounts.actor import Actor, ActorKind
from audit.actions import needed_facts
from audit.facts import BadFacts, clean, masked
from audit.models import Entry

Subject = models.Model | tuple[str, str]

_AT_ONCE = 1000


class NotInTransaction(RuntimeError):
    """An entry was to be written apart from its change."""


def record(
    action: str, subject: Subject, actor: Actor, *, now: datetime, request_id: UUID | None = None, **facts: object
) -> Entry:
    """Add one entry about `subject` (a saved row, or its model label and key).

    `request_id` is the action request this belongs to. Raises UnknownAction, BadFacts and, outside
    `transaction.atomic`, NotInTransaction.
    """
    _must_be_in_transaction()
    entry = _entry(action, subject, actor, now, request_id, facts)
    entry.save(force_insert=True)
    return entry


def record_many(
    action: str,
    subjects: Iterable[tuple[Subject, Mapping[str, object]]],
    actor: Actor,
    *,
    now: datetime,
    request_id: UUID | None = None,
) -> int:
    """Add one entry for each (subject, its facts) and return how many. The same errors as `record`; all or none."""
    _must_be_in_transaction()
    entries = [_entry(action, subject, actor, now, request_id, facts) for subject, facts in subjects]
    Entry.objects.bulk_create(entries, batch_size=_AT_ONCE)
    return len(entries)


def _must_be_in_transaction() -> None:
    if not transaction.get_connection(router.db_for_write(Entry)).in_atomic_block:
        raise NotInTransaction("record() belongs inside the transaction.atomic() of the change it tells about")


def _entry(
    action: str, subject: Subject, actor: Actor, now: datetime, request_id: UUID | None, facts: Mapping[str, object]
) -> Entry:
    kept = clean(facts)
    missing = needed_facts(action) - kept.keys()
    if missing:
        raise BadFacts(f"{action}: its sentence needs the facts {', '.join(sorted(missing))}: pass them")
    subject_type, subject_id = _pointed_at(subject)
    return Entry(
        organisation=actor.organisation, at=now, action=action, request_id=request_id, facts=kept,
        actor_kind=actor.kind, actor_principal=actor.principal, actor_label=_label(actor)[:100], face=actor.face,
        subject_type=subject_type, subject_id=subject_id,
    )  # fmt: skip


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
