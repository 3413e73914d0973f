"""Sending failed texts once more: its own countersigned send, of the same words, at today's prices."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.engine.terms import readers_of, terms_at_once, terms_of_people
from messaging.finding import find_own
from messaging.models import Audience, AudienceMember, Channel, Send, Status, Verdict
from messaging.resends.planning import countersigned, freeze_again, refuse_unless_ended
from messaging.resends.sending import StillToRepeat, repeat
from sms.balances.holding import pays_for
from sms.balances.known import balances_of
from sms.campaigns.contract import CampaignContract
from sms.campaigns.preview import route_parts
from sms.models import SenderId
from sms.quotas import hold_quota
from sms.resends.contract import Retried, RetryAsk, RetryContract
from sms.resends.sorting import Sorted, may_be_tried, sort_failed
from sms.routing import Route, routes_of

STILL_FAILED = StillToRepeat((Status.FAILED,), _("By now none of these texts counts as failed."))


def preview_retry(call: Call, ask: RetryAsk) -> RetryContract:
    """Freeze who would get their failed text once more. Raises Refused where nobody may."""
    send = find_own(
        Send, ask.batch_id, call.organisation, "batch_id", "sms_marketing.send_batches.list", channel=Channel.SMS
    )
    refuse_unless_ended(send, "batch_id")
    before = _contract_before(send)
    found = _sorted(send, call)
    with transaction.atomic():
        routes = _routes_today(before, call)
        audience = freeze_again(send, found.attempts, call.now, lambda frozen: _reprice(frozen, before, routes))
        return _contract(call, send, before, found, audience, routes)


def _contract_before(send: Send) -> CampaignContract:
    contract = countersigned(send)
    if not isinstance(contract, CampaignContract):
        raise Refused(Reason("not_a_campaign", _("Only texts of campaigns can be sent again."),
                             _("Write a new message."), "batch_id"))  # fmt: skip
    return contract


def _sorted(send: Send, call: Call) -> Sorted:
    if not may_be_tried(send):
        raise Refused(Reason("tried_enough", _("These texts have been sent again as often as they may be."),
                             _("Whoever was not reached by now is left in peace."), "batch_id"))  # fmt: skip
    found = sort_failed(send, call.now)
    if not found.attempts:
        why = ", ".join(f"{reason}: {people}" for reason, people in found.not_resent.items()) or "–"
        raise Refused(Reason("nothing_to_resend", _("None of its texts may be sent again (%s).") % why,
                             _("Read why with sms_marketing.delivery_status.get."), "batch_id"))  # fmt: skip
    return found


def _routes_today(before: CampaignContract, call: Call) -> Mapping[str, Route]:
    """The ways there are today; none in another currency than the one that was agreed to."""
    identity = SenderId.objects.filter(sender=before.sender_id, organisation=call.organisation).first()
    routes = routes_of(identity, call.now.date()) if identity is not None else {}
    return {country: route for country, route in routes.items() if route.currency == before.currency}


def _reprice(audience: Audience, before: CampaignContract, routes: Mapping[str, Route]) -> None:
    """What the same parts cost today. Who has no way any more, or none that can be priced, is left out."""
    members = AudienceMember.objects.filter(audience=audience)
    for part in before.routes:
        route, here = routes.get(part.country), members.filter(market=part.country)
        if route is None or (not part.price and route.amount):
            here.filter(verdict=Verdict.INCLUDED).update(verdict=Verdict.NO_ROUTE, price=0)
        elif part.price:
            here.update(price=Round(F("price") / part.price) * route.amount)


def _contract(
    call: Call, send: Send, before: CampaignContract, found: Sorted, audience: Audience, routes: Mapping[str, Route]
) -> RetryContract:
    parts = route_parts(audience, dict(routes))
    cost = sum((part.cost for part in parts), Decimal(0))
    readers = readers_of(audience)
    terms = {
        **before.model_dump(include=set(CampaignContract.model_fields)),
        **terms_of_people(audience),
        **terms_at_once(send.sender, before.per_second, audience.included, call.now),
        "texts": [one.model_dump() | {"people": readers.get(one.translation_id, 0)} for one in before.texts],
        "routes": parts,
        "cost_high": cost,
        "cost_ceiling": cost,
        "balances": balances_of({key for part in parts for key in part.gateway_ids}, call.now),
        "balance_pays": pays_for(parts, cost, call.now),
    }
    return RetryContract(
        **terms,
        replaced_send_id=send.pk,
        replaces=found.attempts,
        considered=found.considered,
        not_resent=found.not_resent,
    )


def resend(call: Call, contract: RetryContract) -> Retried:
    """Send them once more, if the month's quota still holds it. Raises Refused."""
    hold_quota(call, contract)
    send = repeat(call, contract, Send.Kind.RETRY, STILL_FAILED)
    return Retried(batch_id=send.pk, replaced_batch_id=contract.replaced_send_id, state=str(send.state))
