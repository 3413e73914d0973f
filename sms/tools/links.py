"""sms_marketing.short_links.preview, .short_links.create and sms_marketing.link_clicks.list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.roles import PERSONAL_DATA
from approvals.contracts import Answer, Moment
from approvals.floors import When
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call, Kind, tool
from messaging.finding import find_own
from messaging.models import Send
from messaging.paging import PageAnswer, PageAsk, page
from sms.links import making
from sms.links.contract import LinkAsk, LinkContract, LinkMade
from sms.links.counting import Counts, Window, counts_of, judged_clicks, within
from sms.links.making import DestinationAllowed, is_sensitive
from sms.models import Click, LinkCode, ShortLink, Visitor


@tool(
    "sms_marketing.short_links.preview",
    kind=Kind.PREVIEW,
    scope="sms:preview",
    reads_first=("sms_marketing.config.get", "sms_marketing.copy.fit_preview"),
    safety="Refuses odd or unknown domains, other shorteners, broken campaign parameters, and tracking nobody allowed.",
)
def preview_short_link(call: Call, ask: LinkAsk) -> LinkContract:
    """Show what a short link would look like and lead to, until when, and what could make networks hold it back.

    Its preview_id is the short_link_preview_id of sms_marketing.short_links.create.
    """
    return making.preview_link(call, ask)


@tool(
    "sms_marketing.short_links.create",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.short_links.preview",),
    preview="sms_marketing.short_links.preview",
    handle="short_link_preview_id",
    approval=When(is_sensitive),
    guards=(DestinationAllowed(),),
    spends=False,
    safety="Leads to the previewed address for ever or to none; payment, finance and account pages go to a person.",
)
def create_short_link(call: Call, contract: LinkContract) -> LinkMade:
    """Make a previewed short link. Each person's own code is made when a campaign that names it goes out."""
    return making.make_link(call, contract)


class ClicksAsk(PageAsk):
    short_link_id: Annotated[UUID | None, Field(description="Only this link; needed for visits.")] = None
    since: Annotated[Moment | None, Field(description="Only clicks from then on.")] = None
    until: Annotated[Moment | None, Field(description="Only clicks before then.")] = None
    visits: Annotated[
        bool, Field(description="List single visits of one link; needs the right to see personal data (pii:read).")
    ] = False


class LinkClicks(Answer):
    short_link_id: Annotated[UUID, Field(description="The link.")]
    name: Annotated[str, Field(description="Its name.")]
    destination: Annotated[str, Field(description="Where it leads.")]
    utm: Annotated[dict[str, str], Field(description="Its campaign parameters.")]
    segments: Annotated[list[str], Field(description="The segments it was sent to.")]
    state: Annotated[str, Field(description="open, expired or revoked.")]
    tracked: Annotated[bool, Field(description="Whether clicks are counted; if not, there are none to see.")]
    clicks: Annotated[int, Field(description="Times that people opened it.")]
    unique_clicks: Annotated[
        int | None, Field(description="People who opened it; null where everybody has the same code.")
    ]
    doubtful: Annotated[int, Field(description="Visits that may have been machines; not among the clicks.")]
    machines: Annotated[int, Field(description="Previews, scanners, crawlers; not among the clicks.")]
    rate: Annotated[
        float | None, Field(description="unique_clicks by rate_of, 1 is everybody; of all time where no window is set.")
    ]
    rate_of: Annotated[str, Field(description="delivered; or accepted, where no network reports arrivals; or empty.")]
    delivered: Annotated[int, Field(description="Texts with this link that arrived and whose clicks are counted.")]
    accepted: Annotated[int, Field(description="Texts with this link that gateways took, arrived or not.")]
    by_day: Annotated[dict[str, int], Field(description="Clicks by day in your organisation's time zone.")]
    by_device: Annotated[dict[str, int], Field(description="Clicks by phone, tablet, computer or other.")]
    by_browser: Annotated[dict[str, int], Field(description="Clicks by family of browser or app.")]


class Visit(Answer):
    contact_id: Annotated[UUID | None, Field(description="Whose code was opened; null for a code of everybody.")]
    at: Annotated[datetime, Field(description="When.")]
    visitor: Annotated[str, Field(description="human, suspect or bot.")]
    reason: Annotated[str, Field(description="Why it is not counted: too_fast, burst, before_receipt, known_bot, ...")]
    device: Annotated[str, Field(description="phone, tablet, computer or other.")]
    browser: Annotated[str, Field(description="Family of browser or app.")]


class ClicksPage(PageAnswer):
    links: Annotated[list[LinkClicks], Field(description="Numbers by link, newest link first; empty for visits.")]
    visits: Annotated[list[Visit], Field(description="Single visits, newest first; empty unless asked for.")]


@tool(
    "sms_marketing.link_clicks.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.campaign_reports.get",),
    safety="Numbers by link; single visits only with the right to personal data, and never with a phone number.",
)
def list_link_clicks(call: Call, ask: ClicksAsk) -> ClicksPage:
    """List clicks on short links: people, doubtful ones and machines told apart, unique clicks, devices and days.

    What came of them is in sms_marketing.conversion_attribution.get.
    """
    window = Window(ask.since, ask.until)
    links = ShortLink.objects.filter(organisation=call.organisation)
    if ask.short_link_id is not None:
        find_own(ShortLink, ask.short_link_id, call.organisation, "short_link_id", "sms_marketing.link_clicks.list")
        links = links.filter(pk=ask.short_link_id)
    if ask.visits:
        return _visits(call, ask, window)
    rows, cursor = page(links, ask, by="created_at")
    counts = counts_of([link.pk for link in rows], window, ZoneInfo(call.organisation.timezone))
    segments = _segments(call, rows)
    shown = [_numbers(link, counts[link.pk], segments[link.pk], call.now) for link in rows]
    return ClicksPage(links=shown, visits=[], next_cursor=cursor)


def _visits(call: Call, ask: ClicksAsk, window: Window) -> ClicksPage:
    refuse_if_any(_reasons(call, ask))
    clicks = judged_clicks(within(Click.objects.filter(link=ask.short_link_id), window)).select_related("contact")
    rows, cursor = page(clicks, ask, by="at")
    return ClicksPage(links=[], visits=[_visit(click) for click in rows], next_cursor=cursor)


def _reasons(call: Call, ask: ClicksAsk) -> list[Reason]:
    reasons = []
    if not call.actor.can(PERSONAL_DATA):
        reasons.append(Reason("personal_data", _("Who opened a link is personal data, which you may not see."),
                              _("Ask for the numbers, without visits."), "visits"))  # fmt: skip
    if ask.short_link_id is None:
        reasons.append(Reason("short_link_missing", _("Visits are listed for one link."),
                              _("Pass short_link_id."), "short_link_id"))  # fmt: skip
    return reasons


def _visit(click: Click) -> Visit:
    judged: int = getattr(click, "judged")  # noqa: B009 - annotated by judged_clicks
    return Visit(
        contact_id=click.contact.key if click.contact is not None else None,
        at=click.at,
        visitor=Visitor(judged).name.lower(),
        reason=click.reason or ("before_receipt" if judged != click.visitor else ""),
        device=click.device,
        browser=click.browser,
    )


def _segments(call: Call, links: Sequence[ShortLink]) -> dict[UUID, list[str]]:
    """The segments that each link was sent to."""
    found = {}
    for link in links:
        has_code = Exists(LinkCode.objects.filter(link=link, send=OuterRef("pk")))
        sends = Send.objects.filter(has_code, organisation=call.organisation)
        found[link.pk] = sorted(set(sends.values_list("audience__segment__name", flat=True)))
    return found


def _numbers(link: ShortLink, counts: Counts, segments: list[str], now: datetime) -> LinkClicks:
    is_over = "revoked" if link.revoked_at is not None else "expired" if link.expires_at <= now else "open"
    return LinkClicks(
        short_link_id=link.pk,
        name=link.name,
        destination=link.destination,
        utm=link.utm,
        segments=segments,
        state=is_over,
        tracked=link.tracked,
        clicks=counts.clicks,
        unique_clicks=counts.unique if link.per_person else None,
        doubtful=counts.doubtful,
        machines=counts.machines,
        rate=counts.rate,
        rate_of=counts.base,
        delivered=counts.reach.delivered,
        accepted=counts.reach.accepted,
        by_day=counts.by.get("day", {}),
        by_device=counts.by.get("device", {}),
        by_browser=counts.by.get("browser", {}),
    )
