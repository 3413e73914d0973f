"""Phone numbers: from any spelling to one E.164 number, or to a reason why not.

The numbering plans are `phonenumbers`' (Google's libphonenumber); the traps around them are ours and are listed in
`tests/messaging/test_phones.py`. Numbers that need no rewriting take a compiled short way (`messaging.phone_plans`).
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberType

from messaging import phone_plans
from messaging.phone_spelling import Misspelled, read_spelling

PROBLEMS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "phone_missing": (_("There is no phone number."), _("Give a phone number with its country code: +85261234567.")),
    "phone_letters": (_("The phone number holds letters."), _("Write the number in digits only.")),
    "phone_not_digits": (
        _("The phone number holds signs that do not belong to one."),
        _("Write digits, spaces and +."),
    ),
    "phone_too_short": (_("The phone number is too short."), _("Write the whole number with its area code.")),
    "phone_too_long": (_("The phone number is too long."), _("Put one number in the field, without an extension.")),
    "phone_several": (_("The field holds more than one phone number."), _("Keep one number a row.")),
    "phone_extension": (_("The number has an extension; messages cannot reach one."), _("Give a direct number.")),
    "phone_scientific": (
        _("A spreadsheet has turned the number into scientific notation and lost digits."),
        _("Format the column as text in the spreadsheet and export it again."),
    ),
    "phone_no_country": (_("The number names no country."), _("Begin it with + and the country code: +85261234567.")),
    "phone_unknown_country_code": (_("No country has this calling code."), _("Check the digits after the plus.")),
    "phone_not_valid": (
        _("No such number exists in its country's numbering plan."),
        _("Check the digits; outside the default country begin with + and the country code."),
    ),
}
"""Code -> (what is wrong, how to mend it)."""


class PhoneType(StrEnum):
    """What kind of line a number is, by its numbering plan (an allocation, not a look at the network)."""

    MOBILE = "mobile"
    FIXED_LINE = "fixed_line"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    VOIP = "voip"
    PERSONAL_NUMBER = "personal_number"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"


_TYPES: Final = {getattr(PhoneNumberType, kind.name): kind for kind in PhoneType}


class Phone(NamedTuple):
    """A valid number: E.164 with its plus, ISO region ("001" for codes of no country, "" unknown), type of line."""

    e164: str
    region: str
    type: PhoneType


class BadPhone(ValueError):
    """The text is no phone number to send to: ``code`` from `PROBLEMS`, ``text`` what is wrong, ``fix`` what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def text(self) -> str:
        return str(PROBLEMS[self.code][0])

    @property
    def fix(self) -> str:
        return str(PROBLEMS[self.code][1])


def normalise(raw: str, default_region: str) -> Phone:
    """The one E.164 number that ``raw`` means to somebody in ``default_region`` (ISO country, "" for none).

    A plus or 00 makes a number international. Without either it is read as a national number first; digits that are
    none, are at least ten and cannot be a mistyped national number are taken as international without a plus, the way
    WhatsApp writes its ids. Raises `BadPhone`.
    """
    if raw[:1] == "+" and (phone := _at_once(raw[1:])):  # the patterns match ASCII digits only: nothing else passes
        return phone
    try:
        digits, international = read_spelling(raw)
    except Misspelled as misspelled:
        raise BadPhone(misspelled.code) from None
    if international:
        return _international_or_refuse(digits)
    # 00 before the region's own prefixes: in Hong Kong the library reads 00852... as carrier 008 and Mexico (52).
    if digits[:2] == "00" and (phone := _international(digits[2:])):
        return phone
    plan = phone_plans.plan_of_region(default_region)
    if plan is None:
        return _without_country(digits)
    phone = _national_at_once(digits, plan) or _by_library(digits, default_region)
    if phone is None and len(digits) >= 10 and len(digits) not in plan.ordinary_lengths:
        phone = _international(digits)
    if phone is None:
        raise BadPhone("phone_not_valid")
    return phone


def mask(e164: str) -> str:
    """A number for eyes that may not see it: "+852 •••• 4567" (country code and the last four digits at most)."""
    digits = re.sub(r"\D", "", e164)
    code = phone_plans.country_code_of(digits)
    national = digits[len(code) :] if code and e164.startswith("+") else digits
    shown = national[-4:] if len(national) >= 8 else national[-2:]
    return (f"+{code} " if code and e164.startswith("+") else "") + f"•••• {shown}"


_OLD_MEXICAN: Final = re.compile(r"^521(\d{10})$")


def _international_or_refuse(digits: str) -> Phone:
    phone = _international(digits)
    if phone is not None:
        return phone
    if not phone_plans.country_code_of(digits):
        raise BadPhone("phone_unknown_country_code")
    if len(digits) > 15:
        raise BadPhone("phone_too_long")
    raise BadPhone("phone_not_valid")


def _without_country(digits: str) -> Phone:
    phone = _international(digits) if len(digits) >= 10 else None
    if phone is None:
        raise BadPhone("phone_no_country")
    return phone


def _international(digits: str) -> Phone | None:
    """Digits that begin with a country code, or None when they are no valid number."""
    # 521 + ten digits is how WhatsApp still writes Mexican mobiles; the numbering plan dropped the 1 in 2019.
    return _at_once(digits) or _by_library("+" + _OLD_MEXICAN.sub(r"52\1", digits), None)


def _at_once(digits: str) -> Phone | None:
    """The short way for international digits; None means "ask the library"."""
    code = phone_plans.country_code_of(digits)
    found = phone_plans.find(code, digits[len(code) :]) if code else None
    return None if found is None else Phone("+" + digits, found.region, _TYPES[found.type])


def _national_at_once(digits: str, plan: phone_plans.Plan) -> Phone | None:
    """The short way for a national number in its own country; None means "ask the library"."""
    if any(prefix is not None and prefix.match(digits) for prefix in (plan.international_prefix, plan.national_prefix)):
        return None
    found = phone_plans.find(plan.country_code, digits)
    return None if found is None else Phone(f"+{plan.country_code}{digits}", found.region, _TYPES[found.type])


def _by_library(number: str, region: str | None) -> Phone | None:
    """The library takes prefixes off and knows every exception; the compiled plans then judge what is left."""
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return None
    national = phonenumbers.national_significant_number(parsed)
    found = phone_plans.judge(phone_plans.plans_of(str(parsed.country_code)), national)
    return None if found is None else Phone(f"+{parsed.country_code}{national}", found.region, _TYPES[found.type])
