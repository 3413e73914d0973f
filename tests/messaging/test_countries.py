"""Whoever is known by number alone is known to be somewhere."""

import pytest

from messaging.contacts.identities import find_or_make
from tests.factories import NOON, harbour_tea

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("phone", "country"), [("+12125550123", "US"), ("+14165550123", "CA"), ("+85261234567", "HK"), ("+80012345678", "")]
)
def test_a_contact_made_without_a_country_has_that_of_the_number(phone: str, country: str) -> None:
    (made,) = find_or_make(harbour_tea(), {"phone": phone}, NOON)
    assert made.country == country
