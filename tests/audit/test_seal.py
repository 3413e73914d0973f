"""Sealing takes every entry once, in an order that no late commit can spoil, and one sealer at a time."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from accounts.actor import Actor
from accounts.models import Organisation
from audit.audit_actions import EXPORTED
from audit.models import Entry, Segment
from audit.record import record
from audit.seal import Sealed, seal, segment_of
from audit.tasks import seal as seal_task
from tests.factories import NOON, harbour_tea, other_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def happened(organisation: Organisation, times: int = 1) -> list[Entry]:
    """Entries that are committed one by one."""
    beat = Actor.system(organisation, "beat")
    entries = []
    for number in range(times):
        with transaction.atomic():
            entries.append(Entry.objects.get(pk=record(EXPORTED, organisation, beat, now=NOON, number=number)))
    return entries


def sealed_ids(segment: Segment) -> list[int]:
    leaves = bytes(segment.leaves)
    return [int.from_bytes(leaves[place : place + 8]) for place in range(0, len(leaves), 40)]


INSERT = """
INSERT INTO audit_entry (organisation_id, at, action, actor_kind, actor_principal, actor_label, face, subject_type,
                         subject_id, facts)
VALUES (%s, now(), 'audit.exported', 'system', 'system:beat', 'beat', 'system', 'accounts.Organisation', '1', '{}')
RETURNING id
"""


def test_nothing_to_seal_makes_no_segment() -> None:
    harbour_tea()
    assert seal(NOON) == Sealed(0, 0)


def test_segments_are_chained_and_counted_within_their_organisation() -> None:
    tea, coffee = harbour_tea(), other_tenant()
    first, second, third = happened(tea, 3)
    (other,) = happened(coffee)
    assert seal(NOON, most=2) == Sealed(entries=4, segments=3)
    one, two = Segment.objects.filter(organisation=tea).order_by("number")
    assert (one.number, one.entries, one.entries_so_far, one.first_entry_id, one.last_entry_id) == (
        1, 2, 2, first.pk, second.pk,
    )  # fmt: skip
    assert (two.number, two.entries, two.entries_so_far, two.first_entry_id, two.last_entry_id) == (
        2, 1, 3, third.pk, third.pk,
    )  # fmt: skip
    assert one.previous == "0" * 64
    assert two.previous == one.seal
    coffees = Segment.objects.get(organisation=coffee)
    assert (coffees.number, coffees.previous, sealed_ids(coffees)) == (1, "0" * 64, [other.pk])


def test_sealing_again_takes_only_what_came_since() -> None:
    tea = harbour_tea()
    happened(tea, 2)
    seal(NOON)
    assert seal(NOON + timedelta(seconds=5)) == Sealed(0, 0)
    (late,) = happened(tea)
    assert seal(NOON + timedelta(seconds=10)) == Sealed(entries=1, segments=1)
    assert sealed_ids(Segment.objects.get(number=2)) == [late.pk]


def test_the_hash_of_an_entry_is_the_sha_256_of_its_line() -> None:
    tea = harbour_tea()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_entry (id, organisation_id, at, action, actor_kind, actor_principal, actor_label, face,
                                        subject_type, subject_id, request_id, facts, xid)
               OVERRIDING SYSTEM VALUE
               VALUES (7, %s, '2026-03-02 12:00:00.5+08', 'tea.poured', 'person', 'person:1', 'M••• "C"', 'desk',
                       'tea.Cup', E'a\\nb', '0190f3a2-0000-7000-8000-000000000001', '{"cups": 2, "by": "美"}', 5)""",
            (tea.pk,),
        )
    seal(NOON)
    line = (
        f'{{"entry": 7, "organisation": "{tea.pk}", "at": "2026-03-02T04:00:00.500000Z", "action": "tea.poured", '
        '"actor_kind": "person", "actor": "person:1", "actor_label": "M••• \\"C\\"", "face": "desk", '
        '"subject_type": "tea.Cup", "subject_id": "a\\nb", "request_id": "0190f3a2-0000-7000-8000-000000000001", '
        '"facts": {"by": "美", "cups": 2}, "transaction": 5}'
    )
    segment = Segment.objects.get()
    leaf = b"\0\0\0\0\0\0\0\7" + hashlib.sha256(line.encode()).digest()
    assert bytes(segment.leaves) == leaf
    assert segment.root == hashlib.sha256(leaf).hexdigest()
    sealed = (
        f"countersign audit segment 1\n{tea.pk}\n1\n1\n7\n7\n{segment.root}\n{'0' * 64}\n2026-03-02T04:00:00.000000Z\n"
    )
    assert segment.seal == hashlib.sha256(sealed.encode()).hexdigest()


def test_an_entry_of_a_running_transaction_holds_back_what_began_after_it() -> None:
    tea = harbour_tea()
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(INSERT, (tea.pk,))
            early = cursor.fetchone()[0]
        (later,) = happened(tea)
        assert seal(NOON) == Sealed(0, 0)
        other.commit()
        assert seal(NOON) == Sealed(entries=2, segments=1)
        assert sealed_ids(Segment.objects.get()) == [early, later.pk]
    finally:
        other.close()


def test_a_late_commit_with_a_lower_id_is_not_skipped() -> None:
    """The other transaction began first but wrote second: its entry has the lower transaction and the higher id."""
    tea = harbour_tea()
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as theirs:
            theirs.execute("SELECT pg_current_xact_id()")
            with transaction.atomic():
                low = record(EXPORTED, tea, Actor.system(tea, "beat"), now=NOON)
                theirs.execute(INSERT, (tea.pk,))
                high = theirs.fetchone()[0]
                other.commit()
                assert low < high
                with ThreadPoolExecutor(1) as sealer:
                    assert sealer.submit(seal_and_close).result() == Sealed(entries=1, segments=1)
        assert seal(NOON) == Sealed(entries=1, segments=1)
        assert [sealed_ids(segment) for segment in Segment.objects.order_by("number")] == [[high], [low]]
    finally:
        other.close()


def test_a_second_sealer_leaves_the_work_to_the_first() -> None:
    happened(harbour_tea(), 3)
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (0x61756469,))
        assert seal(NOON) == Sealed(0, 0)
        other.rollback()
        assert seal(NOON) == Sealed(entries=3, segments=1)
    finally:
        other.close()


def test_sealers_at_once_seal_every_entry_once() -> None:
    entries = happened(harbour_tea(), 60)
    with ThreadPoolExecutor(4) as sealers:
        done = [each.result() for each in [sealers.submit(seal_and_close, 4) for _ in range(4)]]
    done.append(seal(NOON, most=4))
    segments = list(Segment.objects.order_by("number"))
    assert sum(each.entries for each in done) == 60
    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    assert [each for segment in segments for each in sealed_ids(segment)] == [entry.pk for entry in entries]
    assert [segment.previous for segment in segments[1:]] == [segment.seal for segment in segments[:-1]]


def test_an_entry_knows_the_segment_that_seals_it() -> None:
    tea = harbour_tea()
    first, second, third = happened(tea, 3)
    happened(other_tenant())
    seal(NOON, most=2)
    (open_entry,) = happened(tea)
    numbers = [found.number if (found := segment_of(each)) else None for each in (first, second, third, open_entry)]
    assert numbers == [1, 1, 2, None]


def test_the_bell_seals_and_writes_checkpoints(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_CHECKPOINT_DIR = tmp_path
    tea = harbour_tea()
    happened(tea, 2)
    seal_task()
    seal_task()
    assert Segment.objects.get().entries == 2
    assert len((tmp_path / f"{tea.pk}.jsonl").read_text().splitlines()) == 1


def seal_and_close(most: int = 10) -> Sealed:
    """Seal on a connection of this thread's own."""
    try:
        return seal(NOON, most)
    finally:
        connection.close()
