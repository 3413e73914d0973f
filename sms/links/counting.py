"""Clicks as numbers. People's count; the doubtful and the machines' are told beside them, never among them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import TruncDate

from messaging.models import Status
from sms.models import Click, Visitor

# Clocks differ: only a click this long before the handset had the text was nobody's who read it. (?)
SLACK = timedelta(seconds=5)
_DAYS, _LONGEST_LIST = "day", 400


@dataclass(frozen=True, slots=True)
class Window:
    """From when on (counted) until when (not counted any more) clicks are looked at; None leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the people whose clicks are counted: how many texts the network took, and how many arrived."""

    accepted: int = 0
    delivered: int = 0


@dataclass(slots=True)
class Counts:
    """One link. `unique` is people with at least one click; nobody knows it of a code that everybody shares."""

    clicks: int = 0
    doubtful: int = 0
    machines: int = 0
    unique: int = 0
    last_at: datetime | None = None
    reach: Reach = field(default_factory=Reach)
    by: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """What the rate is taken of: what arrived, or what was accepted where networks report no arrivals."""
        return "delivered" if self.reach.delivered else "accepted" if self.reach.accepted else ""

    @property
    def rate(self) -> float | None:
        """Unique clicks by `base`, as a share of 1 with four places."""
        people = self.reach.delivered or self.reach.accepted
        return round(self.unique / people, 4) if people else None


def judged_clicks(clicks: QuerySet[Click] | None = None) -> QuerySet[Click]:
    """Clicks with `judged`: who came, in the light of a receipt that arrived after the click."""
    before_receipt = Q(visitor=Visitor.HUMAN, message__delivered_at__gt=F("at") + SLACK)
    judged = Case(
        When(before_receipt, then=Value(Visitor.SUSPECT.value)),
        default=F("visitor"),
        output_field=SmallIntegerField(),
    )
    return (Click.objects.all() if clicks is None else clicks).annotate(judged=judged)


def human_clicks() -> QuerySet[Click]:
    """What counts as a click: attribution asks this."""
    return judged_clicks().filter(Q(judged=Visitor.HUMAN))


def counts_of(links: Collection[UUID], window: Window, zone: ZoneInfo) -> dict[UUID, Counts]:
    """The numbers of these links, each with clicks by day (of `zone`), device and browser. Five queries for all."""
    found = {link: Counts() for link in links}
    clicks = judged_clicks(within(Click.objects.filter(link__in=links), window))
    human = Q(judged=Visitor.HUMAN)
    totals = clicks.values("link").annotate(
        human=Count("pk", filter=human),
        doubtful=Count("pk", filter=Q(judged=Visitor.SUSPECT)),
        machines=Count("pk", filter=Q(judged=Visitor.BOT)),
        unique=Count("contact", filter=human, distinct=True),
    )
    for row in totals.order_by("link"):
        counts = found[row["link"]]
        counts.clicks, counts.doubtful, counts.machines = row["human"], row["doubtful"], row["machines"]
        counts.unique = row["unique"]
    of_people = clicks.filter(human).annotate(day=TruncDate("at", tzinfo=zone))
    for name in (_DAYS, "device", "browser"):
        _share_out(found, of_people, name)
    for link, reach in _reach(links).items():
        found[link].reach = reach
    return found


def clicks_of_sends(sends: Collection[UUID], links: Collection[UUID]) -> Counts:
    """The numbers of a campaign and what was resent of it, over all of its links: unique are people who clicked any."""
    human = Q(judged=Visitor.HUMAN)
    row = judged_clicks(Click.objects.filter(link__in=links, send__in=sends)).aggregate(
        human=Count("pk", filter=human),
        doubtful=Count("pk", filter=Q(judged=Visitor.SUSPECT)),
        machines=Count("pk", filter=Q(judged=Visitor.BOT)),
        unique=Count("contact", filter=human, distinct=True),
    )
    return Counts(row["human"], row["doubtful"], row["machines"], row["unique"], reach=_reach_of_sends(sends, links))


def within(clicks: QuerySet[Click], window: Window) -> QuerySet[Click]:
    if window.since is not None:
        clicks = clicks.filter(at__gte=window.since)
    return clicks if window.until is None else clicks.filter(at__lt=window.until)


def _share_out(found: Mapping[UUID, Counts], clicks: QuerySet[Click], name: str) -> None:
    """The clicks of each link by one thing, the newest days or the most frequent first."""
    rows = clicks.values("link", name).annotate(clicks=Count("pk")).order_by("link", name)
    for row in rows[: _LONGEST_LIST * len(found)]:
        found[row["link"]].by.setdefault(name, {})[str(row[name])] = row["clicks"]


_TOOK = tuple(status.value for status in (Status.ACCEPTED, Status.HELD, Status.SENT, Status.DELIVERED, Status.READ))
_ARRIVED = (Status.DELIVERED.value, Status.READ.value)
# A person who was sent to again counts once.
_REACH = """
SELECT {by}, count(DISTINCT m.contact_id) FILTER (WHERE m.status = ANY(%(took)s)),
       count(DISTINCT m.contact_id) FILTER (WHERE m.status = ANY(%(arrived)s))
  FROM sms_linkcode k
  JOIN messaging_message m ON m.send_id = k.send_id AND m.contact_id = k.contact_id
 WHERE k.tracked AND k.link_id = ANY(%(links)s) {which}
 GROUP BY 1
"""
_OF_LINKS = _REACH.format(by="k.link_id", which="")
_OF_SENDS = _REACH.format(by="true", which="AND k.send_id = ANY(%(sends)s)")


def _reach(links: Collection[UUID]) -> dict[UUID, Reach]:
    facts: dict[str, Any] = {"links": list(links), "took": list(_TOOK), "arrived": list(_ARRIVED)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_LINKS, facts)
        return {link: Reach(accepted, delivered) for link, accepted, delivered in cursor.fetchall()}


def _reach_of_sends(sends: Collection[UUID], links: Collection[UUID]) -> Reach:
    facts: dict[str, Any] = {"links": list(links), "sends": list(sends), "took": list(_TOOK), "arrived": list(_ARRIVED)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_SENDS, facts)
        row = cursor.fetchone()
    return Reach(row[1], row[2]) if row else Reach()
