"""Codes: random, one a person, made for many at once."""

from collections.abc import Sequence
from unittest.mock import patch

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from messaging.models import Contact
from sms.links import codes
from sms.links.codes import OutOfCodes, campaign_code, make_codes, random_code, sample_url, urls_for
from sms.models import LinkCode, LinkRules, ShortLink
from tests.factories import NOON, ContactFactory, harbour_tea, other_tenant
from tests.sms.links.tea_links import BASE, link_to, texted


def drinkers(count: int) -> list[Contact]:
    return [ContactFactory() for _ in range(count)]


def keys(people: Sequence[Contact]) -> list[int]:
    return [person.pk for person in people]


def test_codes_leave_out_what_people_mix_up() -> None:
    drawn = "".join(random_code() for _ in range(500))
    assert len(drawn) == 4000
    assert set("0OIl") & set(drawn) == set()
    assert len(set(drawn)) == 58


@pytest.mark.django_db
def test_everybody_gets_a_code_of_their_own_and_keeps_it() -> None:
    people = drinkers(3)
    link, send = link_to(), texted(people)
    made = make_codes(link, send, keys(people), NOON)
    assert len(set(made.values())) == 3
    assert {len(code) for code in made.values()} == {8}
    assert make_codes(link, send, keys(people[:2]), NOON) == {key: made[key] for key in keys(people[:2])}
    assert urls_for(link, send, keys(people[:1]), NOON) == {people[0].pk: f"{BASE}/{made[people[0].pk]}"}
    assert len(sample_url(link)) == len(f"{BASE}/{made[people[0].pk]}")


@pytest.mark.django_db
def test_many_codes_take_three_statements() -> None:
    people = drinkers(40)
    link, send = link_to(), texted(people)
    with CaptureQueriesContext(connection) as asked:
        make_codes(link, send, keys(people), NOON)
    assert len(asked) == 3


@pytest.mark.django_db
def test_a_code_that_is_taken_is_drawn_again() -> None:
    ann, bob = drinkers(2)
    link, send = link_to(), texted([ann, bob])
    with patch.object(codes, "random_code", side_effect=["AAAAAAAA", "AAAAAAAA", "BBBBBBBB"]):
        made = make_codes(link, send, [ann.pk, bob.pk], NOON)
    assert sorted(made.values()) == ["AAAAAAAA", "BBBBBBBB"]


@pytest.mark.django_db
def test_nobody_of_another_tenant_gets_a_code() -> None:
    stranger = ContactFactory(organisation=other_tenant())
    link, send = link_to(), texted(drinkers(1))
    with pytest.raises(OutOfCodes):
        make_codes(link, send, [stranger.pk], NOON)
    assert LinkCode.objects.count() == 0


@pytest.mark.django_db
def test_people_who_are_not_to_be_counted_get_codes_without_a_trace() -> None:
    LinkRules.objects.create(organisation=harbour_tea(), untracked_countries=["DE"])
    ann, cy = ContactFactory(), ContactFactory(phone="+4915112345678", country="DE")
    dee = ContactFactory(attributes={"click_tracking": "off"})
    make_codes(link_to(), texted([ann, cy, dee]), keys([ann, cy, dee]), NOON)
    assert dict(LinkCode.objects.values_list("contact", "tracked")) == {ann.pk: True, cy.pk: False, dee.pk: False}


@pytest.mark.django_db
def test_a_link_of_a_campaign_has_one_short_code_for_all() -> None:
    people = drinkers(2)
    link = link_to(per_person=False)
    code = campaign_code(link, NOON)
    assert len(code) == 7
    assert make_codes(link, texted(people), keys(people), NOON) == dict.fromkeys(keys(people), code)
    assert LinkCode.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_to_point_a_link_elsewhere() -> None:
    link = link_to()
    with pytest.raises(ProgrammingError, match="frozen"), transaction.atomic():
        ShortLink.objects.filter(pk=link.pk).update(destination="https://evil.test/")
