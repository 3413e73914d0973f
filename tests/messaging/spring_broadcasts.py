"""The spring tea broadcast on its way through the door."""

from typing import Any
from uuid import UUID, uuid4

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import ActionRequest, Policy
from messaging.models import Send
from tests.approvals.tea_room import request_of
from tests.factories import NOON, SuppressionFactory
from tests.messaging.spring_tea import SpringTea, drinker


def tea_for_three() -> SpringTea:
    """Two people who want tea, and one who has stopped."""
    spring_tea = SpringTea()
    drinker("Ann")
    drinker("Bob")
    SuppressionFactory(contact=drinker("Cat"))
    Policy.objects.create(
        organisation=spring_tea.organisation,
        name="Drafts are kept at once",
        tools="whatsapp.broadcast.create",
        outcome=Policy.Outcome.AUTOMATIC,
    )
    return spring_tea


def preview(tea: SpringTea, actor: Actor, now: Any = NOON, **ask: Any) -> Envelope[Any]:
    return call("whatsapp.broadcast.preview", tea.ask(**ask), actor, now)


def write(tool: str, preview_id: Any, actor: Actor, now: Any = NOON, key: str = "") -> Envelope[Any]:
    arguments = {
        "preview_id": str(preview_id),
        "idempotency_key": key or f"key-{uuid4()}",
        "reason": "Spring tea is in.",
    }
    return call(f"whatsapp.broadcast.{tool}", arguments, actor, now)


def drafted(tea: SpringTea, actor: Actor, **ask: Any) -> UUID:
    """The preview of a broadcast that has been drafted."""
    made = preview(tea, actor, **ask).preview_id
    assert made is not None
    answer = write("create", made, actor)
    assert answer.request is not None
    assert answer.request.state == "succeeded", answer.warnings
    return made


def scheduled(tea: SpringTea, actor: Actor, **ask: Any) -> ActionRequest:
    """A drafted broadcast whose schedule waits for Mei."""
    return request_of(write("schedule", drafted(tea, actor, **ask), actor))


def send_of(request: ActionRequest) -> Send:
    return Send.objects.get(preview_id=request.preview_id)


def update(model: Any, **fields: Any) -> None:
    model.objects.update(**fields)
