"""The breaker against pumping: where hardly anybody enters their codes, somebody earns on sending them.

Judged anew at each code, over the codes of a day whose time is over: a range of numbers is stopped until its codes are
older than a day, or until an administrator lets less be entered. So is a country, from more codes on: whoever asks for
a few and enters none must not shut out everybody who lives there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.reasons import Reason
from audit.models import Entry
from audit.record import record_many
from sms.models import OtpChallenge, OtpRules
from sms.otp.rules import one_at_a_time, rules_of

DAY = timedelta(days=1)
# A country is judged from so many times the codes of a range on.
COUNTRY_TIMES = 5

# Codes that have had their chance to be entered, and how many of them were.
_OVER = """
SELECT country, prefix, count(*), count(*) FILTER (WHERE consumed_at IS NOT NULL)
  FROM sms_otpchallenge
 WHERE organisation_id = %(organisation)s AND created_at > %(since)s
   AND (expires_at <= %(now)s OR consumed_at IS NOT NULL OR voided_at IS NOT NULL)
 GROUP BY 1, 2
"""


class _Share:
    """(codes, entered) by where they went."""

    def __init__(self) -> None:
        self.counted: dict[str, tuple[int, int]] = {}

    def add(self, where: str, codes: int, entered: int) -> None:
        before = self.counted.get(where, (0, 0))
        self.counted[where] = (before[0] + codes, before[1] + entered)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A range of numbers (its first digits), or a whole country (its code), that gets no codes now."""

    where: str
    codes: int
    entered: int

    @property
    def is_country(self) -> bool:
        return self.where.isalpha()


def stopped_in(rules: OtpRules, now: datetime) -> list[Stopped]:
    """Where this organisation sends no codes now, countries first. One statement over its codes of a day."""
    countries, ranges = _shares(rules.organisation_id, now)
    return [
        *_below(countries, rules.pumping_from * COUNTRY_TIMES, rules.pumping_share),
        *_below(ranges, rules.pumping_from, rules.pumping_share),
    ]


def against_pumping(rules: OtpRules, country: str, prefix: str, now: datetime) -> Iterator[Reason]:
    """Why no code goes to a number of this range and country."""
    places = {one.where for one in stopped_in(rules, now)}
    if prefix in places:
        yield Reason("range_stopped", _("Hardly anybody in this range of numbers enters their codes."),
                     _("Nothing is sent there for a day; tell an administrator."), "phone")  # fmt: skip
    if country in places:
        yield Reason("country_stopped", _("Hardly anybody in this country enters their codes."),
                     _("Nothing is sent there for a day; tell an administrator."), "phone")  # fmt: skip


def tell_of_stops(now: datetime) -> int:
    """Write each stop down once a day, for the desk; how many were new."""
    lately = OtpChallenge.objects.filter(created_at__gt=now - DAY).values("organisation").distinct()
    return sum(_told(organisation, now) for organisation in Organisation.objects.filter(pk__in=lately))


def _told(organisation: Organisation, now: datetime) -> int:
    with transaction.atomic():
        one_at_a_time(organisation.pk)  # two workers tell once
        known = Entry.objects.filter(organisation=organisation, action="sms.otp_stopped", at__gt=now - DAY)
        told = set(known.values_list("subject_id", flat=True))
        news = [one for one in stopped_in(rules_of(organisation), now) if one.where not in told]
        facts = [(("range", one.where), {"codes": one.codes, "entered": one.entered}) for one in news]
        return record_many("sms.otp_stopped", facts, Actor.system(organisation, "one-time passwords"), now=now)


def _shares(organisation: UUID, now: datetime) -> tuple[_Share, _Share]:
    """(codes that are over, those that were entered) by country, and by range of numbers."""
    facts: dict[str, Any] = {"organisation": organisation, "since": now - DAY, "now": now}
    countries, ranges = _Share(), _Share()
    with connection.cursor() as cursor:
        cursor.execute(_OVER, facts)
        for country, prefix, codes, entered in cursor.fetchall():
            countries.add(country, codes, entered)
            ranges.add(prefix, codes, entered)
    return countries, ranges


def _below(shares: _Share, least: int, per_cent: int) -> Iterator[Stopped]:
    for where, (codes, entered) in sorted(shares.counted.items()):
        if where and codes >= least and entered * 100 < codes * per_cent:
            yield Stopped(where, codes, entered)
