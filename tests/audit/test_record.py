"""Entries are written with their change or not at all, point at rows, and hold nobody's data."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, Face
from audit import actions
from audit.actions import UnknownAction, action
from audit.facts import BadFacts
from audit.models import Entry
from audit.record import NotInTransaction, record, record_many
from tests.factories import NOON, AgentFactory, harbour_tea, mei_chan, other_tenant

REQUEST = UUID("0190f3a2-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def poured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_ACTIONS", dict(actions._ACTIONS))
    action("tea.poured", _("{actor} poured tea for {subject}"))
    action("tea.counted", _("{actor} counted {cups} cups"))


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_which_row_through_which_face() -> None:
    mei = mei_chan()
    number = record("tea.poured", mei, Actor.of_person(mei, Face.DESK), now=NOON, request_id=REQUEST, cups=2)
    kept = Entry.objects.get(pk=number)
    assert (kept.organisation, kept.at, kept.action) == (mei.organisation, NOON, "tea.poured")
    assert (kept.actor_kind, kept.actor_principal, kept.face) == ("person", f"person:{mei.pk}", "desk")
    assert (kept.subject_type, kept.subject_id, kept.request_id) == ("accounts.Person", str(mei.pk), REQUEST)
    assert kept.facts == {"cups": 2}


@pytest.mark.django_db
def test_an_entry_carries_the_number_of_its_transaction() -> None:
    record("tea.poured", harbour_tea(), Actor.system(harbour_tea(), "beat"), now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert Entry.objects.get().xid == cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_change_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        record("tea.poured", harbour_tea(), Actor.system(harbour_tea(), "beat"), now=NOON)
    with pytest.raises(NotInTransaction):
        record_many("tea.poured", [(harbour_tea(), {})], Actor.system(harbour_tea(), "beat"), now=NOON)
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_no_entry_and_a_refused_entry_undoes_the_change() -> None:
    tea = harbour_tea()

    def change() -> None:
        with transaction.atomic():
            record("tea.poured", tea, Actor.system(tea, "beat"), now=NOON)
            other_tenant()
            record("tea.never_heard_of", tea, Actor.system(tea, "beat"), now=NOON)

    with pytest.raises(UnknownAction):
        change()
    assert Entry.objects.count() == 0
    assert not type(tea).objects.filter(slug="peak-coffee").exists()


@pytest.mark.django_db
def test_an_unregistered_action_is_refused_with_the_way_to_register_it() -> None:
    with pytest.raises(UnknownAction, match=r"'tea.spilt' is not registered: add action\('tea.spilt', _\(...\)\)"):
        record("tea.spilt", harbour_tea(), Actor.system(harbour_tea(), "beat"), now=NOON)


@pytest.mark.django_db
def test_a_fact_that_the_sentence_names_may_not_be_missing() -> None:
    with pytest.raises(BadFacts, match=r"tea.counted: its sentence needs the facts cups: pass them"):
        record("tea.counted", harbour_tea(), Actor.system(harbour_tea(), "beat"), now=NOON)


@pytest.mark.django_db
def test_a_phone_number_among_the_facts_is_masked() -> None:
    note = "called +852 6123 4567 twice"
    number = record("tea.poured", harbour_tea(), Actor.system(harbour_tea(), "beat"), now=NOON, note=note)
    assert Entry.objects.get(pk=number).facts == {"note": "called [masked phone] twice"}


@pytest.mark.django_db
def test_a_person_is_kept_by_initials_an_agent_and_the_system_by_name() -> None:
    mei, agent = mei_chan(), AgentFactory(name="Tea assistant")
    who = Actor.of_person(mei, Face.DESK), Actor.of_agent(agent, Face.MCP), Actor.system(harbour_tea(), "beat")
    for actor in who:
        record("tea.poured", mei, actor, now=NOON)
    labels = Entry.objects.order_by("id").values_list("actor_label", flat=True)
    assert list(labels) == ["M••• C•••", "Tea assistant", "beat"]


@pytest.mark.django_db
def test_a_subject_is_a_saved_row_or_a_key_and_never_a_persons_data() -> None:
    tea = harbour_tea()
    beat = Actor.system(tea, "beat")
    record("tea.poured", ("messaging.Message", "81"), beat, now=NOON)
    entry = Entry.objects.get()
    assert (entry.subject_type, entry.subject_id) == ("messaging.Message", "81")
    for phone in ("+85261234567", "mei@harbour-tea.test", ""):
        with pytest.raises(BadFacts, match="subject: "):
            record("tea.poured", ("messaging.Contact", phone), beat, now=NOON)
    with pytest.raises(BadFacts, match="entry has no key yet: save it first"):
        record("tea.poured", Entry(), beat, now=NOON)


@pytest.mark.django_db
def test_many_entries_are_written_at_once_each_with_its_own_facts() -> None:
    tea = harbour_tea()
    cups = [(("messaging.Message", str(number)), {"cups": number}) for number in range(1, 2502)]
    assert record_many("tea.counted", cups, Actor.system(tea, "beat"), now=NOON, request_id=REQUEST) == 2501
    kept = Entry.objects.order_by("id").values_list("subject_id", "facts", "request_id")
    assert kept[0] == ("1", {"cups": 1}, REQUEST)
    assert kept[2500] == ("2501", {"cups": 2501}, REQUEST)


@pytest.mark.django_db
def test_nothing_of_many_is_kept_when_one_is_refused() -> None:
    tea = harbour_tea()
    cups = [(tea, {"cups": 1}), (tea, {})]
    with pytest.raises(BadFacts):
        record_many("tea.counted", cups, Actor.system(tea, "beat"), now=NOON + timedelta(hours=1))
    assert Entry.objects.count() == 0
