"""The record at the desk: read by those who decide, in their own organisation, and changed by nobody."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse, reverse_lazy

from accounts.actor import Actor, Face
from accounts.models import Person
from audit.audit_actions import EXPORTED
from audit.models import Entry, Segment
from audit.record import record
from audit.seal import seal
from tests.factories import HONG_KONG, NOON, PersonFactory, ada_wong, harbour_tea, mei_chan, other_tenant, sam_lee

pytestmark = pytest.mark.django_db

ENTRIES = reverse_lazy("admin:audit_entry_changelist")
REQUEST = UUID("0190f3a2-0000-7000-8000-000000000001")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def exported_by(person: Person) -> Entry:
    actor = Actor.of_person(person, Face.DESK)
    number = record(EXPORTED, actor.organisation, actor, now=NOON, request_id=REQUEST, note="<b>tea</b>")
    return Entry.objects.get(pk=number)


def page(client: Client, address: object) -> str:
    answer = client.get(str(address))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_entry_is_listed_as_a_sentence_with_the_name_of_who_did_it() -> None:
    exported_by(ada_wong())
    text = page(signed_in(mei_chan()), ENTRIES)
    assert "Ada Wong exported the audit record" in text
    assert "A••• W•••" not in text


def test_an_entry_is_shown_with_its_facts_and_its_seal() -> None:
    entry = exported_by(ada_wong())
    text = page(signed_in(mei_chan()), f"{ENTRIES}{entry.pk}/change/")
    assert "Ada Wong exported the audit record" in text
    assert "&lt;b&gt;tea&lt;/b&gt;" in text
    assert "Not yet: this happens within seconds." in text


@pytest.mark.django_db(transaction=True)
def test_a_sealed_entry_names_its_segment_and_the_segment_is_listed() -> None:
    with transaction.atomic():
        entry = exported_by(ada_wong())
    seal(NOON)
    client = signed_in(mei_chan())
    assert "In segment 1, at 2026-03-02 12:00:00." in page(client, f"{ENTRIES}{entry.pk}/change/")
    segment = Segment.objects.get()
    assert segment.seal[:16] in page(client, reverse("admin:audit_segment_changelist"))
    assert segment.root in page(client, reverse("admin:audit_segment_change", args=[segment.pk]))


def test_another_organisations_entries_are_neither_listed_nor_found() -> None:
    entry = exported_by(ada_wong())
    stranger = PersonFactory(username="other", organisation=other_tenant(), role="compliance")
    assert "Ada Wong" not in page(signed_in(stranger), ENTRIES)
    assert signed_in(stranger).get(f"{ENTRIES}{entry.pk}/change/").status_code == 404


def test_only_those_who_decide_read_the_record() -> None:
    assert signed_in(sam_lee()).get(str(ENTRIES)).status_code == 403
    assert signed_in(ada_wong()).get(str(ENTRIES)).status_code == 200


@pytest.mark.parametrize("address", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_an_entry(address: str) -> None:
    entry = exported_by(ada_wong())
    assert signed_in(ada_wong()).post(str(ENTRIES) + address.format(pk=entry.pk), {}).status_code == 403


def test_nobody_changes_an_entry() -> None:
    entry = exported_by(ada_wong())
    posted = signed_in(ada_wong()).post(
        f"{ENTRIES}{entry.pk}/change/", {"action": "tea.spilt", "actor_label": "nobody"}
    )
    assert posted.status_code == 403
    assert Entry.objects.get(pk=entry.pk).action == "audit.exported"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=audit.exported", True),
        ("action=request.approve", False),
        ("face=desk", True),
        ("face=mcp", False),
        ("at_from=2026-03-02&at_to=2026-03-02", True),
        ("at_from=2026-03-03", False),
        ("at_to=2026-03-01", False),
        ("at_from=tea", True),
        (f"q={REQUEST}", True),
        ("q=0190f3a2", False),
        ("q=0190f3a2-0000-7000-8000-000000000002", False),
    ],
)
def test_entries_are_found_by_action_face_day_and_whole_id(query: str, found: bool) -> None:
    exported_by(ada_wong())
    text = page(signed_in(mei_chan()), f"{ENTRIES}?{query}")
    assert ("Ada Wong exported the audit record" in text) is found


def test_a_day_is_a_day_where_the_reader_is() -> None:
    """Half past midnight in Hong Kong is still yesterday in UTC."""
    actor = Actor.of_person(ada_wong(), Face.DESK)
    record(EXPORTED, actor.organisation, actor, now=datetime(2026, 3, 2, 0, 30, tzinfo=HONG_KONG))
    client = signed_in(mei_chan())
    assert "Ada Wong exported" in page(client, f"{ENTRIES}?at_from=2026-03-02")
    assert "Ada Wong exported" not in page(client, f"{ENTRIES}?at_to=2026-03-01")


def test_entries_are_found_by_the_id_of_their_subject() -> None:
    exported_by(ada_wong())
    text = page(signed_in(mei_chan()), f"{ENTRIES}?q={str(harbour_tea().pk).upper()}")
    assert "Ada Wong exported the audit record" in text
