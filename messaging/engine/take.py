"""Marking a batch as going out: one transaction that asks the gate under the contacts' locks. The heart of the engine.

Locks are taken in one order, and never waited for: the sends (which guard their outbox rows, so that stopping a send
either precedes or follows the batch), then the contacts (which an opt-out locks too, so that it precedes or follows).
What cannot be locked is left for a second later. Only the numbers of one portfolio wait for each other, before they
hold anything. When the transaction has committed, each message of the batch has an open attempt: whatever crashes from
here on, it is never marked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from accounts.faults import faultpoint
from accounts.statements import run_sql
from messaging.batches import numbers, texts
from messaging.engine.live import LiveSend, lock_live_sends
from messaging.engine.sends import move_send, system
from messaging.engine.sorting import Candidate, Sorted, sort_out
from messaging.engine.taken import Taken, cost_by_send
from messaging.gate import gate_parameters, rules_of, verdict_sql, window_is_closed_sql
from messaging.models import Channel, MessagingRules, Outcome, Send, Sender, Status, Verdict
from messaging.portfolios import Portfolio, begins_sql, hold_portfolio, is_counted_sql, portfolio_parameters, room_of
from messaging.quiet_hours import RecipientsNight

# How long an attempt may be under way before it counts as unknown: connecting and reading time out well within it.
LEASE = timedelta(seconds=45)
# Seconds of a send's own pace that may be marked: more would only wait, and a stop would come too late for it.
AHEAD = 0.5

_NEXT = """
SELECT next.message_id, m.contact_id
  FROM unnest(%(sends)s::uuid[], %(shares)s::int[]) AS live(send_id, share)
 CROSS JOIN LATERAL (
    SELECT w.message_id, w.priority, w.due_at FROM messaging_outbox w
     WHERE w.send_id = live.send_id AND w.due_at <= %(now)s
     ORDER BY w.due_at, w.message_id LIMIT live.share) next
  JOIN messaging_message m ON m.id = next.message_id
 ORDER BY next.priority, next.due_at, next.message_id LIMIT %(wanted)s
"""
_LOCK_CONTACTS = """
SELECT id FROM messaging_contact WHERE id = ANY(%(contacts)s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
# `unchanged`: the message still is what the frozen audience says, and the person still has that address. Who is written
# to again because their outcome was unknown is left out once it is known; who is because it failed, once it arrived.
_ASK = f"""
SELECT m.id, m.send_id, m.contact_id, m.address, m.address_kind, m.translation_id, m."values"::text, m.category,
       m.price, w.priority, w.tries, m.status, c.id = ANY(%(locked)s),
       coalesce(nullif({verdict_sql("c", category="m.category")}, {Verdict.INCLUDED}),
                CASE WHEN m.translation_id IS NULL AND {window_is_closed_sql("s.id")}
                     THEN {Verdict.WINDOW_CLOSED} ELSE {Verdict.INCLUDED} END),
       coalesce(frozen.verdict = {Verdict.INCLUDED}
                AND (frozen.address, frozen.address_kind, frozen."values", frozen.price)
                  = (m.address, m.address_kind, m."values", m.price)
                AND frozen.translation_id IS NOT DISTINCT FROM m.translation_id
                AND m.address = CASE m.address_kind WHEN 'bsuid' THEN c.bsuid ELSE c.phone END
                AND (s.kind NOT IN ('{Send.Kind.RESEND}', '{Send.Kind.RETRY}') OR EXISTS (
                     SELECT 1 FROM messaging_replacement again
                       JOIN messaging_attempt first ON first.id = again.attempt_id
                       JOIN messaging_message old ON old.id = first.message_id
                      WHERE again.send_id = m.send_id AND again.contact_id = m.contact_id
                        AND CASE s.kind WHEN '{Send.Kind.RETRY}' THEN old.status = {Status.FAILED}
                                 ELSE old.status IN ({Status.UNSURE}, {Status.CLOSED}) END)), false),
       t.id IS NULL OR (t.status IN ('APPROVED', 'FLAGGED')
                        AND (lower(t.reviewed_category) <> 'marketing' OR m.category = 'marketing')),
       (SELECT max(last.started_at) FROM messaging_attempt last
         WHERE last.contact_id = m.contact_id AND last.sender_id = m.sender_id
           AND last.outcome <> {Outcome.NOT_ATTEMPTED} AND last.started_at > %(gap_since)s),
       s.per_second, c.country, {begins_sql("m", "s")}, {is_counted_sql("m.contact_id")}
  FROM messaging_message m
  JOIN messaging_outbox w ON w.message_id = m.id
  JOIN messaging_send s ON s.id = m.send_id
  JOIN messaging_contact c ON c.id = m.contact_id
  LEFT JOIN messaging_audiencemember frozen ON frozen.audience_id = s.audience_id AND frozen.contact_id = m.contact_id
  LEFT JOIN messaging_templatetranslation t ON t.id = m.translation_id
 WHERE m.id = ANY(%(messages)s) ORDER BY w.priority, w.due_at, m.id
"""
_MARK = f"""
WITH going AS (SELECT * FROM unnest(%(messages)s::bigint[], %(attempts)s::uuid[], %(begins)s::bool[])
                       AS r(message_id, attempt_id, begins)),
gone AS (DELETE FROM messaging_outbox WHERE message_id = ANY(%(messages)s::bigint[])),
marked AS (
    UPDATE messaging_message m SET status = {Status.SENDING}, handed_at = %(now)s FROM going
     WHERE m.id = going.message_id AND m.status = {Status.QUEUED}
    RETURNING m.id, m.contact_id, m.sender_id, m.category, m.price, going.attempt_id, going.begins)
INSERT INTO messaging_attempt
       (id, message_id, contact_id, sender_id, category, price, begins, started_at, lease_until, outcome, code)
SELECT attempt_id, id, contact_id, sender_id, category, price, begins, %(now)s, %(lease)s, {Outcome.OPEN}, ''
  FROM marked
RETURNING message_id
"""
_EXCLUDE = f"""
WITH gone AS (DELETE FROM messaging_outbox WHERE message_id = ANY(%(messages)s))
UPDATE messaging_message m SET status = {Status.EXCLUDED}, verdict = r.verdict
  FROM unnest(%(messages)s::bigint[], %(verdicts)s::int[]) AS r(message_id, verdict)
 WHERE m.id = r.message_id AND m.status = {Status.QUEUED}
"""
_POSTPONE = """
UPDATE messaging_outbox w SET due_at = r.due_at
  FROM unnest(%(messages)s::bigint[], %(due)s::timestamptz[]) AS r(message_id, due_at)
 WHERE w.message_id = r.message_id
"""
_FORGET = "DELETE FROM messaging_outbox WHERE message_id = ANY(%(messages)s)"
_RESERVE = """
UPDATE messaging_send s SET reserved = s.reserved + r.price
  FROM unnest(%(sends)s::uuid[], %(prices)s::numeric[]) AS r(send_id, price) WHERE s.id = r.send_id
"""


def take(sender: Sender, wanted: int, now: datetime, held: Mapping[UUID, int] = MappingProxyType({})) -> list[Taken]:
    """Mark up to `wanted` due messages of this sender as going out, the most urgent first, and open their attempts.

    `held` says how many of each send are marked and not handed over yet: a slow send is not marked further ahead.
    """
    with transaction.atomic():
        taken = _take(sender, wanted, now, held)
        if taken:
            faultpoint("take.before_commit")
    if taken:
        faultpoint("take.committed")
    return taken


def _take(sender: Sender, wanted: int, now: datetime, held: Mapping[UUID, int]) -> list[Taken]:
    portfolio = hold_portfolio(sender)
    sends = lock_live_sends(sender, now)
    contact_of = _next_messages(sends, wanted, now, held)
    if not contact_of:
        return []
    rules = rules_of(sender.organisation)
    locked = _lock_contacts(contact_of.values())
    room = room_of(portfolio, now)
    candidates = _ask(sender, contact_of, locked, rules, portfolio, now)
    is_text = sender.channel == Channel.SMS
    night = RecipientsNight(rules, sender.organisation.timezone, now) if is_text else None
    return _write_down(sort_out(candidates, sends, rules, now, night, room), now)


def _next_messages(sends: Sequence[LiveSend], wanted: int, now: datetime, held: Mapping[UUID, int]) -> dict[int, int]:
    """Message -> contact."""
    facts: dict[str, Any] = {
        "sends": texts(str(send.id) for send in sends),
        "shares": numbers(max(0, ceil(send.per_second * AHEAD) - held.get(send.id, 0)) for send in sends),
        "now": now,
        "wanted": wanted,
    }
    return dict(run_sql(_NEXT, facts))


def _lock_contacts(contacts: Iterable[int]) -> list[int]:
    return [contact for (contact,) in run_sql(_LOCK_CONTACTS, {"contacts": numbers(contacts)})]


def _ask(
    sender: Sender,
    messages: Iterable[int],
    locked: Iterable[int],
    rules: MessagingRules,
    portfolio: Portfolio | None,
    now: datetime,
) -> list[Candidate]:
    """What the gate says of each message. The statement begins after the locks are held, so it sees every stop."""
    facts = {
        **gate_parameters(sender.organisation, sender.channel, "", now, rules),
        **portfolio_parameters(portfolio, now),
        "messages": numbers(messages),
        "locked": numbers(locked),
        "gap_since": now - timedelta(seconds=rules.pair_gap_seconds),
    }
    return [Candidate(*row) for row in run_sql(_ASK, facts)]


def _write_down(found: Sorted, now: datetime) -> list[Taken]:
    with connection.cursor() as cursor:
        if found.excluded:
            messages, verdicts = list(found.excluded), list(found.excluded.values())
            cursor.execute(_EXCLUDE, {"messages": messages, "verdicts": verdicts})
        if found.postponed:
            cursor.execute(_POSTPONE, {"messages": list(found.postponed), "due": list(found.postponed.values())})
        if found.settled:
            cursor.execute(_FORGET, {"messages": found.settled})
    for send_id, why in found.pauses.items():
        send = Send.objects.select_related("organisation").get(pk=send_id)
        move_send(send, "pause", system(send), now, why)
    return _mark([candidate.taken(uuid4()) for candidate in found.going], now)


def _mark(taken: list[Taken], now: datetime) -> list[Taken]:
    """Open the attempts and reserve their cost; a message that was settled meanwhile is not marked."""
    if not taken:
        return []
    facts: dict[str, Any] = {
        "messages": numbers(one.message_id for one in taken),
        "attempts": texts(str(one.attempt_id) for one in taken),
        "begins": numbers(one.begins for one in taken),
        "now": now,
        "lease": now + LEASE,
    }
    marked = {message for (message,) in run_sql(_MARK, facts)}
    going = [one for one in taken if one.message_id in marked]
    costs = cost_by_send(going)
    run_sql(_RESERVE, {"sends": list(costs), "prices": list(costs.values())})
    return going
