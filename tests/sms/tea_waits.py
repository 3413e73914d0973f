"""A campaign by SMS that waits for an officer at Harbour Tea."""

from approvals.execution import carry_out
from approvals.models import ActionRequest
from sms.models import Campaign
from tests.approvals.tea_room import approved
from tests.factories import NOON
from tests.sms.links.tea_links import link_to
from tests.sms.tea_texts import TeaTexts, texter, use

DUE = "2026-03-02T14:00:00+08:00"


def campaign_waits(tea: TeaTexts) -> ActionRequest:
    """Sam's agent asks to schedule a campaign with a link to the shop; nobody has decided."""
    actor = texter()
    draft = tea.draft(
        texts={"en": "Harbour Tea: {{name}}, spring tea is in: {{shop}} Stop: {{stop}}"},
        short_link_ids={"shop": str(link_to().pk)},
        opt_out_variable="stop",
    )
    answer = use("campaigns.create_draft", actor, **draft)
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id)).pk, NOON)
    key = str(Campaign.objects.get(name=draft["name"]).pk)
    token = use("campaigns.get", actor, campaign_id=key).data["version_token"]
    preview = use("cost_preview", actor, campaign_id=key, base_version_token=token, due_at=DUE)
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "spring-tea-by-sms", "reason": "Spring"}
    schedule = use("campaigns.schedule", actor, **wish)
    assert schedule.request is not None
    return ActionRequest.objects.get(pk=schedule.request.action_request_id)
