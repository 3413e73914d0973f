"""sms_marketing.audiences.list, .segments.preview and .segments.create."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.audiences.makeup import Group, attributes_of, makeup_of
from messaging.audiences.people import Size
from messaging.models import Channel, ImportBatch, Segment, Verdict
from messaging.paging import PageAnswer, page
from messaging.tools.segments import SegmentRow, SegmentsAsk, segment_facts
from sms.segments import preview
from sms.segments.preview import NameFree, NotWider, SegmentMade, SegmentPreview, SegmentPreviewAsk


class AudiencesAsk(SegmentsAsk):
    segment_id: Annotated[UUID | None, Field(description="Only this segment.")] = None


class AudienceRow(SegmentRow):
    countries: Annotated[dict[str, int], Field(description="Those who may be written to, by country of the number.")]
    sources: Annotated[
        dict[str, int], Field(description="Those who may be written to, by the import that brought them; none: others.")
    ]
    known: Annotated[
        dict[str, int],
        Field(description="What your systems told of them (orders, last purchase, ...): attribute -> people."),
    ]


class AudiencesPage(PageAnswer):
    audiences: Annotated[list[AudienceRow], Field(description="Newest first.")]


@tool(
    "sms_marketing.audiences.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Numbers only: nobody's phone is shown, and who opted out or never agreed is counted as left out.",
)
def list_audiences(call: Call, ask: AudiencesAsk) -> AudiencesPage:
    """List segments for texts: rule, people, who may be written to, countries, sources, and what is known of them."""
    segments = Segment.objects.filter(organisation=call.organisation)
    if ask.segment_id is not None:
        segments = segments.filter(pk=ask.segment_id)
    rows, cursor = page(segments, ask, by="created_at")
    return AudiencesPage(audiences=[_audience(call, ask, segment) for segment in rows], next_cursor=cursor)


def _audience(call: Call, ask: AudiencesAsk, segment: Segment) -> AudienceRow:
    if not ask.counts:
        return AudienceRow(**segment_facts(segment, None), countries={}, sources={}, known={})
    groups = makeup_of(segment.rule, call.organisation, Channel.SMS, ask.category, call.now)
    reached = [group for group in groups if group.verdict is Verdict.INCLUDED]
    countries: Counter[str] = Counter()
    for group in reached:
        countries[group.country] += group.people
    return AudienceRow(
        **segment_facts(segment, _size(groups)),
        countries=dict(countries),
        sources=_sources(call, reached),
        known=dict(attributes_of(segment.rule, call.organisation, Channel.SMS, call.now)),
    )


def _size(groups: Iterable[Group]) -> Size:
    people: Counter[Verdict] = Counter()
    for group in groups:
        people[group.verdict] += group.people
    targeted, reachable = people.total(), people.pop(Verdict.INCLUDED, 0)
    return Size(targeted, reachable, {verdict.name.lower(): count for verdict, count in people.items()})


def _sources(call: Call, reached: Iterable[Group]) -> dict[str, int]:
    """People by the name of the import: two of one name are told together."""
    batches = ImportBatch.objects.filter(
        pk__in={group.import_id for group in reached if group.import_id}, organisation=call.organisation
    )
    names = dict(batches.values_list("pk", "name"))
    sources: Counter[str] = Counter()
    for group in reached:
        sources[names.get(group.import_id, "none") if group.import_id else "none"] += group.people
    return dict(sources)


@tool(
    "sms_marketing.segments.preview",
    kind=Kind.PREVIEW,
    scope="sms:preview",
    reads_first=("sms_marketing.audiences.list", "sms_marketing.opt_outs.list", "sms_marketing.quotas.get"),
    safety="Names every reason people are left out for; opt-outs, people without consent, duplicates and people"
    " written to often enough are never in.",
)
def preview_segment(call: Call, ask: SegmentPreviewAsk) -> SegmentPreview:
    """Show whom a rule would reach by text: people, exclusions by reason, countries with their rates, and the cost.

    Keeps no segment. Its preview_id is the segment_preview_id of sms_marketing.segments.create.
    """
    return preview.preview_segment(call, ask)


@tool(
    "sms_marketing.segments.create",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.segments.preview",),
    preview="sms_marketing.segments.preview",
    handle="segment_preview_id",
    approval=When(lambda contract: contract.means_everyone),
    guards=(NameFree(), NotWider()),
    spends=False,
    safety="Keeps the previewed rule and no other; refused when it has come to reach more people than were shown.",
)
def create_segment(call: Call, contract: SegmentPreview) -> SegmentMade:
    """Keep a previewed segment. A person decides where it means everyone, and where policies find it large or dear."""
    return preview.make_segment(call, contract)
