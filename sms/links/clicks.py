"""Following short links: one indexed read for all that are opened at one moment, and one insert of who opened them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.statements import run_sql
from sms.links.visitors import MINUTE, Visit, browser_of, device_of, judge_visit, network_of, visit_of
from sms.models import Visitor

_FIND = """
SELECT k.code, k.organisation_id, k.link_id, k.send_id, k.contact_id, m.id, m.handed_at, l.base_url, l.destination,
       l.expires_at, l.revoked_at IS NULL AND d.blocked_at IS NULL,
       k.tracked AND l.tracked AND coalesce(r.tracked, true), greatest(coalesce(r.burst_codes, 20), 1)
  FROM sms_linkcode k
  JOIN sms_shortlink l ON l.id = k.link_id
  JOIN sms_linkdomain d ON d.id = l.domain_id
  LEFT JOIN sms_linkrules r ON r.organisation_id = k.organisation_id
  LEFT JOIN messaging_message m ON m.send_id = k.send_id AND m.contact_id = k.contact_id
 WHERE k.code = ANY(%b)
"""

_KEEP = """
INSERT INTO sms_click (organisation_id, link_id, code, send_id, contact_id, message_id, at, visitor, reason, network,
                       browser, device)
SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::bigint[], %b::bigint[], %b::timestamptz[],
                     %b::smallint[], %b::text[], %b::text[], %b::text[], %b::text[])
"""

# Looks back a minute, and at no more clicks than it takes to see so many codes where each is opened a few times: what
# a burst costs does not grow with the burst. Asked when the clicks are committed, so that of two processes that share
# a burst one sees all of it. Whose rows another process is marking for the same reason are left to it.
_DOUBT = f"""
WITH recent AS (
    SELECT near.link_id, near.network, near.burst, click.id, click.code, click.visitor
      FROM unnest(%b::uuid[], %b::text[], %b::int[]) AS near(link_id, network, burst)
     CROSS JOIN LATERAL (
        SELECT c.id, c.code, c.visitor FROM sms_click c
         WHERE c.network = near.network AND c.at > %b AND c.link_id = near.link_id
         ORDER BY c.at DESC LIMIT near.burst * 10
     ) AS click),
bursts AS (
    SELECT link_id, network FROM recent GROUP BY link_id, network, burst HAVING count(DISTINCT code) > burst)
UPDATE sms_click SET visitor = {Visitor.SUSPECT.value}, reason = 'burst'
 WHERE id IN (
    SELECT c.id FROM sms_click c
     WHERE c.id IN (SELECT id FROM recent JOIN bursts USING (link_id, network)
                     WHERE recent.visitor = {Visitor.HUMAN.value})
     ORDER BY c.id FOR UPDATE SKIP LOCKED)
"""  # noqa: S608 - two numbers of ours

# Not kept by anybody on the way, not told to the next site, not found by searching.
UNSEEN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened a code on a host of ours, at a moment."""

    code: str
    host: str
    visit: Visit
    at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """What stands behind a code. `stands` is whether nobody has ended its link or blocked where it leads."""

    code: str
    organisation_id: UUID
    link_id: UUID
    send_id: UUID | None
    contact_id: int | None
    message_id: int | None
    handed_at: datetime | None
    base_url: str
    destination: str
    expires_at: datetime
    stands: bool
    is_tracked: bool
    burst_codes: int

    def is_on(self, host: str) -> bool:
        """A code counts on its own domain alone: nobody's name is lent to somebody else's destination."""
        return host.lower() == self.base_url.partition("://")[2].partition("/")[0].lower()

    def leads_on(self, opened: Opened) -> bool:
        return self.stands and self.expires_at > opened.at and self.is_on(opened.host)


@dataclass(frozen=True, slots=True)
class _Click:
    """One row of `_KEEP`, in its order."""

    organisation_id: UUID
    link_id: UUID
    code: str
    send_id: UUID | None
    contact_id: int | None
    message_id: int | None
    at: datetime
    visitor: int
    reason: str
    network: str
    browser: str
    device: str

    def columns(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)


def opened_of(code: str, meta: Mapping[str, Any], now: datetime) -> Opened:
    """What a request tells, by the names that WSGI has for it."""
    return Opened(code, str(meta.get("HTTP_HOST", "")), visit_of(meta), now)


def find_targets(codes: Sequence[str]) -> dict[str, Target]:
    """What these codes stand for, those of nobody left out. Works for every organisation: a code names its own."""
    return {row[0]: Target(*row) for row in run_sql(_FIND, [list(codes)])}


def follow(batch: Sequence[Opened]) -> list[str]:
    """Where each leads, after it was written down where clicks are counted; empty for what leads nowhere."""
    targets = find_targets([one.code for one in batch])
    leading = [(one, targets[one.code]) for one in batch if one.code in targets and targets[one.code].leads_on(one)]
    _keep([(opened, target) for opened, target in leading if target.is_tracked])
    destinations = {id(opened): target.destination for opened, target in leading}
    return [destinations.get(id(one), "") for one in batch]


def _keep(visits: Sequence[tuple[Opened, Target]]) -> None:
    """Write down that somebody came, as little of them as it takes to tell people from machines."""
    if not visits:
        return
    clicks = [_click(opened, target) for opened, target in visits]
    run_sql(_KEEP, [list(column) for column in zip(*(click.columns() for click in clicks), strict=True)])
    bursts = {target.link_id: target.burst_codes for _opened, target in visits}
    near = sorted({(one.link_id, one.network) for one in clicks if _could_be_of_many(one)})
    if near:
        links, networks = [link for link, _network in near], [network for _link, network in near]
        since = max(opened.at for opened, _target in visits) - MINUTE
        run_sql(_DOUBT, [links, networks, [bursts[link] for link in links], since])


def _could_be_of_many(click: _Click) -> bool:
    """Whether it is a person's, unless the same network opened many other people's codes."""
    return click.visitor == Visitor.HUMAN and click.contact_id is not None and bool(click.network)


def _click(opened: Opened, target: Target) -> _Click:
    visit = opened.visit
    judged = judge_visit(visit, target.handed_at, opened.at, is_personal=target.contact_id is not None)
    return _Click(
        target.organisation_id, target.link_id, target.code, target.send_id, target.contact_id, target.message_id,
        opened.at, judged.visitor.value, judged.reason, network_of(visit.address, opened.at),
        browser_of(visit.agent), device_of(visit.agent),
    )  # fmt: skip
