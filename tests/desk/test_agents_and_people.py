"""Agents and people at the desk: a key is seen once, nobody raises themselves, every change is in the record."""

import re

import pytest
from django.urls import reverse

from accounts.credentials import agent_for_key
from accounts.models import Agent, Organisation, Person
from accounts.roles import Role
from audit.models import Entry
from tests.desk.harbour import page, signed_in, status
from tests.factories import (
    NOON,
    PASSWORD,
    AgentFactory,
    PersonFactory,
    ada_wong,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
)

pytestmark = pytest.mark.django_db

KEY = re.compile(r"cs_[0-9a-f]{10}_[\w-]{43}")


def new_agent_form(**changed: object) -> dict[str, object]:
    return {
        "name": "Tea assistant", "owner": str(sam_lee().pk), "scopes": ["whatsapp:read", "whatsapp:preview"],
        "toolset": "whatsapp", "people_per_day": 500, "messages_per_day": 500, "money_per_day": "50.00",
        "unapproved_people": 20, **changed,
    }  # fmt: skip


def test_a_new_agents_key_is_shown_once_and_opens_the_door() -> None:
    answer = signed_in(ada_wong()).post(reverse("admin:accounts_agent_add"), new_agent_form())
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    key = KEY.search(answer.content.decode())[0]  # type: ignore[index]
    agent = Agent.objects.get(name="Tea assistant")
    assert agent_for_key(key, NOON) == agent
    assert agent.organisation == harbour_tea()
    for name, args in (("accounts_agent_change", (agent.pk,)), ("accounts_agent_changelist", ())):
        text = page(ada_wong(), name, *args)
        assert key not in text
        assert agent.key_hash not in text
    assert key not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_an_agent_cannot_be_given_a_scope_that_decides() -> None:
    answer = signed_in(ada_wong()).post(reverse("admin:accounts_agent_add"), new_agent_form(scopes=["requests:decide"]))
    assert "requests:decide is not one of the available choices" in answer.content.decode()
    assert not Agent.objects.exists()


def test_a_new_key_replaces_the_old_one_and_a_link_replaces_nothing() -> None:
    answer = signed_in(ada_wong()).post(reverse("admin:accounts_agent_add"), new_agent_form())
    old = KEY.search(answer.content.decode())[0]  # type: ignore[index]
    agent = Agent.objects.get()
    assert status(ada_wong(), "accounts_agent_new_key", agent.pk) == 200
    assert agent_for_key(old, NOON) == agent
    answer = signed_in(ada_wong()).post(reverse("admin:accounts_agent_new_key", args=(agent.pk,)))
    new = KEY.search(answer.content.decode())[0]  # type: ignore[index]
    assert agent_for_key(old, NOON) is None
    assert agent_for_key(new, NOON) == agent


def test_the_kill_switch_is_pulled_by_a_form_and_never_by_a_link() -> None:
    agent = AgentFactory()
    assert status(mei_chan(), "accounts_agent_disable", agent.pk) == 200
    assert Agent.objects.get().disabled_at is None
    assert status(mei_chan(), "accounts_agent_disable", agent.pk, method="post", _form_submitted="on") == 204
    assert Agent.objects.get().disabled_at == NOON
    assert Entry.objects.filter(action="agent.disabled", subject_id=str(agent.pk)).exists()
    assert status(mei_chan(), "accounts_agent_enable", agent.pk, method="post", _form_submitted="on") == 403


@pytest.mark.parametrize("who", [sam_lee, ken_ho])
def test_a_role_that_does_not_decide_cannot_pull_the_kill_switch(who) -> None:  # type: ignore[no-untyped-def]
    agent = AgentFactory()
    assert status(who(), "accounts_agent_disable", agent.pk, method="post", _form_submitted="on") == 403
    assert Agent.objects.get().disabled_at is None


def test_another_tenants_agent_is_not_found_by_any_switch() -> None:
    agent = AgentFactory()
    stranger = PersonFactory(username="lily", organisation=other_tenant(), role=Role.ADMIN)
    for action in ("disable", "new_key"):
        assert status(stranger, f"accounts_agent_{action}", agent.pk, method="post", _form_submitted="on") == 404
    assert Agent.objects.get().disabled_at is None


def person_form(person: Person, **changed: object) -> dict[str, object]:
    return {"username": person.username, "email": person.email, "first_name": person.first_name,
            "last_name": person.last_name, "role": person.role, "is_active": "on", **changed}  # fmt: skip


def change_person(who: Person, person: Person, **changed: object) -> int:
    address = reverse("admin:accounts_person_change", args=(person.pk,))
    return int(signed_in(who).post(address, person_form(person, **changed)).status_code)


def test_nobody_changes_their_own_role() -> None:
    ada = ada_wong()
    assert change_person(ada, ada, role=Role.COMPLIANCE) == 302
    ada.refresh_from_db()
    assert ada.role == Role.ADMIN


def test_a_role_that_is_given_is_in_the_record() -> None:
    ken = ken_ho()
    assert change_person(ada_wong(), ken, role=Role.MARKETER) == 302
    entry = Entry.objects.get(action="person.changed", subject_id=str(ken.pk))
    assert (entry.facts["role"], entry.facts["fields"]) == ("marketer", ["role"])


def test_an_administrator_makes_no_superuser_and_moves_nobody_to_another_organisation() -> None:
    ken = ken_ho()
    change_person(ada_wong(), ken, is_superuser="on", organisation=str(other_tenant().pk))
    ken.refresh_from_db()
    assert not ken.is_superuser
    assert ken.organisation == harbour_tea()


def test_a_superusers_account_is_out_of_an_administrators_reach() -> None:
    boss = PersonFactory(username="boss", role=Role.VIEWER, is_superuser=True)
    assert change_person(ada_wong(), boss, is_active="") == 403
    address = reverse("admin:auth_user_password_change", args=(boss.pk,))
    new = {"password1": "another-9-words", "password2": "another-9-words"}
    assert signed_in(ada_wong()).post(address, new).status_code == 403
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD)


def test_a_password_that_somebody_else_sets_is_in_the_record() -> None:
    ken = ken_ho()
    new = {"password1": "another-9-words", "password2": "another-9-words"}
    address = reverse("admin:auth_user_password_change", args=(ken.pk,))
    assert signed_in(ada_wong()).post(address, new).status_code == 302
    assert Entry.objects.filter(action="person.password_set", subject_id=str(ken.pk)).exists()


def test_a_new_person_belongs_to_the_organisation_of_whoever_adds_them() -> None:
    form = {"username": "new.one", "password1": "another-9-words", "password2": "another-9-words", "role": "viewer",
            "organisation": str(other_tenant().pk)}  # fmt: skip
    assert signed_in(ada_wong()).post(reverse("admin:accounts_person_add"), form).status_code == 302
    person = Person.objects.get(username="new.one")
    assert (person.organisation, person.is_staff, person.is_superuser) == (harbour_tea(), True, False)


def test_all_sending_is_stopped_by_who_decides_and_allowed_again_by_an_administrator() -> None:
    house = harbour_tea()
    assert status(sam_lee(), "accounts_organisation_stop_sending", house.pk, method="post", _form_submitted="on") == 403
    assert status(mei_chan(), "accounts_organisation_stop_sending", house.pk) == 200
    assert Organisation.objects.get(pk=house.pk).sending_stopped_at is None
    assert (
        status(mei_chan(), "accounts_organisation_stop_sending", house.pk, method="post", _form_submitted="on") == 204
    )
    assert Organisation.objects.get(pk=house.pk).sending_stopped_at == NOON
    switch = "accounts_organisation_allow_sending"
    assert status(mei_chan(), switch, house.pk, method="post", _form_submitted="on") == 403
    assert status(ada_wong(), switch, house.pk, method="post", _form_submitted="on") == 204
    assert Organisation.objects.get(pk=house.pk).sending_stopped_at is None


def test_a_superuser_from_outside_stops_nobodys_sending() -> None:
    root = PersonFactory(username="root", organisation=None, role=Role.ADMIN, is_superuser=True)
    address = "accounts_organisation_stop_sending"
    assert status(root, address, harbour_tea().pk, method="post", _form_submitted="on") == 403
