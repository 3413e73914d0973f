"""Under the querysets the database itself keeps one organisation's rows from another: no context, no rows."""

from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor, Face
from accounts.models import Organisation
from accounts.tenancy import SETTING, SYSTEM, TENANT, OtherTenant, OwnRowsOnly, as_login_role, confined_to, unconfined
from approvals.calls import call
from messaging.models import Contact
from tests.factories import NOON, PASSWORD, ContactFactory, PersonFactory, ada_wong, harbour_tea, mei_chan, other_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> Organisation:
    """Harbour Tea with Ida among its contacts; Peak Coffee, whose contact is Rob, is next door."""
    ContactFactory(organisation=other_tenant(), name="Rob")
    return ContactFactory(organisation=harbour_tea(), name="Ida").organisation


def working_as() -> tuple[str, str]:
    """The role of the connection and the organisation it is confined to."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_user, coalesce(current_setting('{SETTING}', true), '')")
        role, organisation = cursor.fetchone()
    return str(role), str(organisation)


def names() -> list[str]:
    return sorted(Contact.objects.values_list("name", flat=True))


def broken_statement() -> None:
    connection.cursor().execute("SELECT 1 / 0")


def test_work_is_done_as_a_role_that_owns_nothing_and_that_policies_bind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT rolname, rolsuper, rolbypassrls, rolcanlogin,
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
              FROM pg_roles WHERE rolname IN (current_user, 'countersign_tenant') ORDER BY rolname""")
        found = cursor.fetchall()
    assert found == [(SYSTEM, False, False, False, False), (TENANT, False, False, False, False)]


def test_a_tenant_sees_its_own_rows_alone(tea: Organisation) -> None:
    assert names() == ["Ida", "Rob"]
    with confined_to(tea.pk):
        assert working_as() == (TENANT, str(tea.pk))
        assert names() == ["Ida"]
        assert list(Organisation.objects.all()) == [tea]
    assert working_as() == (SYSTEM, "")
    assert names() == ["Ida", "Rob"]


def test_without_an_organisation_a_tenant_sees_nothing(tea: Organisation) -> None:
    with confined_to(tea.pk), connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('{SETTING}', '', true)")
        assert names() == []
        cursor.execute(f"RESET {SETTING}")
        assert names() == []


def test_a_row_for_another_organisation_is_refused(tea: Organisation) -> None:
    rival = other_tenant()
    with confined_to(tea.pk), pytest.raises(DatabaseError, match="row-level security policy"), transaction.atomic():
        Contact.objects.create(organisation=rival, name="Planted", phone="+85261110009")
    with confined_to(tea.pk), pytest.raises(DatabaseError, match=r"row-level security|frozen"), transaction.atomic():
        Contact.objects.update(organisation=rival)


def test_changing_or_deleting_another_organisations_row_touches_none(tea: Organisation) -> None:
    with confined_to(tea.pk):
        assert Contact.objects.filter(name="Rob").update(name="Ruined") == 0
        assert Contact.objects.filter(name="Rob").delete() == (0, {})
    assert names() == ["Ida", "Rob"]


def test_not_even_the_owner_of_the_tables_is_above_the_policies(tea: Organisation) -> None:
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active('messaging_contact')")
        assert cursor.fetchone() == (True,)


def test_the_same_organisation_may_be_entered_twice_and_another_never(tea: Organisation) -> None:
    rival = other_tenant()
    with confined_to(tea.pk):
        with confined_to(tea.pk):
            assert names() == ["Ida"]
        assert working_as() == (TENANT, str(tea.pk))
        with pytest.raises(OtherTenant), confined_to(rival.pk):
            pass
        with unconfined():
            assert names() == ["Ida", "Rob"]
        assert names() == ["Ida"]


@pytest.mark.parametrize("wrong", [RuntimeError, DatabaseError])
def test_an_error_inside_ends_the_confinement(tea: Organisation, wrong: type[Exception]) -> None:
    def fail() -> None:
        if wrong is RuntimeError:
            raise RuntimeError
        broken_statement()

    for _round in range(2):
        with pytest.raises(wrong), transaction.atomic(), confined_to(tea.pk):
            fail()
        assert working_as() == (SYSTEM, "")
    with pytest.raises(wrong), confined_to(tea.pk), transaction.atomic():
        fail()
    assert working_as() == (SYSTEM, "")


def test_a_rollback_inside_leaves_the_confinement_standing(tea: Organisation) -> None:
    with confined_to(tea.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken_statement()
        with pytest.raises(DatabaseError), transaction.atomic(), unconfined():
            broken_statement()
        assert working_as() == (TENANT, str(tea.pk))


@pytest.mark.django_db(transaction=True)
def test_errors_in_real_transactions_end_the_confinement_too(tea: Organisation) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), confined_to(tea.pk):
        broken_statement()
    assert working_as() == (SYSTEM, "")
    with pytest.raises(DatabaseError), confined_to(tea.pk), transaction.atomic():
        broken_statement()
    assert working_as() == (SYSTEM, "")
    with transaction.atomic(), confined_to(tea.pk):
        assert names() == ["Ida"]
    assert working_as() == (SYSTEM, "")


@pytest.mark.django_db(transaction=True)
def test_a_connection_opened_anew_inside_is_confined_from_its_first_statement(tea: Organisation) -> None:
    with confined_to(tea.pk):
        connection.close()
        with transaction.atomic():
            assert names() == ["Ida"]
        assert working_as() == (TENANT, str(tea.pk))
    assert working_as() == (SYSTEM, "")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_inside_is_not_used_again(tea: Organisation) -> None:
    with pytest.raises(DatabaseError), confined_to(tea.pk), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert working_as() == (SYSTEM, "")


@pytest.mark.django_db(transaction=True)
def test_threads_are_confined_each_by_itself(tea: Organisation) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(names())
        connections.close_all()

    with confined_to(tea.pk):
        thread = Thread(target=look)
        thread.start()
        thread.join()
        assert names() == ["Ida"]
    assert seen == [["Ida", "Rob"]]


def seen_at_the_desk(person: Any) -> tuple[str, str]:
    """What a page would be made as for this person."""
    seen: list[tuple[str, str]] = []

    def page(_request: HttpRequest) -> HttpResponse:
        seen.append(working_as())
        return HttpResponse()

    request = HttpRequest()
    request.user = person
    OwnRowsOnly(page)(request)
    assert working_as() == (SYSTEM, "")
    return seen[0]


def test_the_desk_is_confined_to_whoever_reads_it() -> None:
    mei = mei_chan()
    assert seen_at_the_desk(mei) == (TENANT, str(mei.organisation_id))
    assert seen_at_the_desk(PersonFactory(username="root", is_superuser=True)) == (SYSTEM, "")
    assert seen_at_the_desk(PersonFactory(username="nobody", organisation=None)) == (SYSTEM, "")


def test_a_tool_that_lost_its_filter_still_shows_nothing_foreign(
    tea: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = Actor.of_person(mei_chan(), Face.MCP)
    monkeypatch.setattr(Contact.objects, "filter", lambda **_lost: Contact.objects.all())
    answer = call("whatsapp.contacts.list", {}, mei, NOON)
    assert [contact["name"] for contact in answer.model_dump(mode="json")["data"]["contacts"]] == ["Ida"]


def test_a_username_that_is_taken_next_door_is_said_to_be_taken() -> None:
    PersonFactory(username="rob.roy", organisation=other_tenant())
    form = {"username": "rob.roy", "password1": PASSWORD, "password2": PASSWORD, "role": "viewer"}
    browser = Client()
    browser.force_login(ada_wong())
    answer = browser.post(reverse("admin:accounts_person_add"), form)
    assert "A user with that username already exists." in answer.content.decode()
