"""Opting out: at once, for the whole person, on every path, without anybody's approval. And the narrow way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.actor import Actor
from audit.record import record
from messaging.consent.evidence import Act, write_down
from messaging.models import (
    Category,
    Channel,
    ConsentAct,
    ConsentState,
    Contact,
    MergeTask,
    Suppression,
    SuppressionReason,
)

# A START that is told later than this after it was written re-subscribes nobody: webhooks are repeated for days.
START_COUNTS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stop:
    """One no: how far it reaches, why, where it came from, when the person said it and in which words."""

    reason: SuppressionReason
    source: str
    at: datetime
    channel: str = Channel.ANY
    category: str = Category.ANY
    detail: str = ""


def lock_contacts(contacts: Iterable[int]) -> list[Contact]:
    """The contacts under a row lock, in id order. A lane marks messages under the same lock, so a stop precedes or
    follows.
    """
    return list(Contact.objects.select_for_update(no_key=True).filter(pk__in=set(contacts)).order_by("pk"))


def same_people(contacts: Iterable[int]) -> set[int]:
    """These contacts and those that an open merge task holds for the same person."""
    ids = set(contacts)
    pairs = MergeTask.objects.filter(Q(first_id__in=ids) | Q(second_id__in=ids), settled_at=None)
    for first, second in pairs.values_list("first_id", "second_id"):
        ids |= {first, second}
    return ids


def whole_person(contact: int) -> set[int]:
    """The contact and those it was merged with: what named the person then still stops whoever the person is now."""
    people, added = {contact}, {contact}
    while added:
        touched = MergeTask.objects.filter(Q(first__in=added) | Q(second__in=added), outcome=MergeTask.Outcome.MERGED)
        added = {one for pair in touched.values_list("first_id", "second_id") for one in pair} - people
        people |= added
    return people


def opt_out(contacts: Iterable[int], stop: Stop, actor: Actor, now: datetime) -> list[Suppression]:
    """Suppress these people. Saying it twice changes nothing; nothing can stand in its way."""
    with transaction.atomic():
        return [_suppress(contact, stop, actor, now) for contact in lock_contacts(same_people(contacts))]


def has_said_no(contact: Contact, channel: str, category: str) -> bool:
    """Whether a no of this person, or of a contact that may be the same, stands over a yes for channel and category."""
    reach = {"channel__in": (channel, Channel.ANY), "category__in": (category, Category.ANY)}
    people = same_people([contact.pk])
    withdrawn = ConsentState.objects.filter(contact__in=people, state=ConsentAct.WITHDRAWN, **reach)
    return Suppression.objects.filter(contact__in=people, lifted_at=None, **reach).exists() or withdrawn.exists()


# What a person's own word can undo. Blocks and complaints stay.
LIFTABLE = (
    SuppressionReason.STOP,
    SuppressionReason.REQUEST,
    SuppressionReason.PROVIDER,
    SuppressionReason.IMPORTED,
)


def opt_back_in(
    contact_id: int,
    source: str,
    said_at: datetime,
    actor: Actor,
    now: datetime,
    *,
    only: SuppressionReason | None = None,
    channel: str = Channel.ANY,
    category: str = Category.ANY,
) -> int:
    """Lift the standing noes that the customer's own verified act came after. Returns how many were lifted.

    `only` lifts just those for this reason, `channel` and `category` just those that reach no further. A START older
    than the stop, or told too late, lifts nothing.
    """
    if now - said_at > START_COUNTS_FOR:
        return 0
    with transaction.atomic():
        (contact,) = lock_contacts([contact_id])
        standing = list(
            standing_within(channel, category).filter(
                contact=contact, at__lt=said_at, reason__in=(only,) if only else LIFTABLE
            )
        )
        for suppression in standing:
            act = Act(
                suppression.channel, _agreed_or_not(suppression.category), ConsentAct.GRANTED, source, said_at,
                customers_own=True,
            )  # fmt: skip
            evidence = write_down(contact, act, actor.principal, now)
            Suppression.objects.filter(pk=suppression.pk).update(lifted_at=now, lifted_by=evidence)
            record("contact.opted_in", contact, actor, now=now, source=source, channel=suppression.channel)
    return len(standing)


def standing_within(channel: str, category: str) -> QuerySet[Suppression]:
    """The standing noes that reach no further than this channel and category."""
    standing = Suppression.objects.filter(lifted_at=None)
    if channel != Channel.ANY:
        standing = standing.filter(channel=channel)
    return standing if category == Category.ANY else standing.filter(category=category)


def _agreed_or_not(category: str) -> str:
    """What a no, and the word that lifts it, says of consent: a no to everything is one to marketing."""
    return Category.MARKETING if category == Category.ANY else category


def _suppress(contact: Contact, stop: Stop, actor: Actor, now: datetime) -> Suppression:
    suppression, is_new = Suppression.objects.get_or_create(
        contact=contact,
        channel=stop.channel,
        category=stop.category,
        reason=stop.reason,
        lifted_at=None,
        defaults={"organisation_id": contact.organisation_id, "source": stop.source[:120], "at": stop.at},
    )
    if is_new or stop.detail:  # said again in other words, it is evidence of its own
        own = stop.reason in (SuppressionReason.STOP, SuppressionReason.PROVIDER)
        act = Act(
            stop.channel, _agreed_or_not(stop.category), ConsentAct.WITHDRAWN, stop.source, stop.at, stop.detail, own
        )
        write_down(contact, act, actor.principal, now)
    if is_new:
        record(
            "contact.opted_out", contact, actor, now=now,
            reason=stop.reason, source=stop.source, channel=stop.channel, category=stop.category,
        )  # fmt: skip
    elif stop.at > suppression.at:
        # Said again, later: only a START after this one may lift it.
        Suppression.objects.filter(pk=suppression.pk).update(at=stop.at)
    return suppression
