"""Opting out by link: a token in the text, a page, one press. No login, no approval, and it may be pressed again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.actor import Actor
from accounts.models import Organisation
from accounts.tenancy import confined_to
from messaging.consent.optouts import Stop, opt_out, whole_person
from messaging.models import SuppressionReason
from sms.links.codes import PERSON, TRIES, OutOfCodes, random_code
from sms.links.making import base_of, shared_base
from sms.models import UnsubscribeToken

SOURCE = "unsubscribe link"

_MAKE = """
INSERT INTO sms_unsubscribetoken (token, organisation_id, contact_id, made_at)
SELECT wanted.token, %(organisation)s, c.id, %(now)s
  FROM unnest(%(tokens)s::text[], %(contacts)s::bigint[]) AS wanted(token, contact_id)
  JOIN messaging_contact c ON c.id = wanted.contact_id AND c.organisation_id = %(organisation)s
 ORDER BY wanted.token
    ON CONFLICT DO NOTHING
"""


def unsubscribe_urls(organisation: Organisation, contacts: Iterable[int], now: datetime) -> dict[int, str]:
    """Where each of these people opts out: contact id -> address. A person keeps theirs in every text."""
    base, tokens = _base(organisation), make_tokens(organisation, contacts, now)
    return {contact: f"{base}/u/{token}" for contact, token in tokens.items()}


def unsubscribe_sample(organisation: Organisation) -> str:
    """An address as long as those that people get, for counting characters."""
    return f"{_base(organisation)}/u/{'8' * PERSON}"


def make_tokens(organisation: Organisation, contacts: Iterable[int], now: datetime) -> dict[int, str]:
    """The token of each of these people, made where there is none yet. Raises OutOfCodes."""
    people = set(contacts)
    for _ in range(TRIES):
        found = dict(UnsubscribeToken.objects.filter(contact__in=people).values_list("contact_id", "token"))
        missing = sorted(people - found.keys())
        if not missing:
            return found
        tokens = [random_code() for _ in missing]
        facts: dict[str, Any] = {"organisation": organisation.pk, "contacts": missing, "tokens": tokens, "now": now}
        with connection.cursor() as cursor:
            cursor.execute(_MAKE, facts)
    raise OutOfCodes(f"unsubscribe tokens of {organisation.pk}")


def find_token(token: str) -> UnsubscribeToken | None:
    return UnsubscribeToken.objects.select_related("organisation").filter(token=token).first()


def unsubscribe(token: UnsubscribeToken, now: datetime) -> None:
    """Opt the person out of everything, on every channel, at once. Said twice, nothing changes."""
    with confined_to(token.organisation_id):
        stop = Stop(SuppressionReason.STOP, SOURCE, now)
        opt_out(whole_person(token.contact_id), stop, Actor.system(token.organisation, "public pages"), now)
        UnsubscribeToken.objects.filter(pk=token.pk).update(used_at=now)


def _base(organisation: Organisation) -> str:
    return base_of(organisation) or shared_base()
