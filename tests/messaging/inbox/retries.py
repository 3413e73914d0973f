"""Retries as Harbour Tea's assistant asks for them, and what they come to."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import (
    Sender,
    WebhookFailure,
)
from tests.approvals.tea_room import approved
from tests.factories import (
    NOON,
    mei_chan,
)
from tests.messaging.spring_tea import tea_assistant
from tests.webhooks import messages_body, text

LATER = NOON + timedelta(hours=1)
ANN = {"from": "85261234567"}


def mei() -> Actor:
    return Actor.of_person(mei_chan(), Face.REST)


def said(sender: Sender, *words: str) -> bytes:
    """Ann's messages in one body."""
    return messages_body(sender, messages=[text(f"wamid.{word}", word, NOON, **ANN) for word in words])


def retry(*failures: WebhookFailure, actor: Actor | None = None, key: str = "", **asked: Any) -> Any:
    wish = {"idempotency_key": key or f"retry-{uuid4()}", "reason": "The database was away."}
    ids = {"failure_ids": [str(one.key) for one in failures]} if failures else {}
    return call("whatsapp.webhook.retry", {**wish, **ids, **asked}, actor or tea_assistant(), LATER)


def decided(answer: Any) -> ActionRequest:
    """Approved by Mei, and carried out."""
    assert answer.request.state == "pending"
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    return carry_out(approved(request, now=LATER).pk, LATER)


def outcomes(request: ActionRequest) -> list[str]:
    assert request.result is not None
    return [one["outcome"] for one in request.result["items"]]
