"""The compiled plans and the phonenumbers library never disagree about a number."""

import random
from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType

from messaging.phones import BadPhone, PhoneType, normalise

KINDS = [
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
    "mobile",
    "general_desc",
]
TYPES = {getattr(PhoneNumberType, kind.name): kind for kind in PhoneType}

Verdict = tuple[str, str, PhoneType] | None


def by_the_library(number: str, region: str) -> Verdict:
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164, phonenumbers.region_code_for_number(parsed) or "", TYPES[phonenumbers.number_type(parsed)]


def by_us(number: str, region: str) -> Verdict:
    try:
        return tuple(normalise(number, region))
    except BadPhone:
        return None


def examples(region: str, country_code: int) -> list[str]:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    descriptions = [getattr(metadata, kind) for kind in KINDS]
    return [found.example_number for found in descriptions if found is not None and found.example_number]


def mutations(number: str, chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        digits = list(number)
        for _ in range(chance.randint(1, 4)):
            digits[chance.randrange(len(digits))] = str(chance.randrange(10))
        yield "".join(digits)


def international_numbers() -> Iterator[str]:
    """Each region's example of each type, with and without a trunk zero, disturbed, and digits at random."""
    chance = random.Random(20260302)
    for country_code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            for example in examples(region, country_code):
                yield f"+{country_code}{example}"
                yield f"+{country_code}0{example}"
                yield from (f"+{country_code}{other}" for other in mutations(example, chance, 8))
        for _ in range(20):
            yield f"+{country_code}{chance.randrange(10 ** chance.randint(4, 12))}"


def test_twenty_thousand_international_numbers_get_the_librarys_verdict() -> None:
    numbers = [number for number in international_numbers() if not number.startswith("+521")]
    disagreements = [n for n in numbers if by_us(n, "") != by_the_library(n, "")]
    assert len(numbers) > 15_000
    assert disagreements == []


@pytest.mark.parametrize("region", ["HK", "US", "GB", "IT", "CN", "TW", "BR", "BS", "KZ", "SG", "DE", "AR"])
def test_valid_national_numbers_get_the_librarys_verdict_at_home(region: str) -> None:
    country_code = phonenumbers.country_code_for_region(region)
    chance = random.Random(region)
    numbers = [n for e in examples(region, country_code) for n in (e, f"0{e}", *mutations(e, chance, 30))]
    disagreements = [
        (number, expected)
        for number in numbers
        if not number.startswith("00") and (expected := by_the_library(number, region)) is not None
        if by_us(number, region) != expected
    ]
    assert disagreements == []


def test_numbers_that_need_no_rewriting_never_reach_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phonenumbers, "parse", lambda *_: pytest.fail("the library was asked"))
    assert normalise("+85261234567", "HK").e164 == "+85261234567"
    assert normalise("61234567", "HK").e164 == "+85261234567"
    assert normalise("+390669821234", "HK").e164 == "+390669821234"
    assert normalise("+12423591234", "HK").e164 == "+12423591234"
