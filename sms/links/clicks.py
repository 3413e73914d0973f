"""Following a short link: one indexed read, and one insert where clicks are counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sms.links.visitors import MINUTE, Judgement, Visit, browser_of, device_of, judge_visit, network_of
from sms.models import Click, Visitor

_FIND = """
SELECT k.organisation_id, k.link_id, k.send_id, k.contact_id, m.id, m.handed_at, l.base_url, l.destination,
       l.expires_at > %s AND l.revoked_at IS NULL AND d.blocked_at IS NULL,
       k.tracked AND l.tracked AND coalesce(r.tracked, true), coalesce(r.burst_codes, 20)
  FROM sms_linkcode k
  JOIN sms_shortlink l ON l.id = k.link_id
  JOIN sms_linkdomain d ON d.id = l.domain_id
  LEFT JOIN sms_linkrules r ON r.organisation_id = k.organisation_id
  LEFT JOIN messaging_message m ON m.send_id = k.send_id AND m.contact_id = k.contact_id
 WHERE k.code = %s
"""

# The other codes that this network has opened lately are counted only where they could change the answer.
_KEEP = f"""
WITH near AS (
    SELECT count(DISTINCT code) AS codes FROM sms_click
     WHERE %(doubts)s AND network = %(network)s AND at > %(since)s AND link_id = %(link)s AND code <> %(code)s)
INSERT INTO sms_click (organisation_id, link_id, code, send_id, contact_id, message_id, at, visitor, reason, network,
                       browser, device)
SELECT %(organisation)s, %(link)s, %(code)s, %(send)s, %(contact)s, %(message)s, %(now)s,
       CASE WHEN near.codes >= %(burst)s THEN {Visitor.SUSPECT.value} ELSE %(visitor)s END,
       CASE WHEN near.codes >= %(burst)s THEN 'burst' ELSE %(reason)s END,
       %(network)s, %(browser)s, %(device)s
  FROM near
RETURNING reason
"""  # noqa: S608 - two numbers of ours


@dataclass(frozen=True, slots=True)
class Target:
    """What stands behind a code. `is_open` says whether it still leads anywhere."""

    organisation_id: UUID
    link_id: UUID
    send_id: UUID | None
    contact_id: int | None
    message_id: int | None
    handed_at: datetime | None
    base_url: str
    destination: str
    is_open: bool
    is_tracked: bool
    burst_codes: int


def find_target(code: str, now: datetime) -> Target | None:
    """What this code stands for; None where nobody has it. Works for every organisation: a code names its own."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [now, code])
        row = cursor.fetchone()
    return None if row is None else Target(*row)


def keep_click(target: Target, code: str, visit: Visit, now: datetime) -> None:
    """Write down that somebody came, as little of them as it takes to tell people from machines."""
    is_personal = target.contact_id is not None
    judged = judge_visit(visit, target.handed_at, now, is_personal=is_personal)
    network = network_of(visit.address, now)
    facts: dict[str, Any] = {
        **_facts(target, code, visit, judged, now),
        "network": network,
        "since": now - MINUTE,
        "burst": max(target.burst_codes, 1),
        "doubts": judged.visitor == Visitor.HUMAN and is_personal and bool(network),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, facts)
        (reason,) = cursor.fetchone()
    if reason == "burst":
        _doubt_those_before(target, network, now)


def _facts(target: Target, code: str, visit: Visit, judged: Judgement, now: datetime) -> dict[str, object]:
    return {
        "organisation": target.organisation_id,
        "link": target.link_id,
        "code": code,
        "send": target.send_id,
        "contact": target.contact_id,
        "message": target.message_id,
        "now": now,
        "visitor": judged.visitor.value,
        "reason": judged.reason,
        "browser": browser_of(visit.agent),
        "device": device_of(visit.agent),
    }


def _doubt_those_before(target: Target, network: str, now: datetime) -> None:
    """A burst is seen late: what the same network opened in the minute before was no person either."""
    Click.objects.filter(network=network, link_id=target.link_id, at__gt=now - MINUTE, visitor=Visitor.HUMAN).update(
        visitor=Visitor.SUSPECT, reason="burst"
    )
