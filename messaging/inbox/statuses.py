"""What became of messages, a batch in a few statements: matched by our own reference, climbing only, told as often as
it is.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.actor import Actor
from accounts.statements import run_sql
from messaging.batches import numbers, texts
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.ladder import climbed_sql, lock_messages
from messaging.inbox.addresses import Address, note_addresses
from messaging.inbox.finding import Found, find, reference
from messaging.inbox.items import StatusItem
from messaging.inbox.settling import charge, lock_sends, sends_of, settle_attempts
from messaging.measures import count_statuses
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
_ALSO: list[Callable[[datetime], int]] = []

# Why a call got no clear answer says nothing about the message once its failure is reported.
_SETTLES = f"m.status < {Status.FAILED} AND told.status = {Status.FAILED}"
# A message that was found by our own reference may have an id that another one had months ago; asked only where a
# message has none.
_FREE_ID = """(SELECT nullif(told.provider_id, '') WHERE NOT EXISTS (
           SELECT FROM messaging_message has WHERE has.provider_id = told.provider_id))"""
_APPLY = f"""
WITH told AS (
    SELECT item.message_id, max(item.status) AS status, max(item.provider_id) AS provider_id,
           to_timestamp(min(item.at) FILTER (WHERE item.status = {Status.SENT})) AS sent_at,
           to_timestamp(min(item.at) FILTER (WHERE item.status = {Status.DELIVERED})) AS delivered_at,
           to_timestamp(min(item.at) FILTER (WHERE item.status = {Status.READ})) AS read_at,
           to_timestamp(min(item.at) FILTER (WHERE item.status = {Status.FAILED})) AS failed_at,
           coalesce(max(item.code) FILTER (WHERE item.status = {Status.FAILED}), '') AS code,
           coalesce(max(item.text) FILTER (WHERE item.status = {Status.FAILED}), '') AS text,
           bool_or(item.billable) AS billable
      FROM unnest(%(messages)s::bigint[], %(at)s::float8[], %(provider)s::text[], %(status)s::int[],
                  %(code)s::text[], %(text)s::text[], %(billable)s::boolean[])
           AS item(message_id, at, provider_id, status, code, text, billable)
     GROUP BY item.message_id
)
UPDATE messaging_message m SET
       status = {climbed_sql("m.status", "told.status")},
       provider_id = coalesce(m.provider_id, {_FREE_ID}),
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
_LEFT_THE_HOUSE = "DELETE FROM messaging_outbox WHERE message_id = ANY(%(messages)s::bigint[])"


def apply_statuses(items: Sequence[tuple[Sender, StatusItem]], now: datetime) -> None:
    """Apply these statuses inside the caller's transaction; park those whose message is not known yet."""
    items = [(sender, item) for sender, item in items if item.status in STATUS_OF]
    if not items:
        return
    found = find(items)
    seen = [found[place] for place in sorted(found)]
    if seen:
        _climb(seen)
        note_addresses(_addresses(seen), now)
    _hear_opt_outs(seen, now)
    transaction.on_commit(partial(count_statuses, [(one.sender, one.item) for one in seen]))
    park([one for place, one in enumerate(items) if place not in found], now)


def _climb(found: Sequence[Found]) -> None:
    """Let the messages climb, with the sends that this writes to locked before them.

    Failures give money back to their sends. Which sends a proof charges again, because what it is of counted as failed,
    is known only under the messages' locks: then it is all undone and done anew, with those sends locked first.
    """
    sends = sends_of([one.message for one in found if one.item.status == "failed"])
    while unlocked := _climb_under(found, sends):
        sends |= unlocked


def _climb_under(found: Sequence[Found], sends: set[UUID]) -> set[UUID]:
    """With these sends locked. Returns those that should have been as well; nothing has been done then."""
    failed = [one.message for one in found if one.item.status == "failed"]
    with transaction.atomic():
        lock_sends(sends)
        lock_messages(one.message for one in found)
        told = _told(found)
        run_sql(_APPLY, told)
        run_sql(_LEFT_THE_HOUSE, told)
        echoes = texts(filter(None, (reference(one.item) for one in found)))
        owed = settle_attempts(told["messages"], failed, echoes)
        unlocked = owed.keys() - sends
        if unlocked:
            transaction.set_rollback(True)
        else:
            charge(owed)
    return unlocked


def also_match(place: Callable[[datetime], int]) -> None:
    """Have a channel match what it parks in words of its own, whenever parked statuses are matched."""
    _ALSO.append(place)


def match_parked(now: datetime) -> int:
    """Apply parked statuses whose message is known by now, and forget those older than a week. Returns how many."""
    ParkedStatus.objects.filter(parked_at__lt=now - PARKED_FOR).delete()
    with transaction.atomic():
        named = Message.objects.filter(provider_id=OuterRef("provider_id"), sender=OuterRef("sender"))
        parked = list(
            ParkedStatus.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(Exists(named), item__has_key="status")
            .select_related("sender__organisation")[:1000]
        )
        applied = _applied(parked, now)
        ParkedStatus.objects.filter(pk__in=applied).delete()
    return len(applied) + sum(place(now) for place in _ALSO)


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


def _told(found: Sequence[Found]) -> dict[str, str]:
    """Columns of what was told, for the statements above."""
    items = [one.item for one in found]
    return {
        "messages": numbers(one.message for one in found),
        "at": numbers(item.at.timestamp() for item in items),
        "provider": texts(item.provider_id for item in items),
        "status": numbers(STATUS_OF[item.status].value for item in items),
        "code": texts(item.error_code or None for item in items),
        "text": texts(item.error_title[:300] or None for item in items),
        "billable": numbers(item.billable for item in items),
    }


def _addresses(found: Sequence[Found]) -> Iterator[Address]:
    senders = {
        id(one.sender): one.sender for one in found
    }  # a handful of objects; their ids are dear to hash and write
    names = {number: str(sender.organisation_id) for number, sender in senders.items()}
    for sender, item, _message, contact in found:
        if item.user_id:
            yield Address(names[id(sender)], contact, "bsuid", item.user_id)
        if item.phone:
            yield Address(names[id(sender)], contact, "wa_id", item.phone.removeprefix("+"))


def _hear_opt_outs(found: Sequence[Found], now: datetime) -> None:
    """Some failures say that the person has stopped marketing at the provider itself: that is an opt-out."""
    for sender, item, _message, contact in found:
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


def park(items: Sequence[tuple[Sender, StatusItem]], now: datetime) -> None:
    """Keep what was told of messages that nobody knows yet."""
    ParkedStatus.objects.bulk_create(
        ParkedStatus(sender=sender, provider_id=item.provider_id, item=_plain(item), parked_at=now)
        for sender, item in items
    )


def _plain(item: StatusItem) -> dict[str, Any]:
    return {**item._asdict(), "at": item.at.isoformat()}


def unplain(plain: dict[str, Any]) -> StatusItem:
    """A parked item as it was told."""
    return StatusItem(**{**plain, "at": datetime.fromisoformat(plain["at"])})
