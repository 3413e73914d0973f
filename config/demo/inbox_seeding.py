"""What the inbox story needs beside the cast: teams, queues, one of them restricted, tea to sell, a payment account."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.roles import SERVE
from config.demo.house import House
from config.demo.seeding import Cast, find_agent
from messaging.models import PaymentAccount, Product, Queue, Team
from messaging.whatsapp.commerce.callbacks import hash_of_key
from messaging.whatsapp.conversations.arriving import default_queue

OOLONG = "OOLONG-100"
# What it may ask for besides its owner's role: it serves customers and sees nobody's number or name.
AGENT_SCOPES = frozenset({"whatsapp:read", SERVE})
# The story is about single messages: none is lost by chance. Webhooks still come twice and in the wrong order.
CALM: dict[str, Any] = {
    "refuses": {}, "fails_later": {}, "throttled_share": 0.0, "error_refused_share": 0.0, "error_accepted_share": 0.0,
    "lost_share": 0.0, "undelivered_share": 0.0, "reply_share": 0.0, "stop_share": 0.0, "only_user_id_share": 0.0,
    "sent_seconds": 0.05, "delivered_seconds": 0.1, "read_seconds": 0.2, "batch_wait_seconds": 0.05,
    "shuffle_seconds": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InboxCast:
    """Only the team of `accounts` sees what waits there, and that anything does. The key is Ivy's agent's."""

    counter: Queue
    accounts: Queue
    agent_key: str


def seed_inbox(cast: Cast, house: House, folder: Path, now: datetime) -> InboxCast:
    """Make or find it all. The pretend payment provider learns where to call."""
    with transaction.atomic():
        Product.objects.update_or_create(
            organisation=cast.organisation,
            sku=OOLONG,
            defaults={
                "name": "Autumn oolong, 100 g", "price": Decimal(88), "currency": "HKD", "stock": 500, "updated_at": now
            },
        )  # fmt: skip
        _payments(cast, house)
        _agent, key = find_agent(
            cast.people["ivy.tam"], folder / "inbox-agent.key", now, name="Inbox assistant", scopes=AGENT_SCOPES
        )
        counter, accounts = _queues(cast)
    return InboxCast(counter, accounts, key)


def _payments(cast: Cast, house: House) -> None:
    key = secrets.token_urlsafe(24)
    facts = {"key": house.payments.key, "signing_secret": house.payments.signing_secret}
    account, _ = PaymentAccount.objects.update_or_create(
        organisation=cast.organisation,
        is_active=True,
        defaults=facts,
        create_defaults={
            **facts,
            "name": "Stripe (simulated)",
            "callback_key": key,
            "callback_key_hash": hash_of_key(key),
        },
    )
    account.refresh_from_db()
    house.payments.set_account(webhook_url=f"{house.desk}/payments/stripe/{account.callback_key}")


def _queues(cast: Cast) -> tuple[Queue, Queue]:
    """Ivy is of both teams, the others of the first alone. What comes in is everybody's."""
    found = []
    for name, members, is_restricted in (
        ("Counter", ("ken.ho", "ivy.tam", "sam.lee"), False),
        ("Accounts", ("ivy.tam",), True),
    ):
        team, _ = Team.objects.get_or_create(organisation=cast.organisation, name=name)
        team.members.set([cast.people[username] for username in members])
        facts = {"team": team, "is_restricted": is_restricted, "reply_minutes": 15}
        queue, _ = Queue.objects.update_or_create(organisation=cast.organisation, name=name, defaults=facts)
        found.append(queue)
    Queue.objects.filter(pk=default_queue(cast.organisation).pk).update(reply_minutes=15)
    return found[0], found[1]
