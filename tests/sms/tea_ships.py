"""An automation of Harbour Tea that waits for orders to leave, and a way to have it enabled."""

from typing import Any
from uuid import uuid4

from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.versions import token_of
from sms.models import Automation
from tests.approvals.tea_room import approved
from tests.factories import NOON
from tests.sms.tea_texts import texter, use

WORDS = "Harbour Tea: order {{order_no}} is on its way. Stop: 21234567"


def wish(automation: Automation, **changed: Any) -> dict[str, Any]:
    return {
        "automation_id": str(automation.pk), "base_version_token": token_of(automation), "state": "enabled",
        "name": automation.name, "event": automation.event, "campaign_id": str(automation.campaign_id),
        "daily_cap": automation.daily_cap, "per_contact_hours": automation.per_contact_hours,
        "cost_a_day": str(automation.cost_a_day), "idempotency_key": uuid4().hex, "reason": "People ask for it.",
        **changed,
    }  # fmt: skip


def asked(automation: Automation, **changed: Any) -> ActionRequest:
    answer = use("automations.update_state", texter(), **wish(automation, **changed))
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def enabled(automation: Automation, **changed: Any) -> Automation:
    assert carry_out(approved(asked(automation, **changed)).pk, NOON).state == "succeeded"
    return Automation.objects.get(pk=automation.pk)
