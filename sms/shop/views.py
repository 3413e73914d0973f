"""The addresses that the shop reports to: an agent's key with the scope shop:report, one JSON object a report."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.roles import SHOP
from accounts.tenancy import confined_to
from approvals.arguments import read
from approvals.contracts import Ask
from approvals.reasons import Reason, Refused
from approvals.rest.views import RestView
from sms.attribution.reporting import ConversionReport, RefundReport, keep_conversion, keep_refund
from sms.automations.events import EventReport, keep_event
from sms.shop.told import Kept


class ShopView(RestView):
    """One kind of report. Said again it changes nothing and is answered 200 instead of 201."""

    report: ClassVar[type[Ask]]

    def keep(self, report: Any, actor: Actor) -> Kept:
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        actor = self.actor
        if not actor.can(SHOP):
            raise Refused(Reason("scope_missing", _("You may not report for the shop: it needs the scope %s.") % SHOP,
                                 _("Ask an administrator of your organisation for the scope.")))  # fmt: skip
        with confined_to(actor.organisation.pk):
            kept = self.keep(read(self.report, request.data), actor)
        answer: BaseModel = kept
        return Response(answer.model_dump(mode="json"), status=201 if kept.is_new else 200)


class Conversions(ShopView):
    report = ConversionReport

    def keep(self, report: Any, actor: Actor) -> Kept:
        return keep_conversion(report, actor, timezone.now())


class Refunds(ShopView):
    report = RefundReport

    def keep(self, report: Any, actor: Actor) -> Kept:
        return keep_refund(report, actor, timezone.now())


class Events(ShopView):
    report = EventReport

    def keep(self, report: Any, actor: Actor) -> Kept:
        return keep_event(report, actor, timezone.now())
