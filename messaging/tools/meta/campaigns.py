"""schedule_campaign, cancel_campaign and pause_campaign: a campaign is a broadcast by another name."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field, Json

from accounts.models import Organisation
from approvals.calls import call as use
from approvals.contracts import Answer, Ask, Moment
from approvals.reasons import Refused, refuse_if_any
from approvals.registry import Call, Kind, tool
from messaging.audiences.variables import Variable
from messaging.models import SendState, TemplateTranslation
from messaging.tools.meta.approved_texts import approved_text, number_for
from messaging.tools.meta.asking import PENDING, Note, Substitute, ask_for, note_of
from messaging.tools.meta.chosen_audience import AudienceFilter, segment_for
from messaging.tools.meta.outcomes import ActionRequestId, status_of
from messaging.tools.meta.refusing import renamed
from messaging.tools.meta.templates_sent import Locale, TemplateName, future, of_type

_NOT_APPROVED, _NOT_HERE = "TEMPLATE_NOT_APPROVED", "FEATURE_NOT_AVAILABLE"
_TERMINAL, _NOT_NOW = "CAMPAIGN_TERMINAL_STATE", "INVALID_STATE_TRANSITION"
_UPSERT, _PREVIEW = "whatsapp.segment.upsert", "whatsapp.broadcast.preview"
_CREATE, _SCHEDULE = "whatsapp.broadcast.create", "whatsapp.broadcast.schedule"
_PAUSE, _STOP = "whatsapp.broadcast.pause", "whatsapp.broadcast.stop"
# What callers of the flat tools call the states of a campaign.
_STATES: Final = {SendState.RELEASING.value: "running"}

CampaignId = Annotated[UUID, Field(description="The campaign_id that schedule_campaign answered.")]


class CampaignAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=200, description="What people call this campaign.")]
    type: Annotated[
        Literal["broadcast", "marketing", "utility"],
        Field(description="marketing or utility: the template's category; broadcast: whichever it has."),
    ]
    template_name: TemplateName
    deliver_at: Annotated[Moment, Field(description="When it begins, in the future, with a time zone (RFC 3339).")]
    locale: Annotated[
        Locale,
        Field(description="A language that Meta has approved it in. People read their own where that is approved too."),
    ] = "en"
    variables: Annotated[
        Json[dict[str, Substitute | dict[str, str]]],
        Field(
            description='JSON object: variable -> text for all, or where it comes from, as {"1": {"source": "name",'
            ' "fallback": "friend"}, "2": "20%"}.'
        ),
    ] = {}
    audience_filter: Annotated[
        Json[AudienceFilter],
        Field(
            description='JSON object: who is meant, as {"tags": ["vip"], "countries": ["HK"]}, {"rule": "..."} or'
            ' {"segment": "name"}. Left out: everybody who has agreed to this category.'
        ),
    ] = AudienceFilter()


class Campaign(Answer):
    campaign_id: Annotated[UUID | None, Field(description="The campaign; null where not even a draft could be kept.")]
    status: Annotated[str, Field(description="scheduled, or pending_approval where a person decides first.")]
    name: Annotated[str, Field(description="Its name.")]
    type: Annotated[str, Field(description="As asked for.")]
    deliver_at: Annotated[datetime, Field(description="When it begins, if everything still holds then.")]
    action_request_id: ActionRequestId = None
    note: Note = None


@tool(
    "schedule_campaign",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_UPSERT, _PREVIEW, _CREATE, _SCHEDULE),
    edition=Organisation.Edition.PRO,
    reads_first=("list_templates", "estimate_cost"),
    refusals=(_NOT_HERE, _NOT_APPROVED),
    safety="A compliance officer decides on exactly these people, texts and costs; nothing leaves before. Opt-outs and"
    " people without consent are left out, and everybody is asked about again at the moment of sending.",
)
def schedule_campaign(call: Call, ask: CampaignAsk) -> Campaign:
    """Propose a campaign on an approved template: freeze its audience, draft it, and ask for it to be scheduled."""
    refuse_if_any(future("deliver_at", ask.deliver_at, call.now))
    text = approved_text(call, ask.template_name, ask.locale, _NOT_APPROVED)
    refuse_if_any(of_type(text, ask.type, "type"))
    try:
        with transaction.atomic():  # whoever is refused leaves no segment and no draft behind
            return _proposed(call, ask, text)
    except Refused as no:
        raise _in_flat_words(no) from None


def _proposed(call: Call, ask: CampaignAsk, text: TemplateTranslation) -> Campaign:
    told = {"name": ask.name, "type": ask.type, "deliver_at": ask.deliver_at}
    segment = segment_for(call, ask.audience_filter, ask.name)
    if segment.pending is not None:
        note = _("The segment waits for a person; ask again once it has been kept.")
        return Campaign(campaign_id=None, **told, status=PENDING, action_request_id=segment.pending, note=note)
    previewed = {"preview_id": _previewed(call, ask, text, segment.segment_id)}
    drafted = ask_for(_CREATE, previewed, call, "schedule_campaign")
    if drafted.data is None:
        return Campaign(campaign_id=None, **told, note=note_of(drafted), **status_of(drafted, done="draft"))
    answer = ask_for(_SCHEDULE, previewed, call, "schedule_campaign")
    campaign = drafted.data["broadcast_id"]
    return Campaign(campaign_id=campaign, **told, note=note_of(answer), **status_of(answer, done="scheduled"))


def _previewed(call: Call, ask: CampaignAsk, text: TemplateTranslation, segment_id: str) -> str:
    asked = {
        "name": ask.name,
        "segment_id": segment_id,
        "template_id": str(text.template_id),
        "sender_id": str(number_for(text.template).pk),
        "variables": [_variable(name, given) for name, given in ask.variables.items()],
        "due_at": ask.deliver_at.isoformat(),
    }
    return str(use(_PREVIEW, asked, call.actor, call.now).preview_id)


def _variable(name: str, given: str | dict[str, str]) -> dict[str, Any]:
    if isinstance(given, str):
        return {"name": name, "source": "text", "text": given}
    return {**{field: text for field, text in given.items() if field in Variable.model_fields}, "name": name}


def _in_flat_words(no: Refused) -> Refused:
    codes = {"template_not_approved": _NOT_APPROVED}
    fields = {"due_at": "deliver_at", "template_id": "template_name", "sender_id": "template_name",
              "segment_id": "audience_filter", "rule": "audience_filter", "preview_id": ""}  # fmt: skip
    return renamed(no, codes, fields=fields)


class CancelAsk(Ask):
    campaign_id: CampaignId
    reason: Annotated[str, Field(max_length=200, description="Why; kept in the audit.")] = ""


class Cancelled(Answer):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    status: Annotated[str, Field(description="cancelled: nothing more leaves.")]
    from_status: Annotated[str, Field(description="Where it stood before.")]


@tool(
    "cancel_campaign",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_STOP,),
    edition=Organisation.Edition.PRO,
    refusals=(_NOT_HERE, _TERMINAL),
    safety="At once and for good. Messages that have left cannot be recalled.",
)
def cancel_campaign(call: Call, ask: CancelAsk) -> Cancelled:
    """Cancel a campaign that has not ended: whoever has not been written to yet gets nothing."""
    halted = _halted(call, _STOP, ask.campaign_id, ask.reason, _TERMINAL)
    return Cancelled(campaign_id=ask.campaign_id, status="cancelled", from_status=halted["from_state"])


class PauseAsk(Ask):
    campaign_id: CampaignId


class Paused(Answer):
    campaign_id: Annotated[UUID, Field(description="The campaign.")]
    status: Annotated[str, Field(description="paused: nothing leaves until a person lets it go on.")]
    from_status: Annotated[str, Field(description="Where it stood before.")]
    note: Annotated[str, Field(description="What is kept, and who lets it go on.")]


@tool(
    "pause_campaign",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_PAUSE,),
    edition=Organisation.Edition.PRO,
    refusals=(_NOT_HERE, _NOT_NOW),
    safety="At once. Only a person lets it go on, and then everybody is checked again.",
)
def pause_campaign(call: Call, ask: PauseAsk) -> Paused:
    """Pause a scheduled or running campaign. Who has been written to stays counted; the others wait."""
    halted = _halted(call, _PAUSE, ask.campaign_id, "", _NOT_NOW)
    note = _("%(gone)d have been written to and %(waiting)d wait. A person lets it go on at the desk.") % halted
    return Paused(campaign_id=ask.campaign_id, status="paused", from_status=halted["from_state"], note=note)


def _halted(call: Call, tool: str, campaign_id: UUID, why: str, code: str) -> dict[str, Any]:
    asked = {"broadcast_id": str(campaign_id), "why": why if len(why) > 2 else _("Asked for with a flat tool.")}
    try:
        answer = ask_for(tool, asked, call, tool, why if len(why) > 2 else "")
    except Refused as no:
        codes = {"wrong_state": code, "send_not_found": "campaign_not_found"}
        raise renamed(no, codes, fields={"broadcast_id": "campaign_id"}) from None
    status_of(answer, done="halted")
    data: dict[str, Any] = answer.data or {}
    return {**data, "from_state": _STATES.get(data["from_state"], data["from_state"])}
