"""What a message costs: the market of a number, and rate cards read without a guess."""

import io
from datetime import date
from decimal import Decimal

import phonenumbers
import pytest

from approvals.reasons import Refused
from messaging.pricing.markets import market_names, market_of, markets_of_countries
from messaging.pricing.rate_cards import SHIPPED_CARD, Rate, read_rate_card


@pytest.mark.parametrize(
    ("number", "market"),
    [
        ("+85261234567", "HK"),
        ("+447911123456", "GB"),
        ("+4915123456789", "DE"),
        ("+79123456789", "RU"),
        ("+77011234567", "KZ"),
        ("+76001234567", "KZ"),
        ("+16502530000", "NORTH_AMERICA"),
        ("+15062345678", "NORTH_AMERICA"),
        ("+18095551234", "REST_OF_LATIN_AMERICA"),
        ("+18295551234", "REST_OF_LATIN_AMERICA"),
        ("+18495551234", "REST_OF_LATIN_AMERICA"),
        ("+16585551234", "REST_OF_LATIN_AMERICA"),
        ("+18765551234", "REST_OF_LATIN_AMERICA"),
        ("+17875551234", "REST_OF_LATIN_AMERICA"),
        ("+19395551234", "REST_OF_LATIN_AMERICA"),
        ("+353851234567", "REST_OF_WESTERN_EUROPE"),
        ("+420601123456", "REST_OF_CENTRAL_EASTERN_EUROPE"),
        ("+886912345678", "REST_OF_ASIA_PACIFIC"),
        ("+254712123456", "REST_OF_AFRICA"),
        ("+96271234567", "REST_OF_MIDDLE_EAST"),
        ("+8801812345678", "BD"),
        ("+352628123456", "OTHER"),
        ("+3546111234", "OTHER"),
        ("+37251234567", "OTHER"),
        ("+38349123456", "OTHER"),
    ],
)
def test_a_number_belongs_to_the_market_of_its_calling_code(number: str, market: str) -> None:
    assert market_of(number) == market


@pytest.mark.parametrize(
    ("country", "market"),
    [
        ("HK", "HK"),
        ("KZ", "KZ"),
        ("RU", "RU"),
        ("US", "NORTH_AMERICA"),
        ("JM", "REST_OF_LATIN_AMERICA"),
        ("DO", "REST_OF_LATIN_AMERICA"),
        ("LU", "OTHER"),
    ],
)
def test_whoever_is_known_by_user_id_alone_belongs_to_the_market_of_their_country(country: str, market: str) -> None:
    assert markets_of_countries()[country] == market


def test_no_calling_code_is_listed_in_two_markets() -> None:
    listed = [
        prefix
        for line in (SHIPPED_CARD.parent / "markets.csv").read_text().splitlines()[6:]
        for prefix in line.split(",")[2].split()
    ]
    assert len(listed) == len(set(listed))
    known = {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
    assert {prefix for prefix in listed if prefix not in known and prefix[0] not in "17"} == set()


def test_the_shipped_card_prices_every_market() -> None:
    rates = read_rate_card(SHIPPED_CARD)
    assert {rate.market for rate in rates} == set(market_names())
    assert len(market_names()) == 47
    assert len(rates) == 47 * 4 + 18


def test_hong_kong_on_the_shipped_card() -> None:
    hong_kong = {rate.category: rate.amount for rate in read_rate_card(SHIPPED_CARD) if rate.market == "HK"}
    assert hong_kong == {
        "marketing": Decimal("0.0732"),
        "utility": Decimal("0.0260"),
        "authentication": Decimal("0.0260"),
        "service": Decimal("0.0260"),
    }


def test_not_offered_gives_no_rate_instead_of_a_free_one() -> None:
    india = {rate.category for rate in read_rate_card(SHIPPED_CARD) if rate.market == "IN"}
    assert "authentication_international" in india
    assert all(rate.amount > 0 for rate in read_rate_card(SHIPPED_CARD))


def card(*lines: str) -> io.BytesIO:
    head = "effective_from,currency,market,marketing,utility,tier_min,tier_max"
    return io.BytesIO("\n".join((head, *lines)).encode("utf-8-sig"))


def test_markets_may_be_written_as_meta_names_them_and_tiers_are_kept() -> None:
    assert read_rate_card(card("2027-01-01,eur,Hong Kong,n/a,0.0231,100001,250000")) == [
        Rate(date(2027, 1, 1), "EUR", "HK", "utility", Decimal("0.0231"), 100001, 250000)
    ]


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        ("1/1/2027,USD,HK,0.07,n/a,,", "rate_date", "line 2, effective_from"),
        ("2027-01-01,HKD,HK,0.07,n/a,,", "rate_currency", "line 2, currency"),
        ("2027-01-01,USD,Atlantis,0.07,n/a,,", "rate_market", "line 2, market"),
        ("2027-01-01,USD,HK,cheap,n/a,,", "rate_amount", "line 2, marketing"),
        ("2027-01-01,USD,HK,0,n/a,,", "rate_amount", "line 2, marketing"),
        ("2027-01-01,USD,HK,-0.07,n/a,,", "rate_amount", "line 2, marketing"),
        ("2027-01-01,USD,HK,NaN,n/a,,", "rate_amount", "line 2, marketing"),
        ("2027-01-01,USD,HK,0.0732001,n/a,,", "rate_amount", "line 2, marketing"),
        ('2027-01-01,USD,HK,"0,07",n/a,,', "rate_amount", "line 2, marketing"),
        ("2027-01-01,USD,HK,n/a,0.02,zero,", "rate_tier", "line 2, tier_min"),
        ("2027-01-01,USD,HK,n/a,0.02,500,100", "rate_tier", "line 2, tier_max"),
    ],
)
def test_a_faulty_cell_is_named_with_its_line_and_column(line: str, code: str, where: str) -> None:
    with pytest.raises(Refused) as caught:
        read_rate_card(card(line))
    assert [(reason.code, reason.field) for reason in caught.value.reasons] == [(code, where)]


def test_all_faults_of_a_card_are_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        read_rate_card(card("# a comment", "x,USD,HK,0.07,n/a,,", "2027-01-01,USD,HK,a,b,,"))
    assert [reason.field for reason in caught.value.reasons] == [
        "line 3, effective_from",
        "line 4, marketing",
        "line 4, utility",
    ]


def test_the_same_price_twice_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read_rate_card(card("2027-01-01,USD,HK,0.07,n/a,,", "2027-01-01,USD,Hong Kong,0.08,n/a,,"))
    assert caught.value.codes == ["rate_twice"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "rate_card_columns"),
        (b"market,marketing\nHK,0.07\n", "rate_card_columns"),
        (b"effective_from,currency,market,marketing\n", "rate_card_empty"),
        (b"\xff\xfe\x00", "rate_card_encoding"),
    ],
)
def test_a_file_that_is_no_card_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_rate_card(io.BytesIO(content))
    assert caught.value.codes == [code]
