"""Administrators say where links may lead; officers end links."""

import pytest

from accounts.models import Person
from audit.models import Entry
from sms.models import LinkDomain, ShortLink
from tests.desk.harbour import signed_in
from tests.factories import ada_wong, mei_chan, sam_lee
from tests.sms.links.tea_links import link_to

DOMAINS, LINKS = "/desk/sms/linkdomain", "/desk/sms/shortlink"


def allow(person: Person, host: str) -> int:
    form = {"purpose": "destination", "host": host, "blocked_at_0": "", "blocked_at_1": "", "blocked_because": ""}
    return signed_in(person).post(f"{DOMAINS}/add/", form).status_code


@pytest.mark.django_db
def test_an_administrator_allows_a_domain_as_addresses_spell_it_and_that_is_recorded() -> None:
    assert allow(ada_wong(), "Shop.Harbour-Tea.test") == 302
    assert LinkDomain.objects.get().host == "shop.harbour-tea.test"
    assert Entry.objects.filter(action="sms.link_domain_changed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["https://shop.test", "127.0.0.1", "bit.ly", "localhost", "shop.test:8443"])
def test_what_no_address_may_name_is_not_allowed_here_either(host: str) -> None:
    assert allow(ada_wong(), host) == 200
    assert LinkDomain.objects.count() == 0


@pytest.mark.django_db
def test_a_marketer_allows_nothing_and_ends_nothing() -> None:
    assert allow(sam_lee(), "shop.test") == 403
    link = link_to()
    signed_in(sam_lee()).post(f"{LINKS}/{link.pk}/change/", {"revoked_because": "mine"})
    assert ShortLink.objects.get(pk=link.pk).revoked_at is None


@pytest.mark.django_db
def test_an_officer_who_says_why_ends_a_link_and_its_destination_stays_as_it_was() -> None:
    link = link_to()
    page = f"{LINKS}/{link.pk}/change/"
    assert signed_in(mei_chan()).get(page).status_code == 200
    assert signed_in(mei_chan()).get(f"{LINKS}/").status_code == 200
    form = {"revoked_because": "Wrong page", "destination": "https://evil.test/"}
    assert signed_in(mei_chan()).post(page, form).status_code == 302
    ended = ShortLink.objects.get(pk=link.pk)
    assert (ended.revoked_because, ended.destination) == ("Wrong page", link.destination)
    assert ended.revoked_at is not None
    assert Entry.objects.filter(action="sms.link_revoked").count() == 1
