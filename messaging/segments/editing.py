"""Making or editing a segment: what its rule means today, and that nobody has edited it since somebody looked."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from approvals.reasons import Reason, Refused
from approvals.registry import Call
from approvals.versions import check_token, edited_since, token_of
from messaging.audiences.people import size_of
from messaging.finding import find_own
from messaging.models import Channel, Segment, Send, SendState
from messaging.segments import describe, parse
from messaging.segments.contract import SegmentAsk, SegmentContract, SegmentKept
from messaging.segments.keeping import keep_segment, segment_name_taken


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


def edit_segment(call: Call, contract: SegmentContract) -> SegmentKept:
    """Keep the segment as it was planned. Raises Refused where somebody was faster."""
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
