"""Codes nobody can guess, made for many people at once. A code is a random name: nothing can be worked out of it."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.models import Send
from sms.models import LinkCode, ShortLink

# Base58: without 0, O, I and l, which people mix up when they copy from a screen.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PERSON, CAMPAIGN = 8, 7  # characters: 1.3e14 and 2.2e12 codes
# Even with a billion codes in use two of these tries in a row are never needed for chance alone.
TRIES = 5


def random_code(length: int = PERSON) -> str:
    """`length` characters of base58, each code as likely as any other."""
    number = secrets.randbelow(len(ALPHABET) ** length)
    code = ""
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        code += ALPHABET[place]
    return code


# A code that is taken already is left out and tried again with another one; a person who has a code keeps it.
_MAKE = """
INSERT INTO sms_linkcode (code, organisation_id, link_id, send_id, contact_id, tracked, made_at)
SELECT wanted.code, %(organisation)s, %(link)s, %(send)s, c.id,
       %(tracked)s AND coalesce(c.attributes ->> 'click_tracking', '') <> 'off'
       AND c.country <> ALL (coalesce(rules.untracked_countries, '{}')),
       %(now)s
  FROM unnest(%(codes)s::text[], %(contacts)s::bigint[]) AS wanted(code, contact_id)
  JOIN messaging_contact c ON c.id = wanted.contact_id AND c.organisation_id = %(organisation)s
  LEFT JOIN sms_linkrules rules ON rules.organisation_id = %(organisation)s
 ORDER BY wanted.code
    ON CONFLICT DO NOTHING
"""


class OutOfCodes(RuntimeError):
    """No free code was found for somebody in `TRIES` tries, or they belong to nobody of this organisation."""


def make_codes(link: ShortLink, send: Send, contacts: Iterable[int], now: datetime) -> dict[int, str]:
    """One code for each of these contacts in this send: contact id -> code. Asked again, the answer is the same.

    Two processes may ask for the same people at once. A link of a campaign has one code for all. Raises OutOfCodes.
    """
    people = set(contacts)
    if not link.per_person:
        return dict.fromkeys(people, campaign_code(link, now))
    for _ in range(TRIES):
        found = _codes_of(link, send, people)
        missing = sorted(people - found.keys())
        if not missing:
            return found
        _insert(link, send, missing, now)
    found = _codes_of(link, send, people)
    if people - found.keys():
        raise OutOfCodes(f"short link {link.pk}: {len(people - found.keys())} people have no code")
    return found


def campaign_code(link: ShortLink, now: datetime) -> str:
    """The one code of a link that everybody gets the same of."""
    assert not link.per_person
    for _ in range(TRIES):
        found = LinkCode.objects.filter(link=link, contact=None).values_list("code", flat=True).first()
        if found is not None:
            return found
        row = LinkCode(
            code=random_code(CAMPAIGN),
            organisation_id=link.organisation_id,
            link=link,
            tracked=link.tracked,
            made_at=now,
        )
        LinkCode.objects.bulk_create([row], ignore_conflicts=True)
    raise OutOfCodes(f"short link {link.pk}")


def urls_for(link: ShortLink, send: Send, contacts: Iterable[int], now: datetime) -> Mapping[int, str]:
    """What stands in each person's text: contact id -> address."""
    return {contact: f"{link.base_url}/{code}" for contact, code in make_codes(link, send, contacts, now).items()}


def sample_url(link: ShortLink) -> str:
    """An address as long as those that people get, for counting characters before there are any."""
    return f"{link.base_url}/{'8' * (PERSON if link.per_person else CAMPAIGN)}"


def _codes_of(link: ShortLink, send: Send, people: set[int]) -> dict[int, str]:
    codes = LinkCode.objects.filter(link=link, send=send, contact__in=people)
    return dict(codes.values_list("contact_id", "code"))


def _insert(link: ShortLink, send: Send, missing: list[int], now: datetime) -> None:
    facts: dict[str, Any] = {
        "organisation": link.organisation_id,
        "link": link.pk,
        "send": send.pk,
        "codes": [random_code() for _ in missing],
        "contacts": missing,
        "tracked": link.tracked,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, facts)
