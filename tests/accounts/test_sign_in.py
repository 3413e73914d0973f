"""The login page: guessing is slow, and nobody learns from it who exists; nobody is shut out from afar."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import RequestFactory
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as RedisIsAway

from accounts.bounds import address_of
from audit.models import Entry
from config import settings as product
from tests.accounts.at_the_door import is_in, login_page_says, sign_in
from tests.factories import PASSWORD, PersonFactory, ada_wong, ken_ho, mei_chan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "no_tries")]

WRONG = "not-mine-9-words"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def guess(name: str, times: int, address: str = HOME) -> None:
    for _try in range(times):
        sign_in(name, WRONG, address=address)


def actions_about(name: str) -> list[str]:
    return [
        entry.action
        for entry in Entry.objects.filter(action__startswith="person.").order_by("id")
        if entry.subject_id == str(PersonFactory(username=name).pk)
    ]


def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(noon: time_machine.Traveller) -> None:
    mei_chan()
    guess("mei.chan", 5)
    assert not is_in(sign_in("mei.chan"))
    noon.shift(15 * 60)
    assert is_in(sign_in("mei.chan"))


def test_four_wrong_passwords_hold_nobody_and_are_forgotten_after_the_right_one() -> None:
    mei_chan()
    for _round in range(2):
        guess("mei.chan", 4)
        assert is_in(sign_in("mei.chan"))


def test_a_guesser_shuts_nobody_out_elsewhere() -> None:
    mei_chan()
    guess("mei.chan", 6, ELSEWHERE)
    assert is_in(sign_in("mei.chan", address=HOME))


def test_a_name_in_capitals_counts_as_the_same() -> None:
    mei_chan()
    for name in ("MEI.CHAN", "Mei.Chan", "mei.chan", "mei.chaN", "MEI.chan"):
        guess(name, 1)
    assert not is_in(sign_in("mei.chan"))


def test_one_address_may_guess_fifty_times_over_all_names() -> None:
    mei_chan()
    for number in range(50):
        guess(f"somebody-{number}", 1)
    assert not is_in(sign_in("mei.chan"))
    assert is_in(sign_in("mei.chan", address=ELSEWHERE))


def test_the_answer_tells_a_name_that_exists_from_none_in_no_way() -> None:
    ken = ken_ho()
    ken.is_active = False
    ken.save()
    ada_wong()
    for _try in range(7):  # held from the sixth on
        right, wrong, gone = (login_page_says(name, WRONG) for name in ("ada.wong", "nobody", "ken.ho"))
        assert right == wrong == gone
    assert "Too many tries" in right


def test_tries_are_in_the_record_of_whose_name_it_is() -> None:
    mei_chan()
    guess("mei.chan", 8)
    sign_in("mei.chan", address=ELSEWHERE)
    assert actions_about("mei.chan") == [
        *["person.sign_in_failed"] * 5, "person.sign_in_held", "person.password_right",
    ]  # fmt: skip
    assert {entry.actor_kind for entry in Entry.objects.filter(action="person.sign_in_failed")} == {"system"}


def test_what_somebody_typed_as_a_name_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    sign_in("steeped-4-minutes", "mei.chan")
    assert "steeped" not in caplog.text
    assert not Entry.objects.exists()


@pytest.fixture
def redis_is_away(no_tries: None) -> Iterator[None]:
    with patch("django.core.cache.backends.redis.RedisCacheClient.get_client", side_effect=RedisIsAway):
        yield


@pytest.mark.usefixtures("redis_is_away")
def test_without_redis_people_sign_in_and_guessers_are_still_slowed() -> None:
    mei_chan()
    assert is_in(sign_in("mei.chan"))
    guess("mei.chan", 5)
    assert not is_in(sign_in("mei.chan"))


def test_a_session_has_another_name_after_signing_in() -> None:
    mei_chan()
    client = sign_in("mei.chan", WRONG)
    client.session["planted"] = True
    before = client.cookies["session"].value if "session" in client.cookies else ""
    sign_in("mei.chan", client=client)
    assert is_in(client)
    assert client.cookies["session"].value != before


@pytest.mark.parametrize(
    ("proxy", "forwarded", "expected"),
    [
        (False, "192.0.2.1", "203.0.113.7"),
        (True, "192.0.2.1, 198.51.100.9", "198.51.100.9"),
        (True, "", "203.0.113.7"),
        (True, "rubbish", "unknown"),
        (True, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_an_address_is_taken_from_our_proxy_alone(
    settings: Settings, proxy: bool, forwarded: str, expected: str
) -> None:
    settings.BEHIND_PROXY = proxy
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {}, REMOTE_ADDR=HOME)
    assert address_of(request) == expected


def test_passwords_are_kept_with_argon2_and_older_ones_kept_anew(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    mei = mei_chan()
    mei.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    mei.save()
    assert is_in(sign_in("mei.chan"))
    mei.refresh_from_db()
    assert mei.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert identify_hasher(mei.password).algorithm == "argon2"
