"""Looking at landing pages without being led to our own neighbours."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from sms.links.landing import BadLanding, IsAllowed, Step, is_public, landing_of
from sms.links.looking import look_at_landings
from sms.models import ShortLink
from tests.factories import NOON
from tests.sms.links.tea_links import SHOP, link_to

PUBLIC = "93.184.216.34"


def land(
    pages: dict[str, Step], addresses: dict[str, Sequence[str]] | None = None, start: str = "https://a.test/"
) -> str:
    """Where `start` ends, if the internet were these pages; only a.test and b.test are allowed."""
    asked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        return (addresses or {}).get(host, [PUBLIC])

    def ask(url: str, address: str) -> Step:
        assert address == PUBLIC
        asked.append(url)
        if url not in pages:
            raise OSError(url)
        return pages[url]

    return landing_of(start, lambda host: host in ("a.test", "b.test"), resolve, ask)


def test_redirects_are_followed_to_the_page_at_the_end() -> None:
    pages = {"https://a.test/": Step(301, "/tea"), "https://a.test/tea": Step(302, "https://b.test/x"),
             "https://b.test/x": Step(200)}  # fmt: skip
    assert land(pages) == "https://b.test/x"


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://b.test/", "not_plain_https"),
        ("https://b.test:8443/", "not_plain_https"),
        ("https://tea@b.test/", "not_plain_https"),
        ("https://evil.test/", "domain_not_allowed"),
        ("https://169.254.169.254/latest/meta-data", "domain_not_allowed"),
        ("file:///etc/passwd", "not_plain_https"),
        ("https://[::1/", "not_an_address"),
        ("https://a.test/", "too_many_redirects"),
        ("https://b.test/gone", "unreachable"),
    ],
)
def test_a_redirect_leads_nowhere_that_is_not_allowed(location: str, code: str) -> None:
    with pytest.raises(BadLanding, match=code):
        land({"https://a.test/": Step(302, location)})


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.5"], [PUBLIC, "192.168.1.1"], ["fd00::1"], ["::ffff:127.0.0.1"], []]
)
def test_a_name_with_one_private_address_is_not_asked(addresses: list[str]) -> None:
    pages = {"https://a.test/": Step(302, "https://b.test/"), "https://b.test/": Step(200)}
    with pytest.raises(BadLanding, match="private_address"):
        land(pages, {"b.test": addresses})


def test_private_ranges_are_told_in_every_spelling() -> None:
    private = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
               "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b:1::1",
               "64:ff9b::7f00:1", "tea"]  # fmt: skip
    assert [address for address in private if is_public(address)] == []
    assert is_public(PUBLIC)
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_a_page_that_is_missing_or_broken_is_told() -> None:
    with pytest.raises(BadLanding, match="status_404"):
        land({"https://a.test/": Step(404)})


@pytest.mark.django_db
def test_a_link_that_ends_elsewhere_than_at_first_is_a_problem_and_one_that_is_back_is_none() -> None:
    link, ends = link_to(), {"at": SHOP, "bad": ""}

    def pretend(url: str, is_allowed: IsAllowed) -> str:
        assert url == SHOP
        assert is_allowed("shop.harbour-tea.test")
        assert not is_allowed("evil.test")
        if ends["bad"]:
            raise BadLanding(ends["bad"])
        return ends["at"]

    def problem(day: int) -> str:
        assert look_at_landings(NOON + timedelta(days=day), pretend) == 1
        return ShortLink.objects.get(pk=link.pk).landing_problem

    assert problem(0) == ""
    assert look_at_landings(NOON + timedelta(hours=23), pretend) == 0
    ends["bad"] = "unreachable"
    assert problem(1) == "unreachable"
    ends["bad"] = ""
    assert problem(2) == ""
    ends["at"] = "https://shop.harbour-tea.test/login"
    assert problem(3) == "ends_elsewhere"
    assert look_at_landings(NOON + timedelta(days=31), pretend) == 0
