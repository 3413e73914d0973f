"""Figures from outside: asked for with source and evidence, kept beside our own, corrected only by another row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from accounts.budgets import today_of
from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.facts import masked
from audit.record import record
from messaging.finding import find_own
from sms.campaigns.report import Report, report_of
from sms.models import Campaign, PerformanceSnapshot, SmsGateway

Count = Annotated[int | None, Field(ge=0, le=1_000_000_000)]
Money = Annotated[Decimal | None, Field(ge=0, max_digits=14, decimal_places=6)]
FIRST_DAY = date(2000, 1, 1)


class Figures(BaseModel):
    """What was read; null is not known, 0 is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delivered: Annotated[Count, Field(description="Texts that arrived.")] = None
    failed: Annotated[Count, Field(description="Texts that did not.")] = None
    clicks: Annotated[Count, Field(description="Clicks.")] = None
    opt_outs: Annotated[Count, Field(description="People who opted out.")] = None
    conversions: Annotated[Count, Field(description="Orders or whatever was wanted.")] = None
    cost: Annotated[Money, Field(description="What it cost, in currency.")] = None
    revenue: Annotated[Money, Field(description="What it brought, in currency.")] = None

    def known(self) -> dict[str, str]:
        """What is known, as text: no digit of an amount is lost."""
        return {name: str(value) for name, value in self.model_dump().items() if value is not None}


class Evidence(BaseModel):
    """Where the figures stand: a file by its hash, or a place where people find it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=3, max_length=200, description="What it is called.")]
    sha256: Annotated[
        str, Field(pattern=r"^([0-9a-f]{64})?$", description="SHA-256 of the file; empty for a page.")
    ] = ""
    kept_at: Annotated[str, Field(max_length=300, description="Where people find it.")] = ""


class SnapshotAsk(Ask):
    campaign_id: Annotated[
        UUID | None, Field(description="Of which campaign: an id of campaigns.list; empty: of all SMS.")
    ] = None
    gateway_id: Annotated[
        UUID | None, Field(description="Of which gateway: an id of gateways.list; empty: of all together.")
    ] = None
    source: Annotated[str, Field(min_length=3, max_length=120, description="Where they come from: shop, invoice, ...")]
    method: Annotated[str, Field(min_length=3, max_length=300, description="How they were counted, and by whom.")]
    attribution: Annotated[
        str, Field(max_length=300, description="Model and window by which conversions and revenue were attributed.")
    ] = ""
    from_day: Annotated[date, Field(description="The first day, in your organisation's time zone.")]
    until_day: Annotated[date, Field(description="The last day, included.")]
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$", description="ISO 4217 code; needed for amounts.")] = ""
    figures: Annotated[Figures, Field(description="What was read.")]
    evidence: Annotated[list[Evidence], Field(min_length=1, max_length=10, description="What proves it.")]
    replaces_id: Annotated[UUID | None, Field(description="The snapshot that this one corrects; both are kept.")] = None


class SnapshotContract(Contract):
    campaign_id: Annotated[UUID | None, Field(description="The campaign; null: all SMS.")]
    campaign_name: Annotated[str, Field(description="Its name.")]
    gateway_id: Annotated[UUID | None, Field(description="The gateway; null: all together.")]
    gateway_name: Annotated[str, Field(description="Its name.")]
    source: Annotated[str, Field(description="Where the figures come from.")]
    method: Annotated[str, Field(description="How they were counted.")]
    attribution: Annotated[str, Field(description="How conversions and revenue were attributed.")]
    from_day: Annotated[date, Field(description="The first day.")]
    until_day: Annotated[date, Field(description="The last day.")]
    currency: Annotated[str, Field(description="Of the amounts.")]
    figures: Annotated[dict[str, str], Field(description="What was read.")]
    evidence: Annotated[list[Evidence], Field(description="What proves it.")]
    replaces_id: Annotated[UUID | None, Field(description="The snapshot that is corrected.")]
    before: Annotated[dict[str, str], Field(description="Its figures.")]
    ours: Annotated[dict[str, str], Field(description="What we counted ourselves for the campaign; it stays.")]
    contradicts: Annotated[list[str], Field(description="Figures that cannot be, beside ours: a person decides.")]

    def sentence(self) -> str:
        words = {"source": self.source, "from": self.from_day, "until": self.until_day}
        return gettext("Figures from %(source)s, %(from)s to %(until)s") % words


class Recorded(Answer):
    snapshot_id: Annotated[UUID, Field(description="Its id. Our own figures are as they were.")]


def needs_a_person(contract: SnapshotContract) -> bool:
    """A correction, and what cannot be beside our own figures."""
    return contract.replaces_id is not None or bool(contract.contradicts)


@dataclass(frozen=True, slots=True)
class NotRecordedYet:
    """Each source tells of its days once; who corrects names what is corrected, and nobody has corrected it already."""

    def __call__(self, call: Call, contract: SnapshotContract) -> Iterator[Reason]:
        standing = PerformanceSnapshot.objects.filter(organisation=call.organisation, replaced_by=None)
        if contract.replaces_id is not None and not standing.filter(pk=contract.replaces_id).exists():
            yield Reason("already_replaced", _("That snapshot has been corrected already."),
                         _("Correct the newest one."), "replaces_id")  # fmt: skip
        about = {"campaign": contract.campaign_id, "gateway": contract.gateway_id, "source": contract.source}
        days = {"from_day__lte": contract.until_day, "until_day__gte": contract.from_day}
        others = standing.filter(request__isnull=False, **about, **days)
        if contract.replaces_id is not None:
            others = others.exclude(pk=contract.replaces_id)
        for kept in others[:1]:
            yield Reason("already_recorded",
                         _("%(source)s has told of these days already: snapshot %(key)s.")
                         % {"source": contract.source, "key": kept.pk},
                         _("Pass it as replaces_id to correct it, or choose other days."), "replaces_id")  # fmt: skip


def plan(call: Call, ask: SnapshotAsk) -> SnapshotContract:
    """The figures as they would be kept, beside ours. Raises Refused with everything that is missing."""
    refuse_if_any(_reasons(call, ask))
    own: dict[str, Any] = {"campaign": None, "gateway": None, "replaced": None}
    if ask.campaign_id is not None:
        own["campaign"] = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id",
                                   "sms_marketing.campaigns.list")  # fmt: skip
    if ask.gateway_id is not None:
        own["gateway"] = find_own(SmsGateway, ask.gateway_id, call.organisation, "gateway_id",
                                  "sms_marketing.gateways.list")  # fmt: skip
    if ask.replaces_id is not None:
        # What a gateway told by itself is nobody's to correct.
        own["replaced"] = find_own(PerformanceSnapshot, ask.replaces_id, call.organisation, "replaces_id",
                                   "sms_marketing.performance_snapshot.record", request__isnull=False)  # fmt: skip
    campaign, gateway, replaced = own["campaign"], own["gateway"], own["replaced"]
    told = report_of(campaign.send) if campaign is not None and campaign.send is not None else None
    return SnapshotContract(
        **ask.model_dump(exclude={"figures", "evidence"}),
        campaign_name=campaign.name if campaign is not None else "",
        gateway_name=gateway.name if gateway is not None else "",
        figures=ask.figures.known(),
        evidence=ask.evidence,
        before=replaced.figures if replaced is not None else {},
        ours=_ours(told),
        contradicts=list(_contradictions(ask.figures, told)),
    )


def _reasons(call: Call, ask: SnapshotAsk) -> Iterator[Reason]:
    if not ask.figures.known():
        yield Reason("nothing_to_record", _("There is no figure."), _("Give at least one."), "figures")
    if not FIRST_DAY <= ask.from_day <= ask.until_day <= today_of(call.organisation, call.now):
        yield Reason("odd_days", _("The days are in the wrong order, or not over."),
                     _("Choose days up to today, the first one first."), "until_day")  # fmt: skip
    if {"cost", "revenue"} & ask.figures.known().keys() and not ask.currency:
        yield Reason("currency_missing", _("Amounts need a currency."), _("Add its ISO 4217 code."), "currency")
    if {"conversions", "revenue"} & ask.figures.known().keys() and not ask.attribution:
        yield Reason("attribution_missing", _("Conversions and revenue need to say how they were attributed."),
                     _("Name the model and the window, such as last click within 7 days."), "attribution")  # fmt: skip
    for number, one in enumerate(ask.evidence):
        if not one.sha256 and not one.kept_at:
            yield Reason("evidence_missing", _("This evidence can be found nowhere."),
                         _("Give its SHA-256, or where it is kept."), f"evidence.{number}")  # fmt: skip
    told = (ask.source, ask.method, ask.attribution, *(one.name for one in ask.evidence))
    if any(masked(text) != text for text in told):
        yield Reason("personal_data", _("The description holds what looks like a phone number, an address or a key."),
                     _("Describe it without anybody's data."), "source")  # fmt: skip


def _ours(told: Report | None) -> dict[str, str]:
    if told is None:
        return {}
    sure, cost = told.confirmed, told.estimated
    return {"delivered": str(sure.delivered), "failed": str(sure.failed), "estimated": str(cost)}


def _contradictions(figures: Figures, told: Report | None) -> Iterator[str]:
    """More people cannot have been reached, or have answered, than were to be."""
    if told is None:
        return
    for name in ("delivered", "failed", "opt_outs"):
        count = getattr(figures, name)
        if count is not None and count > told.numbers.targeted:
            yield name


def keep(call: Call, contract: SnapshotContract) -> Recorded:
    assert call.request is not None
    if contract.replaces_id is not None:  # of two corrections at once one stands
        PerformanceSnapshot.objects.select_for_update(no_key=True).get(pk=contract.replaces_id)
        refuse_if_any(NotRecordedYet()(call, contract))
    kept = PerformanceSnapshot.objects.create(
        organisation=call.organisation,
        **contract.model_dump(include={"campaign_id", "gateway_id", "source", "method", "attribution", "from_day",
                                       "until_day", "currency", "figures", "replaces_id"}),
        evidence=[one.model_dump(mode="json") for one in contract.evidence],
        request=call.request,
        recorded_at=call.now,
    )  # fmt: skip
    record("sms.snapshot_recorded", kept, call.actor, now=call.now, request_id=call.request.pk, source=kept.source)
    return Recorded(snapshot_id=kept.pk)
