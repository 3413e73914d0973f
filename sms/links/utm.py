"""Campaign parameters: slugs only, added to an address without touching what stands in it already."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SLUG = r"^[a-z0-9][a-z0-9_-]{0,59}$"
# A run of digits that could be somebody's number, whatever stands between them; a day of this century is none.
_BETWEEN = re.compile(r"(?<=\d)[-_. ](?=\d)")
_PHONE = re.compile(r"(?<!\d)(?!20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))\d{7,}")
_MAIL = re.compile(r"[^\s/@=&?]+(?:@|%40)[^\s/@=&?]+\.[a-z]{2,}", re.IGNORECASE)


def looks_personal(value: str) -> bool:
    """Whether a value could be a phone number or a mail address."""
    return bool(_PHONE.search(_BETWEEN.sub("", value)) or _MAIL.search(value))


def parameters_in(address: str) -> dict[str, str]:
    """The utm_ parameters that an address has already, in lower case."""
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return {name.lower(): value for name, value in pairs if name.lower().startswith("utm_")}


def with_parameters(address: str, wanted: Mapping[str, str]) -> str:
    """The address with the parameters that it has not got yet. Its own query and fragment stay byte for byte."""
    parts = urlsplit(address)
    there = parameters_in(address)
    added = urlencode([(name, value) for name, value in wanted.items() if value and name not in there])
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))


def odd_parameters(address: str) -> list[str]:
    """Which utm_ parameters of an address could name a person."""
    return sorted(name for name, value in parameters_in(address).items() if looks_personal(value))


def has_mail(address: str) -> bool:
    """Whether a mail address stands anywhere behind the host."""
    parts = urlsplit(address)
    return bool(_MAIL.search(f"{parts.path}?{parts.query}#{parts.fragment}"))
