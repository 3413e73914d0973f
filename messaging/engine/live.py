"""Which sends may hand messages over now. Everything that stops a whole send is asked here, in one statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from accounts.models import Organisation
from messaging.gate import rules_of
from messaging.models import Category, Channel, Sender
from messaging.quiet_hours import RecipientsNight, quiet_until

# The request is asked again: a row whose state was changed past `move_send` has no countersigned one.
_LIVE = """
SELECT s.id, s.sender_id, s.organisation_id, s.category, s.per_second, s.cost_ceiling, s.reserved, s.channel,
       ARRAY(SELECT jsonb_path_query(p.contract, '$.routes[*].country') #>> '{}')
  FROM messaging_send s
  JOIN approvals_preview p ON p.id = s.preview_id
  JOIN approvals_actionrequest r ON r.id = s.request_id AND r.state = 'succeeded'
  JOIN accounts_organisation o ON o.id = s.organisation_id AND o.sending_stopped_at IS NULL
  JOIN messaging_sender n ON n.id = s.sender_id AND n.paused_at IS NULL AND n.status = 'CONNECTED' AND n.per_second > 0
  LEFT JOIN messaging_whatsappaccount a ON a.id = n.account_id
 WHERE s.state = 'sending' AND s.per_second > 0 AND s.not_after > %(now)s AND a.restricted_at IS NULL
"""
_OF_SENDER = " AND s.sender_id = %(sender)s ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED"
_WITH_WORK = """ AND EXISTS (SELECT 1 FROM messaging_outbox w WHERE w.send_id = s.id AND w.due_at <= %(now)s)
   AND NOT EXISTS (SELECT 1 FROM messaging_lane l WHERE l.sender_id = s.sender_id
                    AND greatest(l.lease_until, l.quiet_until) > %(now)s)"""


@dataclass(frozen=True, slots=True)
class LiveSend:
    id: UUID
    sender_id: UUID
    organisation_id: UUID
    category: str
    per_second: int
    cost_ceiling: Decimal
    reserved: Decimal
    channel: str
    countries: Sequence[str]


def lock_live_sends(sender: Sender, now: datetime) -> list[LiveSend]:
    """The live sends of a sender, locked; one that somebody else has locked is left for the next time."""
    return list(_outside_quiet_hours(_ask(_LIVE + _OF_SENDER, now, sender.pk), now))


def live_sends(now: datetime) -> list[LiveSend]:
    """Every send that may hand messages over now, whether any are waiting or not."""
    return list(_outside_quiet_hours(_ask(_LIVE, now), now))


def senders_with_work(now: datetime) -> list[UUID]:
    """Senders that have a due message, that no lane serves and that are not to keep quiet."""
    return list(dict.fromkeys(send.sender_id for send in unserved_sends(now)))


def unserved_sends(now: datetime) -> list[LiveSend]:
    """Live sends with a due message whose sender no lane serves, though it need not keep quiet."""
    return list(_outside_quiet_hours(_ask(_LIVE + _WITH_WORK, now), now))


def _ask(sql: str, now: datetime, sender: UUID | None = None) -> list[LiveSend]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": now, "sender": sender})
        return [LiveSend(*row) for row in cursor.fetchall()]


def _outside_quiet_hours(sends: list[LiveSend], now: datetime) -> Iterator[LiveSend]:
    """Marketing rests at night as a whole: moving each waiting row would write millions of them every evening.

    Texts keep the recipients' night: they rest as a whole while it is night in every country of their contract, and
    otherwise person by person (`sort_out`).
    """
    nights: dict[UUID, RecipientsNight] = {}
    for send in sends:
        if send.category == Category.MARKETING:
            if send.organisation_id not in nights:
                organisation = Organisation.objects.get(pk=send.organisation_id)
                nights[send.organisation_id] = RecipientsNight(rules_of(organisation), organisation.timezone, now)
            if _rests(send, nights[send.organisation_id]):
                continue
        yield send


def _rests(send: LiveSend, night: RecipientsNight) -> bool:
    if send.channel != Channel.SMS:
        return quiet_until(night.rules, night.zone, night.now) is not None
    return bool(send.countries) and all(night.until(country) for country in send.countries)
