"""What is asked for and what is countersigned when a segment is made or edited."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract

SendCategory = Literal["marketing", "utility", "authentication", "service"]
SegmentName = Annotated[str, Field(min_length=2, max_length=120, description="Its name, once in the organisation.")]
SegmentPurpose = Annotated[str, Field(max_length=300, description="What it is for.")]


class SegmentAsk(Ask):
    name: SegmentName
    rule: Annotated[
        str,
        Field(
            max_length=2000,
            description="Who is meant, for example: tag:vip and country in (HK, MO) and not tag:staff. Fields: tag,"
            " country, language, attribute.<name>, crm_id, created, last_inbound, last_outbound, imported_from,"
            " consent:<category>. Everybody is only meant by the word everyone.",
        ),
    ]
    purpose: SegmentPurpose = ""
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
