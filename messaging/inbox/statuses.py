"""What became of messages, a batch in a few statements: matched by our own reference, climbing only, told as often as
it is.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from accounts.actor import Actor
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.ladder import climbed_sql, lock_messages
from messaging.inbox.items import StatusItem
from messaging.inbox.settling import lock_sends_of, settle_attempts
from messaging.models import (
    Category,
    Message,
    ParkedStatus,
    Sender,
    Status,
    SuppressionReason,
)

log = logging.getLogger(__name__)

STATUS_OF = {
    "accepted": Status.ACCEPTED,
    "held_for_quality_assessment": Status.HELD,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.READ,
    "failed": Status.FAILED,
}
# Providers repeat webhooks for up to seven days; a status that found no message by then never will.
PARKED_FOR = timedelta(days=7)

_ITEMS = """
WITH item AS (
    SELECT * FROM unnest(%(at)s::timestamptz[], %(echo)s::uuid[], %(provider)s::text[], %(sender)s::uuid[],
                         %(status)s::int[], %(code)s::text[], %(text)s::text[], %(billable)s::boolean[])
           WITH ORDINALITY AS row(at, echo, provider_id, sender_id, status, code, text, billable, place)
)
"""
_FIND = f"""{_ITEMS}
SELECT item.place, coalesce(attempt.message_id, message.id), coalesce(attempt.contact_id, message.contact_id)
  FROM item
  LEFT JOIN messaging_attempt attempt ON attempt.id = item.echo AND attempt.sender_id = item.sender_id
  LEFT JOIN messaging_message message ON attempt.id IS NULL AND message.provider_id = item.provider_id
                                     AND message.sender_id = item.sender_id
"""
# Why a call got no clear answer says nothing about the message once its failure is reported.
_SETTLES = f"m.status < {Status.FAILED} AND told.status = {Status.FAILED}"
_APPLY = f"""{_ITEMS},
told AS (
    SELECT mine.message_id, max(item.status) AS status, max(item.provider_id) AS provider_id,
           min(item.at) FILTER (WHERE item.status = {Status.SENT}) AS sent_at,
           min(item.at) FILTER (WHERE item.status = {Status.DELIVERED}) AS delivered_at,
           min(item.at) FILTER (WHERE item.status = {Status.READ}) AS read_at,
           min(item.at) FILTER (WHERE item.status = {Status.FAILED}) AS failed_at,
           coalesce(max(item.code) FILTER (WHERE item.status = {Status.FAILED}), '') AS code,
           coalesce(max(item.text) FILTER (WHERE item.status = {Status.FAILED}), '') AS text,
           bool_or(item.billable) AS billable
      FROM item JOIN unnest(%(places)s::int[], %(messages)s::bigint[]) AS mine(place, message_id) USING (place)
     GROUP BY mine.message_id
)
UPDATE messaging_message m SET
       status = {climbed_sql("m.status", "told.status")},
       provider_id = coalesce(m.provider_id, nullif(told.provider_id, '')),
       sent_at = coalesce(m.sent_at, told.sent_at),
       delivered_at = coalesce(m.delivered_at, told.delivered_at),
       read_at = coalesce(m.read_at, told.read_at),
       failed_at = coalesce(m.failed_at, told.failed_at),
       error_code = CASE WHEN {_SETTLES} THEN told.code ELSE coalesce(nullif(m.error_code, ''), told.code) END,
       error_text = CASE WHEN {_SETTLES} THEN told.text ELSE coalesce(nullif(m.error_text, ''), told.text) END,
       billable = coalesce(told.billable, m.billable)
  FROM told WHERE m.id = told.message_id
"""
# A report proves that the message left: it must not wait to go out again.
_LEFT_THE_HOUSE = "DELETE FROM messaging_outbox WHERE message_id = ANY(%(messages)s)"
# One person under two addresses: noted where nobody has the id yet, a merge task where somebody else has it.
_NOTE_IDS = """
INSERT INTO messaging_identity (organisation_id, contact_id, kind, value)
SELECT c.organisation_id, c.id, row.kind, row.value
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
  JOIN messaging_contact c ON c.id = row.contact_id
 ORDER BY row.kind, row.value
ON CONFLICT DO NOTHING
"""
_NOTE_BSUID = """
UPDATE messaging_contact c SET bsuid = row.value
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
 WHERE c.id = row.contact_id AND row.kind = 'bsuid' AND c.bsuid IS NULL
   AND EXISTS (SELECT 1 FROM messaging_identity i
                WHERE i.contact_id = c.id AND i.kind = 'bsuid' AND i.value = row.value)
"""
_NOTE_MERGES = """
INSERT INTO messaging_mergetask (organisation_id, first_id, second_id, evidence, found_at)
SELECT DISTINCT c.organisation_id, least(c.id, i.contact_id), greatest(c.id, i.contact_id), 'delivery report', %(now)s
  FROM unnest(%(contacts)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS row(contact_id, kind, value)
  JOIN messaging_contact c ON c.id = row.contact_id
  JOIN messaging_identity i ON i.organisation_id = c.organisation_id AND i.kind = row.kind AND i.value = row.value
 WHERE i.contact_id <> c.id
   AND NOT EXISTS (SELECT 1 FROM messaging_mergetask t WHERE t.outcome = 'apart'
                      AND t.first_id = least(c.id, i.contact_id) AND t.second_id = greatest(c.id, i.contact_id))
ON CONFLICT DO NOTHING
"""


def apply_statuses(items: Sequence[tuple[Sender, StatusItem]], now: datetime) -> None:
    """Apply these statuses inside the caller's transaction; park those whose message is not known yet."""
    items = [(sender, item) for sender, item in items if item.status in STATUS_OF]
    if not items:
        return
    parameters = _parameters(items)
    found: dict[int, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, parameters)
        for place, message, contact in cursor.fetchall():
            if message is not None:
                found[place - 1] = (message, contact)
        messages = [message for message, _contact in found.values()]
        failed = [message for place, (message, _contact) in found.items() if items[place][1].status == "failed"]
        lock_sends_of(cursor, failed)
        lock_messages(messages)
        parameters |= {"places": [place + 1 for place in found], "messages": messages}
        for statement in (_APPLY, _LEFT_THE_HOUSE):
            cursor.execute(statement, parameters)
        settle_attempts(cursor, messages, failed, parameters["echo"])
        _note_addresses(cursor, [(items[place][1], contact) for place, (_message, contact) in found.items()], now)
    _hear_opt_outs([(*items[place], contact) for place, (_message, contact) in found.items()], now)
    _park([one for place, one in enumerate(items) if place not in found], now)


def match_parked(now: datetime) -> int:
    """Apply parked statuses whose message is known by now, and forget those older than a week. Returns how many."""
    ParkedStatus.objects.filter(parked_at__lt=now - PARKED_FOR).delete()
    with transaction.atomic():
        known = Message.objects.filter(sender=OuterRef("sender"), provider_id=OuterRef("provider_id"))
        parked = list(
            ParkedStatus.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(Exists(known))
            .select_related("sender__organisation")[:1000]
        )
        applied = _applied(parked, now)
        ParkedStatus.objects.filter(pk__in=applied).delete()
    return len(applied)


def _applied(parked: Sequence[ParkedStatus], now: datetime) -> list[int]:
    """The ids of those that could be applied: all at once, or one by one if one of them holds up its siblings."""
    if _could_apply(parked, now):
        return [one.pk for one in parked]
    return [one.pk for one in parked if _could_apply([one], now)]


def _could_apply(parked: Sequence[ParkedStatus], now: datetime) -> bool:
    try:
        with transaction.atomic():
            apply_statuses([(one.sender, unplain(one.item)) for one in parked], now)
    except Exception as error:  # noqa: BLE001 - the worker's end: what fails alone is tried again for a week
        log.warning("%d parked statuses could not be applied: %s", len(parked), type(error).__name__)
        return False
    return True


def _parameters(items: Sequence[tuple[Sender, StatusItem]]) -> dict[str, Any]:
    return {
        "at": [item.at for _sender, item in items],
        "echo": [_uuid(item.echo) for _sender, item in items],
        "provider": [item.provider_id for _sender, item in items],
        "sender": [sender.pk for sender, _item in items],
        "status": [STATUS_OF[item.status] for _sender, item in items],
        "code": [item.error_code or None for _sender, item in items],
        "text": [item.error_title[:300] or None for _sender, item in items],
        "billable": [item.billable for _sender, item in items],
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _note_addresses(cursor: Any, seen: Sequence[tuple[StatusItem, int]], now: datetime) -> None:
    addresses = {
        (contact, kind, value)
        for item, contact in seen
        for kind, value in (("bsuid", item.user_id), ("wa_id", item.phone.removeprefix("+")))
        if value
    }
    if not addresses:
        return
    contacts, kinds, values = zip(*sorted(addresses), strict=True)
    parameters = {"contacts": list(contacts), "kinds": list(kinds), "values": list(values), "now": now}
    for statement in (_NOTE_IDS, _NOTE_BSUID, _NOTE_MERGES):
        cursor.execute(statement, parameters)


def _hear_opt_outs(seen: Sequence[tuple[Sender, StatusItem, int]], now: datetime) -> None:
    """Some failures say that the person has stopped marketing at the provider itself: that is an opt-out."""
    for sender, item, contact in seen:
        if not item.opts_out:
            continue
        stop = Stop(
            SuppressionReason.PROVIDER,
            f"error {item.error_code}",
            min(item.at, now),
            sender.channel,
            Category.MARKETING,
        )
        opt_out([contact], stop, Actor.system(sender.organisation, "webhook inbox"), now)


def _park(items: Sequence[tuple[Sender, StatusItem]], now: datetime) -> None:
    ParkedStatus.objects.bulk_create(
        ParkedStatus(sender=sender, provider_id=item.provider_id, item=_plain(item), parked_at=now)
        for sender, item in items
    )


def _plain(item: StatusItem) -> dict[str, Any]:
    return {**asdict(item), "at": item.at.isoformat()}


def unplain(plain: dict[str, Any]) -> StatusItem:
    """A parked item as it was told."""
    return StatusItem(**{**plain, "at": datetime.fromisoformat(plain["at"])})
