"""People who agree, stop and start again, and what stands of it."""

from datetime import datetime, timedelta
from typing import Any

from accounts.actor import Actor
from messaging.consent.evidence import Act
from messaging.consent.optouts import Stop, opt_back_in, opt_out
from messaging.models import ConsentAct, ConsentState, Contact, Suppression, SuppressionReason
from tests.factories import NOON, harbour_tea

GRANTED, WITHDRAWN = ConsentAct.GRANTED, ConsentAct.WITHDRAWN


def ago(**how: float) -> datetime:
    return NOON - timedelta(**how)


def engine() -> Actor:
    return Actor.system(harbour_tea(), "test")


def act(kind: str = GRANTED, at: datetime = NOON, **fields: Any) -> Act:
    return Act(
        **{"channel": "any", "category": "marketing", "act": kind, "source": "form", "occurred_at": at, **fields}
    )


def stop(contact: Contact, at: datetime = NOON, **fields: Any) -> list[Suppression]:
    said = Stop(**{"reason": SuppressionReason.STOP, "source": "whatsapp message", "at": at, **fields})
    return opt_out([contact.pk], said, engine(), NOON)


def start(contact: Contact, at: datetime = NOON, now: datetime = NOON, **fields: Any) -> int:
    return opt_back_in(contact.pk, "whatsapp message", at, engine(), now, **fields)


def standing(contact: Contact) -> list[str]:
    return sorted(Suppression.objects.filter(contact=contact, lifted_at=None).values_list("reason", flat=True))


def state_of(contact: Contact, channel: str = "any", category: str = "marketing") -> tuple[str, datetime]:
    state = ConsentState.objects.get(contact=contact, channel=channel, category=category)
    return state.state, state.since
