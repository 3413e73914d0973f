"""What waits because the money at its gateways would not pay for it. It is held, never failed: a person lets it go on.

Codes are not held: who waits for one would get it too late, and the reserve is what is kept for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from approvals.numerals import number
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.models import Channel, Message, Send, SendState, Status
from sms.balances.known import BalancePart, Known, balances_of, free_in, known_of
from sms.balances.pools import Pool, pools_of, share_of
from sms.campaigns.contract import CampaignContract, RoutePart
from sms.models import SmsGateway

_GOING = (SendState.RELEASING, SendState.SENDING)
_COSTS_NOTHING = (Status.QUEUED, Status.FAILED, Status.EXCLUDED)


@dataclass(frozen=True, slots=True)
class WithinBalance:
    """The gateways can pay for what this send still costs, beside the sends that began before it.

    It asks when the time has come: money may arrive until then, so a request or an approval does not fail for it. The
    preview and the desk say what is known.
    """

    def __call__(self, call: Call, contract: CampaignContract) -> Iterator[Reason]:
        own = Send.objects.filter(organisation=call.organisation, audience=contract.audience_id).first()
        if own is None or contract.due_at > call.now:
            return
        for pool in pools_of(contract.routes):
            parts = [known_of(row, call.now) for row in _locked(pool)]
            free = free_in(parts)
            if free is None:
                continue
            needed = _needed(pool, own, contract.routes, parts, free)
            if needed > free:
                yield _too_little(parts, needed, free)


def _locked(pool: Pool) -> Sequence[SmsGateway]:
    """The gateways under a lock where there is a transaction: of two sends released at once, the second sees the
    first.
    """
    rows = SmsGateway.objects.filter(pk__in=pool.gateways).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True) if connection.in_atomic_block else rows)


def _needed(pool: Pool, own: Send, routes: Sequence[RoutePart], parts: Sequence[BalancePart], free: Decimal) -> Decimal:
    """What this send may still cost the pool, what those before it may, and what was spent since the balance was
    told.
    """
    needed = share_of(pool, routes, own.cost_ceiling - own.reserved)
    if not needed:
        return needed
    since = min(part.as_of for part in parts if part.as_of is not None)
    others = list(_others(own, since))
    for other in others:
        if _is_before(other, own):
            needed += share_of(pool, _routes_of(other), other.cost_ceiling - other.reserved)
    # Counting what has gone out reads every text of these sends: it is spared where even all of it would fit.
    most = sum((share_of(pool, _routes_of(one), one.reserved) for one in (own, *others)), Decimal(0))
    return needed + (most if needed + most <= free else _spent(pool, [own, *others], since))


def _others(own: Send, since: datetime) -> QuerySet[Send]:
    """The sends of the house that may take money now, or took some since then."""
    theirs = Send.objects.filter(organisation=own.organisation_id, channel=Channel.SMS).exclude(pk=own.pk)
    lately = Q(state__in=(*_GOING, SendState.PAUSED)) | Q(ended_at__gt=since)
    return theirs.filter(lately, started_at__isnull=False).select_related("preview")


def _is_before(other: Send, own: Send) -> bool:
    """Who began first keeps what was free then; one that is paused asks again before it goes on."""
    if other.state not in _GOING or other.started_at is None:
        return False
    return own.started_at is None or (other.started_at, other.pk) < (own.started_at, own.pk)


def _routes_of(send: Send) -> list[RoutePart]:
    return [RoutePart.model_validate(one) for one in send.preview.contract.get("routes", ())]


def _spent(pool: Pool, sends: Sequence[Send], since: datetime) -> Decimal:
    """The price of what went out to the pool's countries since then."""
    out = Message.objects.filter(send__in=sends, handed_at__gt=since, market__in=pool.countries)
    return out.exclude(status__in=_COSTS_NOTHING).aggregate(total=Sum("price"))["total"] or Decimal(0)


def _too_little(parts: Sequence[BalancePart], needed: Decimal, free: Decimal) -> Reason:
    words = {
        "gateways": ", ".join(sorted(part.gateway for part in parts)), "needed": number(round(needed, 6)),
        "free": number(free), "currency": parts[0].currency,
    }  # fmt: skip
    return Reason(
        "balance_too_low",
        _("%(gateways)s can pay for %(free)s %(currency)s, and this may still cost %(needed)s.") % words,
        _("Top the account up, ask for its balance again at the desk, and let the send go on."),
    )


def pays_for(routes: Sequence[RoutePart], most: Decimal, now: datetime) -> bool | None:
    """Whether what is free at these gateways would pay for a send of its own; None where one of them has not told."""
    known: list[bool | None] = []
    for pool in pools_of(routes):
        free = free_in(balances_of(pool.gateways, now))
        known.append(None if free is None else share_of(pool, routes, most) <= free)
    if False in known:
        return False
    return None if None in known else True


def is_used_up(gateways: Iterable[UUID], now: datetime) -> bool:
    """Whether each of these is known to have nothing left to spend."""
    parts = balances_of(gateways, now)
    return bool(parts) and all(part.known == Known.TOLD and not part.free for part in parts)
