"""Whom a campaign is for: a segment that is there, or one made from a filter, which is kept like any other."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from approvals.canonical import seal_of
from approvals.contracts import Ask
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.finding import find_own
from messaging.models import Segment
from messaging.segments import describe, parse
from messaging.tools.meta.asking import ask_for

_Word = Annotated[str, Field(min_length=1, max_length=100)]


class AudienceFilter(Ask):
    """All that is named holds at once; of one list any value suffices."""

    segment: Annotated[str, Field(max_length=120, description="The name of a segment.")] = ""
    segment_id: Annotated[UUID | None, Field(description="Its id, of whatsapp.segments.list.")] = None
    rule: Annotated[str, Field(max_length=2000, description="A rule as whatsapp.segment.upsert takes it.")] = ""
    tags: Annotated[list[_Word], Field(max_length=50, description="People with one of these tags.")] = []
    countries: Annotated[list[_Word], Field(max_length=50, description="People in one of these countries.")] = []
    languages: Annotated[list[_Word], Field(max_length=50, description="People with one of these languages.")] = []

    def as_rule(self) -> str:
        """The filter in the language of segments; everybody where it names nobody."""
        listed = {"tag": self.tags, "country": self.countries, "language": self.languages}
        parts = [f"{field} in ({', '.join(map(_quoted, values))})" for field, values in listed.items() if values]
        return " and ".join([*parts, *([f"({self.rule})"] if self.rule else [])]) or "everyone"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The segment, or the request that waits before there is one."""

    segment_id: str = ""
    pending: UUID | None = None


def segment_for(call: Call, chosen: AudienceFilter, name: str) -> Chosen:
    """The segment that the filter names, or the one with its rule, which is asked for where nobody has kept it yet.

    Raises Refused: unknown segment, a rule that cannot be read.
    """
    own = Segment.objects.filter(organisation=call.organisation)
    if chosen.segment_id is not None:
        where = "whatsapp.segments.list"
        return Chosen(str(find_own(Segment, chosen.segment_id, call.organisation, "audience_filter", where).pk))
    if chosen.segment:
        named = own.filter(name=chosen.segment).first()
        if named is None:
            raise Refused(Reason("segment_not_found", _("There is no such segment."),
                                 _("Use a name of whatsapp.segments.list."), "audience_filter"))  # fmt: skip
        return Chosen(str(named.pk))
    rule = describe(parse(chosen.as_rule()))
    same = own.filter(rule=rule).order_by("created_at").first()
    return Chosen(str(same.pk)) if same else _kept(call, rule, name)


def _kept(call: Call, rule: str, name: str) -> Chosen:
    """A new segment of this rule, called after the campaign; its digest keeps namesakes apart."""
    called = f"{name[:100]} · {seal_of(rule)[:8]}"
    answer = ask_for("whatsapp.segment.upsert", {"name": called, "rule": rule}, call, "schedule_campaign")
    if answer.data is not None:
        return Chosen(answer.data["segment_id"])
    assert answer.request is not None
    return Chosen(pending=answer.request.action_request_id)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
