"""`status_apply`: delivery reports in disorder, some twice, among many messages, against one bare UPDATE a batch."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.delivery import queued, stage
from benchmarks.measuring import Bar, Outcome, in_turns, seconds
from benchmarks.webhook_bodies import Account
from messaging.carriers import carrier
from messaging.inbox.apply import EVENTS_AT_ONCE, apply_waiting
from messaging.inbox.items import StatusItem
from messaging.inbox.statuses import apply_statuses
from messaging.models import Message, Send, Sender, WebhookEvent

MESSAGES = 15_000  # a scale; ten times as many rows stand in the table beside them
_ACCEPTED = """
UPDATE messaging_message SET status = 20, provider_id = 'wamid.' || id, handed_at = now() WHERE send_id = %s
"""
_BARE = """
UPDATE messaging_message m SET status = greatest(m.status, told.status), sent_at = coalesce(m.sent_at, told.sent),
       delivered_at = coalesce(m.delivered_at, told.delivered)
  FROM (SELECT id, max(status) AS status, min(at) FILTER (WHERE status = 30) AS sent,
               min(at) FILTER (WHERE status = 40) AS delivered
          FROM unnest(%s::text[], %s::int[], %s::timestamptz[]) AS row(id, status, at) GROUP BY id) told
 WHERE m.provider_id = told.id
"""
_LADDER = {"sent": 30, "delivered": 40, "read": 50}
_SENT_AT = datetime(2026, 9, 21, 14, tzinfo=UTC)


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    number, translation = stage("bench-statuses", MESSAGES * scale)
    applied = Outcome("status_apply", "statuses/s", "statuses/s by a bare UPDATE", Bar(0.6))
    whole = Outcome("inbox_apply", "events/s", "statuses/s by a bare UPDATE", None)

    def fresh() -> list[bytes]:
        send = queued(number, translation, MESSAGES * scale)
        return _bodies(number, accepted(send))

    def ours() -> float:
        items = [(number, item) for item in _items(fresh())]
        return len(items) / seconds(lambda: _apply(items))

    def bare() -> float:
        items = _items(fresh())
        return len(items) / seconds(lambda: _update(items))

    in_turns(applied, rounds, ours, bare)
    whole.reference = list(applied.reference)
    whole.measured = [_consumed(number, fresh()) for _round in range(rounds)]
    applied.notes.append(
        f"{3.3 * MESSAGES * scale:,.0f} reports a round, one in ten twice, {Message.objects.count():,} messages"
    )
    whole.notes.append("bodies read, taken apart, applied and settled by the consumer")
    yield from (applied, whole)


def accepted(send: Send) -> list[tuple[int, str]]:
    """All of the send's messages as the provider took them: ids and addresses."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_outbox WHERE send_id = %s", [send.pk])
        cursor.execute(_ACCEPTED, [send.pk])
    return list(send.messages.values_list("pk", "address"))


def reports(messages: Sequence[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    """Sent, delivered and read of each message, a tenth twice, in an order that is the same in every run."""
    told = [(message, phone, word) for message, phone in messages for word in _LADDER]
    told += told[::10]
    random.Random(7).shuffle(told)
    for message, phone, word in told:
        yield {
            "id": f"wamid.{message}", "status": word, "recipient_id": phone[1:],
            "timestamp": str(int((_SENT_AT + timedelta(seconds=_LADDER[word])).timestamp())),
        }  # fmt: skip


def _bodies(number: Sender, messages: Sequence[tuple[int, str]]) -> list[bytes]:
    assert number.account is not None
    account = Account(number.account.waba_id, number.provider_ref, number.account.app_secret)
    return [account.body(report) for report in reports(messages)]


def _items(bodies: Sequence[bytes]) -> list[StatusItem]:
    wire = carrier("whatsapp")
    return [item for body in bodies for item in wire.events(body) if isinstance(item, StatusItem)]


def _apply(items: Sequence[tuple[Sender, StatusItem]]) -> None:
    now = timezone.now()
    for at in range(0, len(items), EVENTS_AT_ONCE):
        with transaction.atomic():
            apply_statuses(items[at : at + EVENTS_AT_ONCE], now)


def _update(items: Sequence[StatusItem]) -> None:
    for at in range(0, len(items), EVENTS_AT_ONCE):
        some = items[at : at + EVENTS_AT_ONCE]
        rows = [[one.provider_id for one in some], [_LADDER[one.status] for one in some], [one.at for one in some]]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BARE, rows)


def _consumed(number: Sender, bodies: Sequence[bytes]) -> float:
    WebhookEvent.objects.bulk_create(
        (WebhookEvent(carrier="whatsapp", body=body, signed_for=[number.account_id]) for body in bodies),
        batch_size=1_000,
    )

    def work() -> None:
        while apply_waiting(timezone.now()):
            pass

    return len(bodies) / seconds(work)
