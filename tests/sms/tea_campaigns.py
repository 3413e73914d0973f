"""Campaigns of Harbour Tea on their way through the door: drafted, priced, released."""

from datetime import datetime, time
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.engine.release import release_due
from messaging.models import Send
from sms.models import Campaign
from tests.approvals.tea_room import approved
from tests.factories import NOON, MessagingRulesFactory
from tests.sms.tea_texts import TeaTexts, texter, use

DUE = "2026-03-02T14:00:00+08:00"


def drafted(tea: TeaTexts, actor: Actor, now: datetime = NOON) -> tuple[str, str]:
    """A draft that Mei let through: its id and version token."""
    answer = use("campaigns.create_draft", actor, now, **tea.draft(name=f"Spring tea {Campaign.objects.count()}"))
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id), now=now).pk, now)
    key = str(Campaign.objects.latest("created_at").pk)
    return key, use("campaigns.get", actor, now, campaign_id=key).data["version_token"]


def priced(tea: TeaTexts, actor: Actor, **changed: Any) -> Any:
    """A cost preview of a new draft."""
    key, token = drafted(tea, actor)
    return use("cost_preview", actor, campaign_id=key, base_version_token=token, due_at=DUE, **changed)


def released(tea: TeaTexts) -> Send:
    """A campaign that Mei has countersigned, released; lanes live by the database's clock, so it is due today."""
    MessagingRulesFactory(quiet_from=time(0), quiet_until=time(0))
    now, actor = timezone.now(), texter()
    key, token = drafted(tea, actor, now)
    ask = {"campaign_id": key, "base_version_token": token, "due_at": now.isoformat()}
    wish = {"preview_id": str(use("cost_preview", actor, now, **ask).preview_id), "idempotency_key": f"spring-{key}"}
    answer = use("campaigns.schedule", actor, now, reason="Spring", **wish)
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id), now=now).pk, now)
    release_due(timezone.now())
    return Send.objects.get(campaign=key)
