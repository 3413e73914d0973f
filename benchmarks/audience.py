"""`audience_resolve`: a reason for everybody and a digest, against a bare INSERT ... SELECT of as many rows."""

from collections.abc import Iterator
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import world
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from messaging.audiences.resolve import Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.models import Audience
from messaging.pricing.whatsapp_fares import whatsapp_fare

_BARE = """
INSERT INTO messaging_audiencemember
       (audience_id, contact_id, verdict, address, address_kind, translation_id, "values", market, price)
SELECT %s, id, 0, phone, 'phone', NULL, jsonb_build_object('1', name), 'HONG_KONG', 0.0732
  FROM messaging_contact WHERE organisation_id = %s
"""


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    now = timezone.now()
    where = world.organisation("bench-audience")
    people = 100_000 * scale
    world.contacts(where, people)
    number, translation = world.sender(where, now)
    purpose = Purpose(
        where, world.segment(where, now), "whatsapp", "marketing", [translation], "en",
        [Variable(name="1", source="name")], whatsapp_fare("USD", "marketing", now.date()),
    )  # fmt: skip

    def ours() -> float:
        made: list[Audience] = []
        took = seconds(lambda: made.append(resolve(purpose, now)))
        assert made[0].targeted == people, made[0].targeted
        _forget(made[0])
        return took

    def bare() -> float:
        audience = Audience.objects.create(
            id=uuid4(), organisation=where, segment=purpose.segment, segment_version=1,
            targeted=0, included=0, digest="", created_at=now,
        )  # fmt: skip
        took = seconds(lambda: _insert_bare(audience))
        _forget(audience)
        return took

    outcome = Outcome("audience_resolve", "s", "s bare INSERT ... SELECT", Bar(3.0, above=False))
    outcome.notes.append(f"{people:,} contacts, sender {number.number}")
    yield in_turns(outcome, rounds, ours, bare)


def _insert_bare(audience: Audience) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BARE, [audience.pk, audience.organisation_id])


def _forget(audience: Audience) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_audiencemember WHERE audience_id = %s", [audience.pk])
        cursor.execute("DELETE FROM messaging_audience WHERE id = %s", [audience.pk])
