"""Consent changed by whatsapp.consent.update, and what stands of it."""

from typing import Any
from uuid import uuid4

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import Policy
from messaging.models import Contact, Suppression
from tests.factories import (
    NOON,
    harbour_tea,
)
from tests.messaging.spring_tea import tea_assistant


def update(people: list[Contact], change: str, actor: Actor | None = None, **said: Any) -> Envelope[Any]:
    arguments = {
        "contact_ids": [str(person.key) for person in people],
        "change": change,
        "source": "phone call",
        "occurred_at": "2026-03-02T11:00:00+08:00",
        "idempotency_key": f"key-{uuid4()}",
        "reason": "The customer called.",
        **said,
    }
    return call("whatsapp.consent.update", arguments, actor or tea_assistant(), NOON)


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


def everything_is_forbidden() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Nothing", outcome=Policy.Outcome.REFUSE)


def standing(person: Contact) -> set[tuple[str, str, str]]:
    rows = Suppression.objects.filter(contact=person, lifted_at=None)
    return set(rows.values_list("reason", "channel", "category"))
