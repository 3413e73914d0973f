"""Settling whether two contacts are one person. A person says so, software never does; of two answers the stricter
holds.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.reasons import Reason, Refused
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import Stop, lock_contacts, opt_out
from messaging.models import (
    Attempt,
    ConsentAct,
    ConsentState,
    Contact,
    Identity,
    InboundMessage,
    MergeTask,
    PhoneEcho,
    Suppression,
    SuppressionReason,
)
from messaging.whatsapp.conversations.joining import join_conversations

_SOURCE = "merged contact"
# Rows that speak of a person by `contact` and belong to whoever the person is now.
_FOLLOWING: list[type[Model]] = [Attempt, InboundMessage, PhoneEcho]


def follow(model: type[Model]) -> None:
    """Have the rows of this model follow the person in a merge. A unique constraint must not stand in their way."""
    _FOLLOWING.append(model)


def keep_apart(task: MergeTask, actor: Actor, now: datetime) -> None:
    """They are two people: from now on a no of one is a no of one. The same pair is not asked about again."""
    with transaction.atomic():
        task = _open(task)
        _settle(task, MergeTask.Outcome.APART, now)
        record("contacts.kept_apart", task, actor, now=now, first=task.first_id, second=task.second_id)


def merge(task: MergeTask, keep: int, actor: Actor, now: datetime) -> Contact:
    """They are one person, and `keep` is the contact that stays.

    Every address, every no, what was agreed to, what counts towards caps, what they wrote and did become that
    contact's. The other one stays as an empty shell that the messages of then hang on; nothing is sent to it any more,
    also not what waits for it now.
    """
    with transaction.atomic():
        task = _open(task)
        other_id = task.second_id if keep == task.first_id else task.first_id
        contacts = {contact.pk: contact for contact in lock_contacts([keep, other_id])}
        kept, other = contacts[keep], contacts[other_id]
        _share_every_no(kept, other, actor, now)
        _share_consent(kept, other, actor, now)
        _move_addresses(kept, other, now)
        join_conversations(kept, other, actor, now)
        for model in _FOLLOWING:
            model._default_manager.filter(contact=other).update(contact=kept)
        _settle(task, MergeTask.Outcome.MERGED, now)
        _hand_on_open_tasks(kept, other, now)
        record("contacts.merged", kept, actor, now=now, merged=other.pk)
    return kept


def _open(task: MergeTask) -> MergeTask:
    current = MergeTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if current.settled_at is not None:
        raise Refused(Reason("settled", _("Somebody has settled this already."), _("Nothing is left to do.")))
    return current


def _settle(task: MergeTask, outcome: str, now: datetime) -> None:
    task.outcome, task.settled_at = outcome, now
    task.save(update_fields=("outcome", "settled_at"))


def _share_every_no(kept: Contact, other: Contact, actor: Actor, now: datetime) -> None:
    """Whoever of the two said no, the person did. The task is open still, so each no is written for both."""
    for no in Suppression.objects.filter(contact__in=(kept, other), lifted_at=None).order_by("pk"):
        opt_out(
            [kept.pk, other.pk],
            Stop(SuppressionReason(no.reason), no.source, no.at, no.channel, no.category),
            actor,
            now,
        )


def _share_consent(kept: Contact, other: Contact, actor: Actor, now: datetime) -> None:
    """What the other agreed to or took back. Where one agreed and one withdrew, the withdrawal counts, whenever it was:
    its evidence is dated with the later of the two, and a withdrawal wins a tie.
    """
    mine = {(state.channel, state.category): state for state in ConsentState.objects.filter(contact=kept)}
    for state in ConsentState.objects.filter(contact=other).order_by("pk"):
        before = mine.get((state.channel, state.category))
        if before is not None and (before.state == state.state or before.state == ConsentAct.WITHDRAWN):
            continue
        since = max(before.since, state.since) if before else state.since
        act = Act(state.channel, state.category, ConsentAct(state.state), _SOURCE, since, f"contact {other.key}")
        write_down(kept, act, actor.principal, now)


def _move_addresses(kept: Contact, other: Contact, now: datetime) -> None:
    """The other contact lets go of its addresses first: no two people of an organisation have the same."""
    phone, bsuid = kept.phone or other.phone, kept.bsuid or other.bsuid
    Contact.objects.filter(pk=other.pk).update(
        phone=None, bsuid=None, name="", username="", invalid_at=now, updated_at=now
    )
    Identity.objects.filter(contact=other).update(contact=kept)
    kept.phone, kept.bsuid = phone, bsuid
    kept.name = kept.name or other.name
    kept.username = kept.username or other.username
    kept.tags = sorted({*kept.tags, *other.tags})
    kept.attributes = {**other.attributes, **kept.attributes}
    kept.crm_id = kept.crm_id or other.crm_id
    kept.version += 1
    kept.updated_at = now
    kept.save(
        update_fields=("phone", "bsuid", "name", "username", "tags", "attributes", "crm_id", "version", "updated_at")
    )


def _hand_on_open_tasks(kept: Contact, other: Contact, now: datetime) -> None:
    """Who may be the same as the other may now be the same as the one that stays."""
    for task in MergeTask.objects.filter(Q(first=other) | Q(second=other), settled_at=None):
        third = task.second_id if task.first_id == other.pk else task.first_id
        first, second = sorted((kept.pk, third))
        MergeTask.objects.get_or_create(
            organisation_id=task.organisation_id,
            first_id=first,
            second_id=second,
            settled_at=None,
            defaults={"found_at": task.found_at, "evidence": task.evidence},
        )
        _settle(task, MergeTask.Outcome.MERGED, now)
