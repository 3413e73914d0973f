"""Every spelling of a number meets in one E.164 number; what is no number says why."""

import pytest

from messaging.phones import BadPhone, Phone, PhoneType, mask, normalise

WING = Phone("+85261234567", "HK", PhoneType.MOBILE)


@pytest.mark.parametrize(
    "spelling",
    [
        "+85261234567",
        "+852 6123 4567",
        "852-6123-4567",
        "(852) 6123 4567",
        "(+852) 6123 4567",
        "61234567",
        "6123 4567",
        "6123.4567",
        "85261234567",
        "85261234567.0",
        "0085261234567",
        "00 852 6123 4567",
        "'+85261234567",
        "\u2019+852 6123-4567",
        '="+85261234567"',
        "=+85261234567",
        '"+852 6123 4567"',
        "+85261234567;",
        "８５２６１２３４５６７",
        "＋８５２ ６１２３－４５６７",
        "+٨٥٢٦١٢٣٤٥٦٧",
        "\u202a+852 6123 4567\u202c",
        "\ufeff+85261234567",
        "+852\u00a06123\u20114567",
        "++85261234567",
        "tel:+852-6123-4567",
        "whatsapp:+85261234567",
        "\t+85261234567\r\n",
    ],
)
def test_every_spelling_of_wings_number_is_one_number(spelling: str) -> None:
    assert normalise(spelling, "HK") == WING


@pytest.mark.parametrize(
    ("spelling", "region", "expected"),
    [
        ("447911123456", "HK", "+447911123456"),
        ("16502530000", "HK", "+16502530000"),
        ("07911 123456", "GB", "+447911123456"),
        ("+44 (0)7911 123456", "HK", "+447911123456"),
        ("001 650 253 0000", "HK", "+16502530000"),
        ("011 852 6123 4567", "US", "+85261234567"),
        ("06 6982 1234", "IT", "+390669821234"),
        ("+39 06 6982 1234", "HK", "+390669821234"),
        ("+521 55 1234 5678", "HK", "+525512345678"),
        ("+7 701 123 4567", "HK", "+77011234567"),
        ("138 1234 5678", "CN", "+8613812345678"),
        ("0912-345-678", "TW", "+886912345678"),
    ],
)
def test_numbers_of_other_countries_are_read_as_their_people_write_them(
    spelling: str, region: str, expected: str
) -> None:
    assert normalise(spelling, region).e164 == expected


def test_00852_is_hong_kong_and_not_mexico() -> None:
    assert normalise("0085261234567", "HK").region == "HK"


@pytest.mark.parametrize(
    ("spelling", "region", "expected"),
    [
        ("+12423591234", "", "BS"),
        ("+16502530000", "", "US"),
        ("+15062345678", "", "CA"),
        ("+18095551234", "", "DO"),
        ("+77011234567", "", "KZ"),
        ("+79123456789", "", "RU"),
        ("+80012345678", "", "001"),
    ],
)
def test_countries_that_share_a_calling_code_are_told_apart(spelling: str, region: str, expected: str) -> None:
    assert normalise(spelling, region).region == expected


@pytest.mark.parametrize(
    ("cell", "region", "code"),
    [
        ("", "HK", "phone_missing"),
        ("  - ", "HK", "phone_missing"),
        ("+", "HK", "phone_missing"),
        ("unknown", "HK", "phone_letters"),
        ("1-800-FLOWERS", "US", "phone_letters"),
        ("6123€4567", "HK", "phone_not_digits"),
        ("123", "HK", "phone_too_short"),
        ("6" * 200, "HK", "phone_too_long"),
        ("+8526123456712345", "HK", "phone_too_long"),
        ("6123 4567 / 9123 4567", "HK", "phone_several"),
        ("+85261234567 +85291234567", "HK", "phone_several"),
        ("6123 4567 ext 3", "HK", "phone_extension"),
        ("6123 4567 轉 3", "HK", "phone_extension"),
        ("8.52612E+10", "HK", "phone_scientific"),
        ("61234567", "", "phone_no_country"),
        ("61234567", "ZZ", "phone_no_country"),
        ("+999123456789", "HK", "phone_unknown_country_code"),
        ("12345", "HK", "phone_not_valid"),
        ("+85211234567", "HK", "phone_not_valid"),
        ("+852 6123 456", "HK", "phone_not_valid"),
    ],
)
def test_a_cell_that_is_no_number_says_why(cell: str, region: str, code: str) -> None:
    with pytest.raises(BadPhone) as caught:
        normalise(cell, region)
    assert caught.value.code == code
    assert caught.value.text
    assert caught.value.fix


def test_a_mistyped_national_number_is_never_taken_for_a_foreign_one() -> None:
    """4915 1234 56 is ten digits, as American numbers are, and would be a German number with a plus before it."""
    with pytest.raises(BadPhone) as caught:
        normalise("4912345678", "US")
    assert caught.value.code == "phone_not_valid"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+85261234567", "+852 •••• 4567"),
        ("+16502530000", "+1 •••• 0000"),
        ("+3906698", "+39 •••• 98"),
        ("61234567", "•••• 4567"),
        ("", "•••• "),
    ],
)
def test_a_masked_number_shows_country_and_last_digits_only(number: str, masked: str) -> None:
    assert mask(number) == masked
