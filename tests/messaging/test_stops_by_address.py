"""A no reaches the person behind an address, however it is spelled, and nobody else."""

import pytest

from messaging.contacts.identities import contacts_known_as, find_or_make
from messaging.models import ConsentEvidence, Contact
from messaging.phones import normalise
from tests.approvals.tea_room import at_once
from tests.factories import NOON, harbour_tea, other_tenant
from tests.messaging.saying_no import standing, stop
from tests.messaging.spring_tea import SpringTea, drinker, judged

pytestmark = pytest.mark.django_db


SPELLINGS = [
    "+852 6123 4567",
    "6123 4567",
    "00852-6123-4567",
    "(852) 61234567",
    "＋８５２　６１２３　４５６７",
    "852 61234567",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_stop_by_the_phone_in_any_spelling_reaches_the_person(spelling: str) -> None:
    tea = SpringTea()
    ann = drinker("Ann", phone="+85261234567")
    written = normalise(spelling, "HK").e164
    (found,) = contacts_known_as(harbour_tea(), {"phone": written})
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_a_stop_by_business_scoped_id_alone_reaches_the_person() -> None:
    tea = SpringTea()
    ann = drinker("Ann", bsuid="HK.4111222333444")
    (found,) = find_or_make(harbour_tea(), {"bsuid": "HK.4111222333444"}, NOON)
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_a_stop_of_somebody_unknown_is_kept_for_when_they_become_known() -> None:
    (unknown,) = find_or_make(harbour_tea(), {"phone": "+85261234567", "wa_id": "85261234567"}, NOON)
    stop(unknown)
    (again,) = find_or_make(harbour_tea(), {"wa_id": "85261234567"}, NOON)
    assert (again, standing(again)) == (unknown, ["stop"])


def test_a_new_address_is_noted_on_the_person_so_that_a_stop_by_it_counts() -> None:
    tea = SpringTea()
    ann = drinker("Ann", phone="+85261234567")
    find_or_make(harbour_tea(), {"bsuid": "HK.4111222333444"}, NOON, beside=ann)
    (found,) = contacts_known_as(harbour_tea(), {"bsuid": "HK.4111222333444"})
    assert (found, Contact.objects.get(pk=ann.pk).bsuid) == (ann, "HK.4111222333444")
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_the_same_number_at_another_tenant_is_another_person() -> None:
    ours, theirs = drinker(phone="+85261234567"), drinker(phone="+85261234567", organisation=other_tenant())
    assert contacts_known_as(harbour_tea(), {"phone": "+85261234567"}) == [ours]
    stop(ours)
    assert standing(theirs) == []


def test_nobody_is_known_by_an_empty_address() -> None:
    drinker(phone=None, bsuid="HK.1")
    assert contacts_known_as(harbour_tea(), {"phone": "", "wa_id": ""}) == []
    with pytest.raises(ValueError, match="at least one address"):
        find_or_make(harbour_tea(), {"phone": ""}, NOON)


@pytest.mark.django_db(transaction=True)
def test_two_stops_at_once_are_one_standing_no() -> None:
    ann = drinker("Ann")
    outcomes = at_once(*[lambda: stop(ann)] * 6)
    assert not [problem for problem in outcomes if isinstance(problem, Exception)]
    assert standing(ann) == ["stop"]
    assert ConsentEvidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_webhooks_at_once_make_one_person_of_one_address() -> None:
    organisation = harbour_tea()
    outcomes = at_once(*[lambda: find_or_make(organisation, {"phone": "+85261234567"}, NOON)] * 6)
    assert not [problem for problem in outcomes if isinstance(problem, Exception)]
    assert Contact.objects.count() == 1
