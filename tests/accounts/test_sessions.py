"""A session ends by itself, and with whatever made its person somebody else."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from accounts.roles import Role
from tests.accounts.at_the_door import INDEX, is_in, sign_in
from tests.factories import PASSWORD, ada_wong, ken_ho, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "no_tries")]

MINUTE = 60


def kens() -> Client:
    return sign_in(ken_ho().username)


def test_half_an_hour_without_a_page_ends_it(noon: time_machine.Traveller) -> None:
    client = kens()
    assert is_in(client)
    noon.shift(29 * MINUTE)
    assert is_in(client)
    noon.shift(29 * MINUTE)
    assert is_in(client)
    noon.shift(30 * MINUTE)
    assert not is_in(client)


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(noon: time_machine.Traveller) -> None:
    client = kens()
    assert is_in(client)
    noon.shift(20 * MINUTE)
    assert client.get(INDEX, headers={"HX-Request": "true"}).status_code == 200
    noon.shift(10 * MINUTE)
    assert not is_in(client)


def test_eight_hours_end_it_whatever_one_does(noon: time_machine.Traveller) -> None:
    client = kens()
    for _quarter in range(8 * 4 - 1):
        assert is_in(client)
        noon.shift(15 * MINUTE)
    assert is_in(client)
    noon.shift(15 * MINUTE)
    assert not is_in(client)


def changed(**facts: object) -> None:
    """Ada changes Ken at the desk."""
    ken = ken_ho()
    form = {"username": ken.username, "email": ken.email, "role": ken.role, "is_active": "on", **facts}
    client = Client()
    client.force_login(ada_wong())
    answer = client.post(reverse("admin:accounts_person_change", args=(ken.pk,)), form)
    assert answer.status_code == 302


def test_another_role_ends_all_of_them() -> None:
    phone, laptop = kens(), kens()
    changed(role=Role.MARKETER)
    assert not is_in(phone)
    assert not is_in(laptop)


def test_deactivating_ends_them_for_good() -> None:
    client = kens()
    changed(is_active="")
    changed(is_active="on")
    assert ken_ho().is_active
    assert not is_in(client)


def test_another_name_ends_nothing() -> None:
    client = kens()
    changed(first_name="Kenneth")
    assert is_in(client)


def test_a_password_that_an_administrator_sets_ends_them() -> None:
    client = kens()
    new = {"password1": "another-9-words", "password2": "another-9-words"}
    ada = Client()
    ada.force_login(ada_wong())
    assert ada.post(reverse("admin:auth_user_password_change", args=(ken_ho().pk,)), new).status_code == 302
    assert not is_in(client)


def test_ones_own_new_password_ends_all_but_this_one() -> None:
    here, elsewhere = kens(), kens()
    new = {"old_password": PASSWORD, "new_password1": "another-9-words", "new_password2": "another-9-words"}
    assert here.post(reverse("admin:password_change"), new).status_code == 302
    assert (is_in(here), is_in(elsewhere)) == (True, False)


@pytest.mark.parametrize("fact", ["role", "is_superuser", "organisation"])
def test_a_row_changed_behind_the_desks_back_ends_them_too(fact: str) -> None:
    client = kens()
    values = {"role": Role.ADMIN, "is_superuser": True, "organisation": other_tenant()}
    Person.objects.filter(username="ken.ho").update(**{fact: values[fact]})
    assert not is_in(client)
