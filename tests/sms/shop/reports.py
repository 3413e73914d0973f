"""The shop's side: an agent that reports over REST, and Ann who clicked."""

import json
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.test import Client

from accounts.credentials import create_agent
from accounts.models import Person
from messaging.models import Contact, Message
from sms.links.codes import make_codes
from sms.models import Click, ShortLink, Visitor
from tests.factories import NOON


def shop_key(owner: Person, scopes: tuple[str, ...] = ("shop:report",)) -> str:
    """A key of the shop's own agent."""
    assert owner.organisation is not None
    _agent, key = create_agent(owner.organisation, owner, f"Shop of {owner.username}", scopes=list(scopes))
    return key


def report(key: str, what: str, now: datetime = NOON, **body: Any) -> tuple[int, Any]:
    """POST one report; the status and the answer."""
    with time_machine.travel(now, tick=False):
        answer = Client().post(
            f"/api/shop/{what}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
    return answer.status_code, answer.json()


def order(**changed: Any) -> dict[str, Any]:
    """Order 1001: HK$ 380 at noon."""
    return {
        "conversion_id": "order-1001", "kind": "order", "amount": "380.00", "currency": "HKD",
        "occurred_at": NOON.isoformat(), **changed,
    }  # fmt: skip


def clicked(message: Message, link: ShortLink, at: datetime, visitor: Visitor = Visitor.HUMAN) -> Click:
    """Whom the text was for opened the link in it."""
    code = make_codes(link, message.send, [message.contact_id], NOON - timedelta(days=9))[message.contact_id]
    return Click.objects.create(
        organisation=message.organisation, link=link, code=code, send=message.send, contact=message.contact,
        message=message, at=at, visitor=visitor,
    )  # fmt: skip


def buys(contact: Contact, at: datetime = NOON) -> dict[str, Any]:
    return order(contact_id=str(contact.key), occurred_at=at.isoformat())
