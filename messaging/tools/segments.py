"""whatsapp.segments.list and whatsapp.segment.upsert."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.floors import When
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from approvals.versions import check_token, edited_since, token_of
from messaging.audiences.people import Size, size_of
from messaging.finding import find_own
from messaging.models import Channel, Segment, Send, SendState
from messaging.paging import PageAnswer, PageAsk, page
from messaging.segments import describe, parse
from messaging.segments.keeping import keep_segment, segment_name_taken

SendCategory = Literal["marketing", "utility", "authentication", "service"]


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


class SegmentAsk(Ask):
    name: Annotated[str, Field(min_length=2, max_length=120, description="Its name, once in the organisation.")]
    rule: Annotated[
        str,
        Field(
            max_length=2000,
            description="Who is meant, for example: tag:vip and country in (HK, MO) and not tag:staff. Fields: tag,"
            " country, language, attribute.<name>, crm_id, created, last_inbound, last_outbound, imported_from,"
            " consent:<category>. Everybody is only meant by the word everyone.",
        ),
    ]
    purpose: Annotated[str, Field(max_length=300, description="What it is for.")] = ""
    segment_id: Annotated[UUID | None, Field(description="The segment to edit; null for a new one.")] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="For an edit: version_token as you read it.")
    ] = ""


class SegmentContract(Contract):
    segment_id: Annotated[UUID | None, Field(description="The segment that is edited; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    name: Annotated[str, Field(description="Its name.")]
    rule: Annotated[str, Field(description="The rule in its canonical spelling.")]
    rule_before: Annotated[str, Field(description="The rule it had; empty for a new one.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    means_everyone: Annotated[bool, Field(description="Whether the rule says everyone.")]
    targeted: Annotated[int, Field(description="People the rule means now.")]
    reachable: Annotated[int, Field(description="Those who may get marketing now.")]
    used_by_open_broadcasts: Annotated[
        int, Field(description="Drafted, scheduled or running broadcasts of this segment.")
    ]

    def sentence(self) -> str:
        return _("Segment “%(name)s”: %(rule)s") % {"name": self.name, "rule": self.rule}


class SegmentKept(Answer):
    segment_id: Annotated[UUID, Field(description="The segment.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit it again.")]


@dataclass(frozen=True, slots=True)
class SegmentUnchanged:
    """Nobody edited the segment, or took its name, since this was planned."""

    def __call__(self, call: Call, contract: SegmentContract) -> Iterator[Reason]:
        own = Segment.objects.filter(organisation=call.organisation)
        segment = own.filter(pk=contract.segment_id).first() if contract.segment_id else None
        told = gettext_lazy("The segment has changed since this was planned.")
        yield from edited_since(segment, contract.base_version, told)
        yield from segment_name_taken(call.organisation, contract.name, contract.segment_id)


def plan_segment(call: Call, ask: SegmentAsk) -> SegmentContract:
    rule = parse(ask.rule)
    segment = None
    if ask.segment_id:
        segment = find_own(Segment, ask.segment_id, call.organisation, "segment_id", "whatsapp.segments.list")
        check_token(segment, ask.base_version_token)
    spelled = describe(rule)
    size = size_of(spelled, call.organisation, Channel.WHATSAPP, "marketing", call.now)
    return SegmentContract(
        segment_id=segment.pk if segment else None,
        base_version=segment.version if segment else 0,
        name=ask.name,
        rule=spelled,
        rule_before=segment.rule if segment else "",
        purpose=ask.purpose,
        means_everyone=rule.is_everyone,
        targeted=size.targeted,
        reachable=size.reachable,
        used_by_open_broadcasts=_open_sends(segment) if segment else 0,
    )


def _open_sends(segment: Segment) -> int:
    ended = (SendState.COMPLETED, SendState.STOPPED, SendState.EXPIRED)
    return Send.objects.filter(audience__segment=segment).exclude(state__in=ended).count()


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
    if contract.segment_id is None:
        segment = Segment(organisation=call.organisation, created_at=call.now, version=0)
    else:
        segment = Segment.objects.select_for_update().get(pk=contract.segment_id, organisation=call.organisation)
    if segment.version != contract.base_version:
        raise Refused(*SegmentUnchanged()(call, contract))
    segment.name, segment.rule, segment.purpose = contract.name, contract.rule, contract.purpose
    segment.is_everyone = contract.means_everyone
    keep_segment(call, segment)
    return SegmentKept(segment_id=segment.pk, version_token=token_of(segment))
