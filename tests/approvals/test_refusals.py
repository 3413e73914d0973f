"""Attempts to go round an approval stand in the record: first, tenth, hundredth, and without what was asked."""

from datetime import timedelta

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from audit.models import Entry
from tests.approvals.tea_room import refused
from tests.factories import NOON, sam_lee, vera_ng

pytestmark = pytest.mark.django_db

DRAFT = "whatsapp.broadcast.create"


def try_to_draft(times: int = 1, minutes: int = 0) -> None:
    """Vera only reads; she tries to draft a broadcast."""
    actor = Actor.of_person(vera_ng(), Face.REST)
    for _again in range(times):
        no = refused(lambda: call(DRAFT, {"name": "+85261234567"}, actor, NOON + timedelta(minutes=minutes)))
        assert no.codes == ["scope_missing"]


def told() -> list[dict[str, object]]:
    return [entry.facts for entry in Entry.objects.filter(action="call.refused").order_by("pk")]


def test_a_tool_beyond_ones_scope_is_recorded_with_its_codes_and_nothing_else() -> None:
    try_to_draft()
    assert told() == [{"tool": DRAFT, "codes": ["scope_missing"], "times": 1}]
    entry = Entry.objects.get(action="call.refused")
    assert (entry.actor_principal, entry.face) == (f"person:{vera_ng().pk}", "rest")


def test_a_loop_does_not_flood_the_record() -> None:
    try_to_draft(times=25)
    assert [entry["times"] for entry in told()] == [1, 10]
    try_to_draft(minutes=61)
    assert [entry["times"] for entry in told()] == [1, 10, 1]


def test_a_mistyped_argument_and_a_name_of_no_tool_are_no_attempts() -> None:
    actor = Actor.of_person(sam_lee(), Face.REST)
    refused(lambda: call("whatsapp.segments.list", {"limit": "many"}, actor, NOON))
    refused(lambda: call("whatsapp.secrets.dump", {}, actor, NOON))
    assert told() == []
