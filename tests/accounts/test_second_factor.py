"""The second factor: nothing opens with a password alone, codes are good once, and nobody goes round it."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Authenticator, BackupCodes, Person
from accounts.second_factor import enrolment
from audit.models import Entry
from tests.accounts.at_the_door import CODE, INDEX, MINE, SET_UP, code_of, give_code, is_in, sign_in, with_app
from tests.factories import PASSWORD, PersonFactory, ada_wong, ken_ho, mei_chan, other_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "no_tries")]

BACKUP_CODE = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"


def recorded(person: Person, action: str) -> int:
    return Entry.objects.filter(action=action, subject_id=str(person.pk)).count()


@pytest.mark.usefixtures("required")
def test_a_password_alone_opens_nothing_but_setting_up_and_leaving() -> None:
    client = sign_in(mei_chan().username)
    answer = client.get(reverse("admin:approvals_actionrequest_changelist"))
    assert answer.status_code == 302
    assert answer["Location"] == f"{CODE}?next=%2Fdesk%2Fapprovals%2Factionrequest%2F"
    assert client.get(answer["Location"])["Location"] == f"{SET_UP}?next=%2Fdesk%2Fapprovals%2Factionrequest%2F"
    assert client.post(reverse("admin:password_change"), {})["Location"] == CODE
    assert client.get("/api/tools").status_code == 401
    assert client.get(SET_UP).status_code == 200
    assert client.post(reverse("admin:logout")).status_code == 200


@pytest.mark.usefixtures("required")
def test_the_first_sign_in_sets_up_an_app_and_shows_backup_codes_once() -> None:
    mei = mei_chan()
    client = sign_in(mei.username)
    page = client.get(SET_UP).content.decode()
    app = Authenticator.objects.get(user=mei)
    assert "<svg" in page
    assert enrolment.readable_key(app) in page
    assert enrolment.readable_key(app) in client.get(SET_UP).content.decode(), "reloading keeps the secret"
    answer = client.post(SET_UP, {"code": code_of(app), "next": "/desk/messaging/send/"})
    codes = BACKUP_CODE.findall(answer.content.decode())
    assert (answer.status_code, len(codes)) == (200, 10)
    assert "no-store" in answer["Cache-Control"]
    assert 'href="/desk/messaging/send/"' in answer.content.decode()
    assert is_in(client)
    assert not BACKUP_CODE.search(client.get(MINE).content.decode())
    assert recorded(mei, "person.second_factor_set") == 1


@pytest.mark.usefixtures("required")
def test_a_wrong_code_sets_up_nothing() -> None:
    mei = mei_chan()
    client = sign_in(mei.username)
    client.get(SET_UP)
    wrong = code_of(Authenticator.objects.get(user=mei), minutes=30)
    assert "This is not the app&#x27;s code" in client.post(SET_UP, {"code": wrong}).content.decode()
    assert not is_in(client)
    assert not Authenticator.objects.get(user=mei).confirmed


def test_whoever_has_an_app_is_asked_though_it_is_optional() -> None:
    mei = mei_chan()
    assert is_in(sign_in(mei.username))
    app, _codes = with_app(mei)
    client = sign_in(mei.username)
    assert client.get(INDEX)["Location"] == f"{CODE}?next=%2Fdesk%2F"
    assert give_code(client, code_of(app))["Location"] == INDEX
    assert is_in(client)
    assert recorded(mei, "person.signed_in") == 1


def test_a_code_is_good_once_even_for_another_browser(noon: time_machine.Traveller) -> None:
    app, _codes = with_app(mei_chan())
    code = code_of(app)
    first, second = sign_in("mei.chan"), sign_in("mei.chan")
    assert give_code(first, code).status_code == 302
    assert "wrong or used" in give_code(second, code).content.decode()
    noon.shift(30)
    assert give_code(second, code_of(app, minutes=-0.5)).status_code == 200, "nor one before it"
    noon.shift(30)
    assert give_code(second, code_of(app)).status_code == 302


def test_wrong_codes_make_the_right_one_wait(noon: time_machine.Traveller) -> None:
    mei = mei_chan()
    app, codes = with_app(mei)
    client = sign_in(mei.username)
    for _try in range(4):  # they make it wait 1, 2, 4 and 8 seconds
        give_code(client, code_of(app, minutes=30))
        noon.shift(8)
    noon.shift(-5)
    assert give_code(client, code_of(app)).status_code == 200
    assert recorded(mei, "person.second_factor_wrong") == 5
    assert give_code(client, codes[0]).status_code == 302, "the paper has a count of its own"


def test_a_backup_code_is_good_once_and_typed_as_people_type() -> None:
    _app, codes = with_app(mei_chan())
    typed = codes[3].upper().replace("-", " ")
    first = sign_in("mei.chan")
    assert give_code(first, typed).status_code == 302
    assert "9 are left" in first.get(INDEX).content.decode()
    assert give_code(sign_in("mei.chan"), typed).status_code == 200
    assert enrolment.backup_codes_left(mei_chan()) == 9


def test_nothing_in_the_database_shows_a_secret_or_a_code() -> None:
    app, codes = with_app(mei_chan())
    with connection.cursor() as cursor:
        cursor.execute("SELECT a.secret || b.hashes::text FROM accounts_authenticator a, accounts_backupcodes b")
        (kept,) = cursor.fetchone()
    assert app.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_session_is_called_something_else_once_it_is_verified() -> None:
    app, _codes = with_app(mei_chan())
    client = sign_in("mei.chan")
    half_way = client.session.session_key
    give_code(client, code_of(app))
    assert client.session.session_key != half_way
    thief = Client()
    thief.cookies["session"] = str(half_way)
    assert not is_in(thief)


def test_the_code_page_leads_to_no_other_host() -> None:
    app, _codes = with_app(mei_chan())
    assert give_code(sign_in("mei.chan"), code_of(app), "https://elsewhere.test/")["Location"] == INDEX


def test_somebody_elses_code_does_not_do() -> None:
    with_app(mei_chan())
    ada, ada_codes = with_app(ada_wong())
    client = sign_in("mei.chan")
    assert give_code(client, code_of(ada)).status_code == 200
    assert give_code(client, ada_codes[0]).status_code == 200


def verified(person: Person) -> Client:
    app, _codes = with_app(person)
    client = sign_in(person.username)
    give_code(client, code_of(app))
    assert is_in(client)
    return client


def test_another_app_needs_the_password_and_ends_what_the_old_one_verified(noon: time_machine.Traveller) -> None:
    mei = mei_chan()
    client = verified(mei)
    elsewhere = sign_in(mei.username)
    old = Authenticator.objects.get(user=mei, confirmed=True)
    noon.shift(60)
    give_code(elsewhere, code_of(old))
    client.get(SET_UP)
    new = Authenticator.objects.get(user=mei, confirmed=False)
    for form in ({}, {"password": "not-mine-9-words"}):
        assert client.post(SET_UP, {"code": code_of(new), **form}).status_code == 200
        assert Authenticator.objects.get(user=mei, confirmed=True) == old
    assert client.post(SET_UP, {"code": code_of(new), "password": PASSWORD}).status_code == 200
    assert Authenticator.objects.get(user=mei) == new
    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_half_a_sign_in_sets_up_no_other_app_and_makes_no_codes() -> None:
    mei = mei_chan()
    _app, codes = with_app(mei)
    client = sign_in(mei.username)
    assert client.get(SET_UP)["Location"] == CODE
    assert client.post(MINE, {"password": PASSWORD})["Location"] == CODE
    assert not Authenticator.objects.filter(user=mei, confirmed=False).exists()
    assert give_code(client, codes[0]).status_code == 302


def test_new_backup_codes_need_the_password_and_void_the_old() -> None:
    mei = mei_chan()
    client = verified(mei)
    old = BackupCodes.objects.get(user=mei).hashes
    client.post(MINE, {"password": "not-mine-9-words"})
    assert BackupCodes.objects.get(user=mei).hashes == old
    assert recorded(mei, "person.password_wrong") == 1
    answer = client.post(MINE, {"password": PASSWORD})
    assert len(BACKUP_CODE.findall(answer.content.decode())) == 10
    assert set(old).isdisjoint(BackupCodes.objects.get(user=mei).hashes)


def test_five_wrong_passwords_hold_the_right_one() -> None:
    client = verified(mei_chan())
    for _try in range(5):
        client.post(MINE, {"password": "not-mine-9-words"})
    assert "Too many wrong passwords" in client.post(MINE, {"password": PASSWORD}).content.decode()


def reset(who: Person, whom: Person, password: str = PASSWORD) -> int:
    client = Client()
    client.force_login(who)
    address = reverse("admin:accounts_person_reset_second_factor", args=(whom.pk,))
    return int(client.post(address, {"password": password, "_form_submitted": "on"}).status_code)


def test_an_administrator_resets_somebodys_second_factor_with_their_own_password() -> None:
    ken = ken_ho()
    client = verified(ken)
    ada = ada_wong()
    assert reset(ada, ken, "not-mine-9-words") == 204
    assert is_in(client)
    assert reset(ada, ken) == 204
    assert not Authenticator.objects.filter(user=ken).exists()
    assert not BackupCodes.objects.filter(user=ken).exists()
    assert not is_in(client)
    assert recorded(ken, "person.second_factor_reset") == 1


def not_an_administrator() -> Person:
    return mei_chan()


def from_elsewhere() -> Person:
    return PersonFactory(username="lily", organisation=other_tenant(), role="admin")


@pytest.mark.parametrize(("who", "status"), [(not_an_administrator, 403), (from_elsewhere, 403)])
def test_nobody_else_resets_it(who: Callable[[], Person], status: int) -> None:
    ken = ken_ho()
    with_app(ken)
    assert reset(who(), ken) == status
    assert Authenticator.objects.filter(user=ken).exists()


def test_nobody_resets_their_own() -> None:
    ada = ada_wong()
    client = verified(ada)
    address = reverse("admin:accounts_person_reset_second_factor", args=(ada.pk,))
    assert client.post(address, {"password": PASSWORD, "_form_submitted": "on"}).status_code == 403
    assert Authenticator.objects.filter(user=ada).exists()
