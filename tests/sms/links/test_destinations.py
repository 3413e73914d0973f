"""Where a short link may lead, and everything that only looks like it."""

import pytest

from sms.links.destinations import judge, sensitive_words
from sms.links.hosts import OddHost, judged_host
from sms.links.utm import looks_personal, with_parameters
from sms.models import LinkDomain, LinkRules
from tests.factories import NOON, harbour_tea, other_tenant
from tests.sms.links.tea_links import SHOP, shop


def codes(address: str) -> list[str]:
    destination, reasons = judge(address, harbour_tea())
    assert (destination is None) == bool(reasons)
    return [reason.code for reason in reasons]


@pytest.mark.django_db
def test_an_https_page_on_an_allowed_domain_passes_byte_for_byte() -> None:
    shop()
    destination, reasons = judge(SHOP, harbour_tea())
    assert reasons == []
    assert destination is not None
    assert (destination.address, destination.host) == (SHOP, "shop.harbour-tea.test")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://shop.harbour-tea.test/", "not_https"),
        ("ftp://shop.harbour-tea.test/", "not_https"),
        ("javascript:alert(document.domain)", "not_an_address"),
        ("data:text/html;base64,PHNjcmlwdD4=", "not_an_address"),
        ("//shop.harbour-tea.test/", "not_https"),
        ("https:///shop.harbour-tea.test", "not_an_address"),
        ("https:\\\\shop.harbour-tea.test\\", "not_an_address"),
        ("https://evil.test\\@shop.harbour-tea.test/", "not_an_address"),
        ("https://shop.harbour-tea.test/a b", "not_an_address"),
        ("https://shop.harbour-tea.test/\r\nSet-Cookie: a=b", "not_an_address"),
        ("https://shop.harbour-tea.test/{{name}}", "not_an_address"),
        ("https://[::1/", "not_an_address"),
        ("https://shop.harbour-tea.test@evil.test/", "user_in_address"),
        ("https://tea:pot@shop.harbour-tea.test/", "user_in_address"),
        ("https://shop.harbour-tea.test:8443/", "odd_port"),
        ("https://shop.harbour-tea.test:99999/", "not_an_address"),
        ("https://127.0.0.1/", "not_a_name"),
        ("https://2130706433/", "not_a_name"),
        ("https://0x7f.1/", "not_a_name"),
        ("https://[::1]/", "not_a_name"),
        ("https://localhost/", "not_a_name"),
        ("https://shop.harbour-tea.test./", "not_a_name"),
        ("https://shop_harbour.test/", "not_a_name"),
        ("https://shop.hаrbour-tea.test/", "mixed_scripts"),  # a Cyrillic а
        ("https://xn--hrbour-tea-1ij.test/", "mixed_scripts"),  # the same, already in ASCII
        ("https://bit.ly/spring", "shortener"),
        ("https://tea.page.link/spring", "shortener"),
        ("https://tea.example.test/AbCdEfGh", "leads_to_itself"),
        ("https://evil.test/", "domain_not_allowed"),
        ("https://www.shop.harbour-tea.test/", "domain_not_allowed"),
        ("https://shop.harbour-tea.test.evil.test/", "domain_not_allowed"),
        ("https://shop.harbour-tea.test/?utm_content=61234567", "personal_data"),
        ("https://shop.harbour-tea.test/?to=mei@harbour-tea.test", "personal_data"),
        ("https://shop.harbour-tea.test/" + "a" * 1900, "address_too_long"),
    ],
)
def test_what_only_looks_like_an_allowed_address_is_refused(address: str, code: str) -> None:
    shop()
    assert code in codes(address)


@pytest.mark.django_db
def test_subdomains_are_allowed_only_where_it_says_so_and_a_block_counts_for_all_below() -> None:
    above = shop(host="harbour-tea.test", with_subdomains=True)
    assert codes("https://www.harbour-tea.test/") == []
    shop(host="www.harbour-tea.test")
    LinkDomain.objects.filter(pk=above.pk).update(blocked_at=NOON)
    assert codes("https://www.harbour-tea.test/") == ["domain_blocked"]


@pytest.mark.django_db
def test_another_tenants_domain_is_not_ours() -> None:
    shop(other_tenant())
    assert codes(SHOP) == ["domain_not_allowed"]


def test_names_in_one_script_are_kept_in_ascii_and_chinese_may_stand_beside_latin() -> None:
    assert judged_host("Shop.Example.HK") == "shop.example.hk"
    assert judged_host("海港茶.香港") == "xn--90w6o343c.xn--j6w193g"
    assert judged_host("tea茶.hk") == "xn--tea-lj3i.hk"
    with pytest.raises(OddHost, match="mixed_scripts"):
        judged_host("paypаl.com")


def test_parameters_are_added_without_touching_what_is_there() -> None:
    wanted = {"utm_source": "sms", "utm_campaign": "spring"}
    assert with_parameters("https://a.test/p", wanted) == "https://a.test/p?utm_source=sms&utm_campaign=spring"
    there = "https://a.test/p?q=%E8%8C%B6&utm_Source=mail#/a?b=c"
    assert with_parameters(there, wanted) == "https://a.test/p?q=%E8%8C%B6&utm_Source=mail&utm_campaign=spring#/a?b=c"
    assert with_parameters("https://a.test/p?q=a%2520b&x", {}) == "https://a.test/p?q=a%2520b&x"


def test_a_number_is_told_from_a_day() -> None:
    personal = ("61234567", "tel-6123-4567", "85261234567", "mei@tea.test", "mei%40tea.test")
    assert [value for value in personal if not looks_personal(value)] == []
    assert [value for value in ("spring-2026", "20260302", "spring-2026-03-02", "v2") if looks_personal(value)] == []


@pytest.mark.django_db
def test_words_of_payment_and_finance_are_found_whole_and_chinese_ones_anywhere() -> None:
    tea = harbour_tea()
    assert sensitive_words("https://shop.test/checkout/pay?next=1", tea) == ["checkout", "pay"]
    assert sensitive_words("https://shop.test/repayments-of-kindness", tea) == []
    assert sensitive_words("https://shop.test/%E7%AB%8B%E5%8D%B3%E4%BB%98%E6%AC%BE", tea) == ["付款"]
    LinkRules.objects.create(organisation=tea, sensitive_words=["Lottery"])
    assert sensitive_words("https://shop.test/lottery", tea) == ["lottery"]
