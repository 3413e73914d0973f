"""How often a code may be asked for, and where to. Counted in the database over what was sent; if it is away, nothing
is sent at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Organisation
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.phones import Phone, PhoneType
from sms.models import OtpChallenge, OtpRules
from sms.otp.contract import OtpContract
from sms.otp.pumping import against_pumping
from sms.otp.rules import countries_of, rules_of

# Seconds until the next code to the same number, after the first, second and third within ten minutes.
COOLDOWNS = (30, 60, 120)
# Lines that take codes. The others cannot be read by their owner, or somebody earns on each call to them.
_MOBILE = frozenset({PhoneType.MOBILE, PhoneType.FIXED_LINE_OR_MOBILE})

# Sliding windows, so that no moment allows twice as much.
_COUNT = """
SELECT count(*) FILTER (WHERE c.number_key = %(number)s AND c.created_at > %(now)s - interval '10 minutes'),
       count(*) FILTER (WHERE c.number_key = %(number)s),
       count(*) FILTER (WHERE c.address_key = %(address)s AND c.created_at > %(now)s - interval '1 hour'),
       count(*) FILTER (WHERE c.network_key = %(network)s AND c.created_at > %(now)s - interval '1 hour'),
       count(*) FILTER (WHERE c.prefix = %(prefix)s AND c.created_at > %(now)s - interval '1 hour'),
       count(*) FILTER (WHERE c.created_at > %(now)s - interval '1 hour'),
       count(*),
       coalesce(sum(c.price), 0),
       max(c.created_at) FILTER (WHERE c.number_key = %(number)s)
  FROM sms_otpchallenge c
 WHERE c.organisation_id = %(organisation)s AND c.created_at > %(now)s - interval '1 day'
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was sent before this code, in the order of the statement."""

    number_lately: int
    number_today: int
    address: int
    network: int
    prefix: int
    tenant_lately: int
    tenant_today: int
    money: Decimal
    last_at: datetime | None


def against_number(phone: Phone, organisation: Organisation) -> Iterator[Reason]:
    """Why codes are not sent to such a number at all."""
    if phone.region not in countries_of(organisation):
        yield Reason("country_not_allowed", _("Codes are not sent to this country."),
                     _("An administrator can allow it in the rules for one-time passwords."), "phone")  # fmt: skip
    if phone.type not in _MOBILE:
        yield Reason("not_a_mobile", _("This is no mobile number by its country's numbering plan."),
                     _("Offer another way to sign in."), "phone")  # fmt: skip


@dataclass(frozen=True, slots=True)
class WithinLimits:
    """One more code may be sent. A code that has been sent already does not stand in its own way."""

    def __call__(self, call: Call, contract: OtpContract) -> Iterator[Reason]:
        if call.request is not None and OtpChallenge.objects.filter(send__request=call.request.pk).exists():
            return
        rules, counts = rules_of(call.organisation), counts_of(contract, call.organisation, call.now)
        yield from _cooldown(counts, call.now)
        yield from _reached(rules, counts)
        if counts.money + contract.cost_ceiling > rules.money_a_day:
            yield Reason("spent", _("What codes may cost in a day is spent."), _("An administrator can allow more."))
        yield from against_pumping(rules, contract.routes[0].country, contract.prefix, call.now)


def counts_of(contract: OtpContract, organisation: Organisation, now: datetime) -> Counts:
    """How many codes went lately to this number and range, for this address and network, and altogether."""
    facts: dict[str, Any] = {
        "organisation": organisation.pk,
        "number": contract.number_key,
        "prefix": contract.prefix,
        "address": contract.address_key,
        "network": contract.network_key,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, facts)
        return Counts(*cursor.fetchone())


def _cooldown(counts: Counts, now: datetime) -> Iterator[Reason]:
    if counts.last_at is None or counts.number_lately == 0:
        return
    wait = timedelta(seconds=COOLDOWNS[min(counts.number_lately, len(COOLDOWNS)) - 1])
    if now - counts.last_at < wait:
        left = int((counts.last_at + wait - now).total_seconds()) + 1
        yield Reason(
            "too_soon",
            _("This number has just been sent a code."),
            ngettext_lazy("Wait %d second.", "Wait %d seconds.") % left,
            "phone",
        )


def _reached(rules: OtpRules, counts: Counts) -> Iterator[Reason]:
    limits = (
        ("phone", counts.number_lately, rules.number_in_ten_minutes),
        ("phone", counts.number_today, rules.number_a_day),
        ("phone", counts.prefix, rules.prefix_an_hour),
        ("client_address", counts.address, rules.address_an_hour),
        ("client_address", counts.network, rules.network_an_hour),
        ("", counts.tenant_lately, rules.tenant_an_hour),
        ("", counts.tenant_today, rules.tenant_a_day),
    )
    for field in dict.fromkeys(field for field, used, most in limits if used >= most):
        yield Reason("too_many_codes", _("Too many codes were asked for."), _("Try again later."), field)
