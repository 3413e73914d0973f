"""The addresses that the shop reports to: an agent's key with the scope shop:report, one JSON object a report."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import SHOP
from approvals.contracts import Ask
from approvals.rest.declared import Declared
from approvals.rest.views import DeclaredView
from sms.attribution.reporting import ConversionReport, RefundReport, keep_conversion, keep_refund
from sms.automations.events import EventReport, keep_event
from sms.shop.told import Kept


def _report(takes: type[Ask], does: str | Promise) -> Declared:
    return Declared(
        does=does,
        scope=SHOP,
        takes=takes,
        answers=Kept,
        when={200: "It was reported before; nothing has changed.", 201: "It is kept."},
        refuses=(404, 409, 422),
    )


class ShopView(DeclaredView):
    """One kind of report. Said again it changes nothing and is answered 200 instead of 201."""

    def status_of(self, answer: Kept) -> int:
        return 201 if answer.is_new else 200


class Conversions(ShopView):
    declared = _report(ConversionReport, _("Report an order, an appointment or a payment."))

    def carry_out(self, ask: Any, actor: Actor, now: datetime) -> Kept:
        return keep_conversion(ask, actor, now)


class Refunds(ShopView):
    declared = _report(RefundReport, _("Report what was given back of a conversion."))

    def carry_out(self, ask: Any, actor: Actor, now: datetime) -> Kept:
        return keep_refund(ask, actor, now)


class Events(ShopView):
    declared = _report(EventReport, _("Report an event that automations wait for."))

    def carry_out(self, ask: Any, actor: Actor, now: datetime) -> Kept:
        return keep_event(ask, actor, now)
