"""What the inbox story needs beside the cast: teams, queues, one of them restricted, tea to sell, a payment account."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.demo.house import House
from config.demo.seeding import Cast
from messaging.models import PaymentAccount, Product, Queue, Team
from messaging.whatsapp.commerce.callbacks import hash_of_key
from messaging.whatsapp.conversations.arriving import default_queue

OOLONG = "OOLONG-100"
# The story is about single messages: none is lost by chance. Webhooks still come twice and in the wrong order.
CALM: dict[str, Any] = {
    "refuses": {}, "fails_later": {}, "throttled_share": 0.0, "error_refused_share": 0.0, "error_accepted_share": 0.0,
    "lost_share": 0.0, "undelivered_share": 0.0, "reply_share": 0.0, "stop_share": 0.0, "only_user_id_share": 0.0,
    "sent_seconds": 0.05, "delivered_seconds": 0.1, "read_seconds": 0.2, "batch_wait_seconds": 0.05,
    "shuffle_seconds": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InboxCast:
    """`customers` takes what comes in; only Ivy's team sees what waits in `accounts`, and that anything does."""

    customers: Queue
    counter: Queue
    accounts: Queue


def seed_inbox(cast: Cast, house: House, now: datetime) -> InboxCast:
    """Make or find it all. The pretend payment provider learns where to call."""
    Product.objects.update_or_create(
        organisation=cast.organisation,
        sku=OOLONG,
        defaults={
            "name": "Autumn oolong, 100 g", "price": Decimal(88), "currency": "HKD", "stock": 500, "updated_at": now
        },
    )  # fmt: skip
    _payments(cast, house)
    return _queues(cast)


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


def _queues(cast: Cast) -> InboxCast:
    counter = _team(cast, "Counter", "ken.ho", "sam.lee")
    ledger = _team(cast, "Accounts", "ivy.tam", "sam.lee")
    customers = default_queue(cast.organisation)
    Queue.objects.filter(pk=customers.pk).update(reply_minutes=15)
    accounts, _ = Queue.objects.update_or_create(
        organisation=cast.organisation, name="Accounts", defaults={"team": ledger, "is_restricted": True}
    )
    waiting, _ = Queue.objects.update_or_create(
        organisation=cast.organisation, name="Counter", defaults={"team": counter, "reply_minutes": 15}
    )
    return InboxCast(Queue.objects.get(pk=customers.pk), waiting, accounts)


def _team(cast: Cast, name: str, *members: str) -> Team:
    team, _ = Team.objects.get_or_create(organisation=cast.organisation, name=name)
    team.members.set([cast.people[username] for username in members])
    return team
