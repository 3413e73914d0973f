"""`audience_resolve`: a reason for everybody and a digest, against a bare INSERT ... SELECT of as many rows."""

from collections.abc import Iterator
from functools import partial
from resource import RUSAGE_SELF, getrusage
from statistics import median
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation
from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from messaging.audiences.resolve import Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.models import Audience, Segment, Verdict
from messaging.pricing.whatsapp_fares import whatsapp_fare

_BARE = """
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %s, id, 0, phone, 'phone', NULL, jsonb_build_object('1', name), 'HONG_KONG', 0.0732
  FROM messaging_contact WHERE organisation_id = %s
"""


SIZES = (1_000, 10_000, 100_000)  # contacts, times the scale: each is ten times the one before


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    outcome = Outcome("audience_resolve", "s", "s bare INSERT ... SELECT", Bar(3.0, above=False))
    took: dict[int, float] = {}
    for people in (size * scale for size in SIZES):
        purpose = _stage(people)
        at_this_size = in_turns(
            Outcome("", "", "", None),
            rounds,
            partial(_resolved, purpose, people),
            partial(bare, purpose.organisation, purpose.segment),
        )
        took[people] = median(at_this_size.measured)
        outcome.measured, outcome.reference = at_this_size.measured, at_this_size.reference
    outcome.notes.append(f"{people:,} contacts, {5 * people:,} earlier messages")
    outcome.notes.append("by contacts: " + ", ".join(f"{size:,}: {seconds:.2f} s" for size, seconds in took.items()))
    outcome.notes.append(f"Python {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at the most")
    growth = Outcome("audience_resolve_growth", "s", "s of a tenth as many", Bar(12.0, above=False))
    growth.measured, growth.reference = [took[people]], [took[people // 10]]
    yield from (outcome, growth)


def _stage(people: int) -> Purpose:
    now = timezone.now()
    where = world.organisation(f"bench-audience-{people}")
    world.contacts(where, people)
    number, translation = world.sender(where, now)
    world.history(where, number)
    return Purpose(
        where, world.segment(where, now), "whatsapp", "marketing", [translation], "en",
        [Variable(name="1", source="name")], whatsapp_fare("USD", "marketing", now.date()),
    )  # fmt: skip


def _resolved(purpose: Purpose, people: int) -> float:
    made: list[Audience] = []
    took = seconds(lambda: made.append(resolve(purpose, timezone.now())))
    assert made[0].targeted == people, made[0].targeted
    capped = made[0].members.filter(verdict=Verdict.CAPPED).count()
    assert capped > people // 25, f"only {capped} of {people} were left out for what they got lately"
    forget(made[0])
    return took


def bare(where: Organisation, segment: Segment) -> float:
    """Seconds for a row a contact without asking anything of anybody."""
    audience = Audience.objects.create(
        id=uuid4(), organisation=where, segment=segment, segment_version=1, targeted=0, included=0, digest="",
        created_at=timezone.now(),
    )  # fmt: skip
    took = seconds(lambda: _insert_bare(audience))
    forget(audience)
    return took


def _insert_bare(audience: Audience) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BARE, [audience.pk, audience.organisation_id])


def forget(audience: Audience) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_audiencemember WHERE audience_id = %s", [audience.pk])
        cursor.execute("DELETE FROM messaging_audience WHERE id = %s", [audience.pk])
