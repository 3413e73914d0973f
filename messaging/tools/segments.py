"""whatsapp.segments.list and whatsapp.segment.upsert."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from approvals.contracts import Answer
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.audiences.people import Size, size_of
from messaging.models import Channel, Segment
from messaging.paging import PageAnswer, PageAsk, page
from messaging.segments.contract import SegmentContract, SegmentKept, SendCategory
from messaging.segments.editing import SegmentUnchanged, edit_segment, plan_segment


class SegmentsAsk(PageAsk):
    category: Annotated[SendCategory, Field(description="Count who may be written to for this category.")] = "marketing"
    counts: Annotated[bool, Field(description="Count the people; false answers faster.")] = True


class SegmentRow(Answer):
    segment_id: Annotated[UUID, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]
    rule: Annotated[str, Field(description="Who is meant, in the rule language.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    means_everyone: Annotated[bool, Field(description="Whether the rule says everyone.")]
    targeted: Annotated[int | None, Field(description="People the rule means; null when not counted.")]
    reachable: Annotated[int | None, Field(description="Those left after opt-outs, blocks, invalid ones and consent.")]
    excluded: Annotated[dict[str, int], Field(description="Left out, by the first reason that holds.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit the segment.")]
    updated_at: Annotated[datetime, Field(description="When it was last edited.")]


class SegmentsPage(PageAnswer):
    segments: Annotated[list[SegmentRow], Field(description="Newest first.")]


@tool(
    "whatsapp.segments.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.contacts.list", "whatsapp.consent_records.list"),
    safety="Sizes leave out people who opted out, are blocked, have no valid address or no consent.",
)
def list_segments(call: Call, ask: SegmentsAsk) -> SegmentsPage:
    """List customer segments with their rule, their size and who of them may be written to for a message category."""
    segments = Segment.objects.filter(organisation=call.organisation)
    rows, cursor = page(segments, ask, by="created_at")
    return SegmentsPage(segments=[_row(call, ask, segment) for segment in rows], next_cursor=cursor)


def _row(call: Call, ask: SegmentsAsk, segment: Segment) -> SegmentRow:
    size = size_of(segment.rule, call.organisation, Channel.WHATSAPP, ask.category, call.now) if ask.counts else None
    return SegmentRow(**segment_facts(segment, size))


def segment_facts(segment: Segment, size: Size | None) -> dict[str, Any]:
    """The fields of `SegmentRow`; without a size it was not counted."""
    return {
        "segment_id": segment.pk,
        "name": segment.name,
        "rule": segment.rule,
        "purpose": segment.purpose,
        "means_everyone": segment.is_everyone,
        "targeted": size.targeted if size else None,
        "reachable": size.reachable if size else None,
        "excluded": dict(size.excluded) if size else {},
        "version_token": token_of(segment),
        "updated_at": segment.updated_at,
    }


@tool(
    "whatsapp.segment.upsert",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.segments.list", "whatsapp.broadcast.preview"),
    plan=plan_segment,
    approval=When(lambda contract: contract.used_by_open_broadcasts > 0 or contract.means_everyone),
    guards=(SegmentUnchanged(),),
    safety="Opt-outs stay excluded whatever the rule says; everybody is never meant by accident.",
)
def upsert_segment(call: Call, contract: SegmentContract) -> SegmentKept:
    """Create or edit a customer segment. Needs approval when open broadcasts use it or when it means everyone."""
    return edit_segment(call, contract)
