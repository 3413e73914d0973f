"""sms_marketing.conversion_attribution.get: orders, bookings and payments that texts led to."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Moment
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.finding import find_own
from messaging.models import Send
from sms.attribution.adding_up import Money, Totals, add_up, return_on
from sms.attribution.window import VIEWED, WINDOW, Period, sales_of, sends_with_retries
from sms.campaigns.report import reports_of
from sms.models import Campaign, Conversion

LONGEST = timedelta(days=366)
_LATELY = timedelta(days=30)


class AttributionAsk(Ask):
    campaign_id: Annotated[
        UUID | None, Field(description="Only this campaign, with what was resent of it. Default: all texts.")
    ] = None
    window_days: Annotated[int, Field(ge=1, le=30, description="For how many days a click counts.")] = WINDOW.days
    since: Annotated[
        Moment | None,
        Field(description="Conversions from then on. Default: the campaign's start, else 30 days ago."),
    ] = None
    until: Annotated[Moment | None, Field(description="Conversions until before then. Default: now.")] = None


class MoneyRow(Answer):
    currency: Annotated[str, Field(description="ISO 4217 code. Amounts of two currencies are never added.")]
    conversions: Annotated[int, Field(description="How many conversions.")]
    gross: Annotated[Decimal, Field(description="What they were worth when they happened.")]
    refunds: Annotated[Decimal, Field(description="What has been given back of these same conversions until now.")]
    net: Annotated[Decimal, Field(description="gross minus refunds.")]


class Attribution(Answer):
    model: Annotated[str, Field(description="last_human_click: the link that a person opened last before it counts.")]
    window_days: Annotated[int, Field(description="The attribution window: for how many days a click counts.")]
    view_window_hours: Annotated[int, Field(description="The window of viewed_without_click.")]
    since: Annotated[datetime, Field(description="Conversions from then on.")]
    until: Annotated[datetime, Field(description="Conversions until before then.")]
    as_of: Annotated[datetime, Field(description="When this was counted; later refunds change it.")]
    last_report_at: Annotated[datetime | None, Field(description="When the shop last reported a conversion.")]
    reported: Annotated[int, Field(description="All conversions of the period: the sum of the next four.")]
    attributed: Annotated[int, Field(description="The last click before them was on a link of these texts.")]
    attributed_elsewhere: Annotated[int, Field(description="The last click was on a link of another campaign.")]
    without_click: Annotated[int, Field(description="A known person, and no click in the window.")]
    unmatched: Annotated[int, Field(description="The shop's report named nobody whom we know.")]
    unmatched_share: Annotated[float | None, Field(description="unmatched by reported; null without reports.")]
    by_kind: Annotated[dict[str, int], Field(description="Attributed ones: order, appointment, payment.")]
    revenue: Annotated[list[MoneyRow], Field(description="Of the attributed ones, by currency.")]
    assisted: Annotated[int, Field(description="Of attributed_elsewhere: they had also clicked a link of these texts.")]
    viewed_without_click: Annotated[
        int, Field(description="Of without_click: a text had arrived shortly before. Never counted as revenue.")
    ]
    channel_conflicts: Annotated[
        int, Field(description="Of the attributed ones: WhatsApp had written to the person in the window as well.")
    ]
    revenue_in_conflict: Annotated[list[MoneyRow], Field(description="Of channel_conflicts, by currency.")]
    paths: Annotated[dict[str, int], Field(description="Attributed ones by what reached them, in its order.")]
    cost: Annotated[Decimal | None, Field(description="What the campaign cost; null without one.")]
    cost_currency: Annotated[str, Field(description="ISO 4217 code of the cost; empty without one.")]
    cost_source: Annotated[
        str, Field(description="provider: charged by gateways for every text; estimate: ours; empty: no cost.")
    ]
    roi: Annotated[
        Decimal | None,
        Field(description="(net - cost) / cost; null without cost, or where revenue is in another currency."),
    ]
    conflict_rule: Annotated[str, Field(description="How conversions are shared between channels.")]
    refund_rule: Annotated[str, Field(description="How refunds are subtracted.")]
    limits: Annotated[list[str], Field(description="What cannot be known.")]


@tool(
    "sms_marketing.conversion_attribution.get",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.campaign_reports.get", "sms_marketing.link_clicks.list"),
    safety="Numbers only, with the window, the channel conflicts, the refunds and the limits of tracking beside them.",
)
def get_attribution(call: Call, ask: AttributionAsk) -> Attribution:
    """Tell the orders, bookings, payments and revenue that texts led to, by the last human click within a window."""
    send = _send_of(call, ask)
    sends = sends_with_retries(send) if send is not None else None
    period = _period(ask, send, call.now)
    totals = add_up(sales_of(call.organisation, sends, period), sends)
    latest = Conversion.objects.filter(organisation=call.organisation).order_by("-reported_at")
    return Attribution(
        model="last_human_click",
        window_days=ask.window_days,
        view_window_hours=int(VIEWED.total_seconds()) // 3600,
        since=period.since,
        until=period.until,
        as_of=call.now,
        last_report_at=latest.values_list("reported_at", flat=True).first(),
        **_numbers(totals),
        **_return(totals, list(Send.objects.select_related("preview", "audience").filter(pk__in=sends or ()))),
        conflict_rule=_("A conversion counts for the last click on a link of a text; WhatsApp beside it is told."),
        refund_rule=_("Refunds are subtracted from the conversion that they belong to, whenever they were made."),
        limits=[
            _("Clicks on links that everybody gets the same of name nobody and are attributed to nobody."),
            _("People and countries whose clicks are not tracked are missing, as are sales the shop has not reported."),
            _("Other channels than SMS and WhatsApp are not known here."),
        ],
    )


def _send_of(call: Call, ask: AttributionAsk) -> Send | None:
    if ask.campaign_id is None:
        return None
    campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    if campaign.send is None:
        raise Refused(Reason("not_scheduled", gettext_lazy("This campaign has not been scheduled, so it sold nothing."),
                             gettext_lazy("Look at sms_marketing.campaigns.get."), "campaign_id"))  # fmt: skip
    return campaign.send


def _period(ask: AttributionAsk, send: Send | None, now: datetime) -> Period:
    until = ask.until or now
    since = ask.since or (send.started_at or send.due_at if send is not None else until - _LATELY)
    if since > until:
        raise Refused(Reason("ends_before_it_begins", gettext_lazy("The period ends before it begins."),
                             gettext_lazy("Give a since that is earlier than until."), "since"))  # fmt: skip
    if until - since > LONGEST:
        raise Refused(Reason("period_too_long", gettext_lazy("The period is longer than a year."),
                             gettext_lazy("Ask for a year at most."), "since"))  # fmt: skip
    return Period(since, until, timedelta(days=ask.window_days))


def _numbers(totals: Totals) -> dict[str, Any]:
    return {
        "reported": totals.reported,
        "attributed": totals.attributed,
        "attributed_elsewhere": totals.elsewhere,
        "without_click": totals.without_click,
        "unmatched": totals.unmatched,
        "unmatched_share": round(totals.unmatched / totals.reported, 4) if totals.reported else None,
        "by_kind": dict(totals.kinds),
        "revenue": _rows(totals.money),
        "assisted": totals.assisted,
        "viewed_without_click": totals.viewed,
        "channel_conflicts": totals.conflicts,
        "revenue_in_conflict": _rows(totals.in_conflict),
        "paths": dict(totals.paths),
    }


def _rows(money: dict[str, Money]) -> list[MoneyRow]:
    return [
        MoneyRow(currency=currency, conversions=one.conversions, gross=one.gross, refunds=one.refunds, net=one.net)
        for currency, one in sorted(money.items())
    ]


def _return(totals: Totals, sends: list[Send]) -> dict[str, Any]:
    """The cost as far as it is known in one currency, and what came back of it."""
    reports = list(reports_of(sends).values())
    charged = {currency for one in reports for currency in one.charged}
    known = sum(one.charges_known for one in reports)
    left = sum(one.confirmed.total - one.confirmed.excluded for one in reports)
    currencies = {str(send.preview.contract.get("currency", "")) for send in sends}
    if reports and len(charged) == 1 and known >= left:
        (currency,) = charged
        cost, source = sum((one.charged.get(currency, Decimal(0)) for one in reports), Decimal(0)), "provider"
    elif len(currencies) == 1:
        (currency,) = currencies
        cost, source = sum((one.estimated for one in reports), Decimal(0)), "estimate"
    else:
        return {"cost": None, "cost_currency": "", "cost_source": "", "roi": None}
    alone = set(totals.money) <= {currency}
    net = totals.money[currency].net if currency in totals.money else Decimal(0)
    return {
        "cost": cost, "cost_currency": currency, "cost_source": source, "roi": return_on(net, cost) if alone else None,
    }  # fmt: skip
