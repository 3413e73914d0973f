"""The numbering plans of phonenumbers' own metadata, compiled: the fast way to say that a number is certainly valid.

`phonenumbers` takes 17 microseconds a number, mostly in interpreted bookkeeping. One compiled pattern per region, made
from the same metadata, answers for numbers that need no rewriting in about one. It never says no: what it does not
recognise at once is the library's to judge (`messaging.phones`). `tests/messaging/test_phones_fast_path.py` holds the
two against each other.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberType

# The library asks in this order and the first match names the type; fixed line and mobile together come before each.
_KINDS: Final = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One region's numbers. Each group of ``pattern`` is a type of number, said by ``found[group - 1]``."""

    region: str
    country_code: str
    pattern: re.Pattern[str]
    found: tuple["Found", ...]
    leading_digits: re.Pattern[str] | None
    national_prefix: re.Pattern[str] | None
    international_prefix: re.Pattern[str] | None
    ordinary_lengths: frozenset[int]


class Found(NamedTuple):
    """A valid number as the plans see it: region ("001" for codes of no country) and the library's number type."""

    region: str
    type: int


def find(country_code: str, national: str) -> Found | None:
    """Region and type of a valid number that needs no rewriting; None means "ask the library", not "invalid"."""
    plans = plans_of(country_code)
    prefix = plans[0].national_prefix if plans else None
    if prefix is not None and prefix.match(national):
        return None
    return judge(plans, national)


def judge(plans: tuple[Plan, ...], national: str) -> Found | None:
    """Region and type of a national significant number, None when it is not valid in any region of its code."""
    for plan in plans:
        leading = plan.leading_digits
        if leading is not None and not leading.match(national):
            continue
        match = plan.pattern.fullmatch(national)
        if match is not None and match.lastindex:
            return plan.found[match.lastindex - 1]
        if leading is not None:
            return None
    return None


def country_code_of(digits: str) -> str:
    """The country calling code at the start of international digits, "" when there is none (codes are prefix-free)."""
    for length in (3, 2, 1):
        if digits[:length] in _CODES:
            return digits[:length]
    return ""


_CODES: Final = frozenset(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)


@cache
def plans_of(country_code: str) -> tuple[Plan, ...]:
    """The plans that share a calling code, in the library's order (the main region first)."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(country_code), ())
    return tuple(plan for region in regions if (plan := _compiled(int(country_code), region)) is not None)


@cache
def plan_of_region(region: str) -> Plan | None:
    """The plan of an ISO country ("HK"), or None for a region the library does not know."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return None if metadata is None or metadata.country_code is None else _compiled(metadata.country_code, region)


def _compiled(country_code: int, region: str) -> Plan | None:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    if metadata is None or metadata.general_desc is None:
        return None
    pattern, types = _type_pattern(metadata)
    return Plan(
        region=region,
        country_code=str(country_code),
        pattern=pattern,
        found=tuple(Found(region, kind) for kind in types),
        leading_digits=_regex(metadata.leading_digits),
        national_prefix=_regex(metadata.national_prefix_for_parsing),
        international_prefix=_regex(metadata.international_prefix),
        ordinary_lengths=frozenset(_lengths(metadata.fixed_line) | _lengths(metadata.mobile)),
    )


def _type_pattern(metadata: PhoneMetadata) -> tuple[re.Pattern[str], tuple[int, ...]]:
    groups = [(getattr(metadata, name), kind) for name, kind in _KINDS]
    fixed, mobile = metadata.fixed_line, metadata.mobile
    if metadata.same_mobile_and_fixed_line_pattern:
        groups.append((fixed, PhoneNumberType.FIXED_LINE_OR_MOBILE))
    else:
        groups += [(fixed, PhoneNumberType.FIXED_LINE), (mobile, PhoneNumberType.MOBILE)]
    present = [(pattern, kind) for desc, kind in groups if (pattern := _pattern(desc))]
    both = _pattern(mobile) if not metadata.same_mobile_and_fixed_line_pattern else ""
    parts = []
    for pattern, kind in present:
        if kind == PhoneNumberType.FIXED_LINE and both:
            # A number in both lists is "fixed line or mobile": that alternative is tried first.
            parts.append((f"(?=(?:{both})$)(?:{pattern})", PhoneNumberType.FIXED_LINE_OR_MOBILE))
        parts.append((pattern, kind))
    general = _pattern(metadata.general_desc)
    alternatives = "|".join(f"({pattern})" for pattern, _ in parts)
    return re.compile(f"(?=(?:{general})$)(?:{alternatives})", re.ASCII), tuple(kind for _, kind in parts)


def _lengths(desc: PhoneNumberDesc | None) -> set[int]:
    return {length for length in desc.possible_length if length > 0} if desc is not None else set()


def _pattern(desc: PhoneNumberDesc | None) -> str:
    return (desc.national_number_pattern or "") if desc is not None else ""


def _regex(source: str | None) -> re.Pattern[str] | None:
    return re.compile(source) if source else None
