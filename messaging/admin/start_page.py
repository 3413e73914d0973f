"""The start page: what waits for me, what is under way, how delivery goes, and whether the record is sealed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.scope import person_of
from accounts.desk_permissions import may
from accounts.models import Organisation, Person
from approvals.admin.chain import behind, requester_of
from approvals.admin.decision_page import sentence_of
from approvals.admin.turn import in_order_of_turn, waiting_for
from approvals.models import ActionRequest, State
from approvals.numerals import number
from audit.models import Entry, Segment
from messaging.admin.charts import chart, series
from messaging.admin.progress import UNDER_WAY, parts_of, share_done
from messaging.admin.unknown import open_unknown
from messaging.engine.tallies import tallies
from messaging.models import Contact, Send, Sender, Suppression

DAYS = 14
_MOST_SHOWN = 5

# By the day on which a message was handed over, in the organisation's zone. Only recent sends are looked at.
_BY_DAY = """
SELECT (m.handed_at AT TIME ZONE %(zone)s)::date AS day,
       count(*) FILTER (WHERE m.status = 50), count(*) FILTER (WHERE m.status = 40),
       count(*) FILTER (WHERE m.status IN (20, 25, 30)), count(*) FILTER (WHERE m.status = 35),
       count(*) FILTER (WHERE m.status IN (15, 37))
  FROM messaging_send s JOIN messaging_message m ON m.send_id = s.id
 WHERE s.organisation_id = %(organisation)s AND s.started_at > %(since)s AND m.handed_at IS NOT NULL
 GROUP BY 1 ORDER BY 1
"""


Tiles = Callable[[Organisation, datetime], list[dict[str, Any]]]
_tiles_of_others: list[Tiles] = []


def register_tiles(make: Tiles) -> None:
    """Have `make(organisation, now)` give tiles of a channel's own: `name`, `value`, `note` and `link` each."""
    _tiles_of_others.append(make)


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback. Somebody without an organisation sees no numbers at all."""
    person, now = person_of(request), timezone.now()
    organisation = person.organisation
    if organisation is None:
        return {**context, "no_organisation": True}
    return {
        **context,
        "title": _("Start"),
        "organisation": organisation,
        "waiting": _waiting(person, now),
        "sends": _sends(organisation),
        "by_day": _by_day(organisation, now),
        "tiles": _tiles(organisation, person, now),
        "seal": _seal(organisation) if may(person, "view", "audit.entry") else None,
    }


def _waiting(person: Person, now: datetime) -> dict[str, Any]:
    mine = waiting_for(person, now)
    first = in_order_of_turn(mine.select_related("preview", "agent", "owner", "organisation"), person, now)[
        :_MOST_SHOWN
    ]
    return {
        "count": mine.count(),
        "link": f"{reverse('admin:approvals_actionrequest_changelist')}?turn=me",
        "requests": [
            {"request": one, "sentence": sentence_of(one), "who": requester_of(one), "behind": behind(one)}
            for one in first
        ],
    }


def _sends(organisation: Organisation) -> list[dict[str, Any]]:
    """Those under way, else the newest that have ended. One-time passwords are many and nobody's broadcast."""
    sends = Send.objects.filter(organisation=organisation).exclude(kind=Send.Kind.OTP)
    sends = sends.select_related("audience", "sender")
    shown = list(sends.filter(state__in=UNDER_WAY).order_by("due_at")[:_MOST_SHOWN])
    if len(shown) < _MOST_SHOWN:
        ended = sends.exclude(state__in=UNDER_WAY).exclude(ended_at=None).order_by("-ended_at")
        shown += list(ended[: _MOST_SHOWN - len(shown)])
    counted = tallies(shown) if shown else {}
    return [
        {
            "send": send,
            "parts": parts_of(counted[send.pk]),
            "total": counted[send.pk].targeted,
            "done": share_done(counted[send.pk]),
            "tally": counted[send.pk],
        }
        for send in shown
    ]


def _by_day(organisation: Organisation, now: datetime) -> Any:
    facts: dict[str, Any] = {
        "organisation": organisation.pk,
        "zone": organisation.timezone,
        "since": now - timedelta(days=DAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, facts)
        found = {day: counts for day, *counts in cursor.fetchall()}
    if not found:
        return None
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    rows = [found.get(day, [0, 0, 0, 0, 0]) for day in days]
    names = ((_("Read"), "read"), (_("Delivered"), "delivered"), (_("Sent"), "sent"), (_("Failed"), "failed"),
             (_("Unknown"), "unsure"))  # fmt: skip
    datasets = [series(name, kind, [row[place] for row in rows]) for place, (name, kind) in enumerate(names)]
    return chart([day.strftime("%d.%m.") for day in days], datasets, stacked=True)


def _tiles(organisation: Organisation, person: Person, now: datetime) -> list[dict[str, Any]]:
    """The few numbers that somebody opens the desk for."""
    open_requests = ActionRequest.objects.filter(organisation=organisation, state=State.PENDING).count()
    week = now - timedelta(days=7)
    opted_out = Suppression.objects.filter(organisation=organisation, at__gt=week, lifted_at=None).count()
    senders = list(Sender.objects.filter(organisation=organisation))
    healthy = sum(one.quality == Sender.Quality.GREEN and not one.paused_at for one in senders)
    unknown = open_unknown(organisation.pk)
    tiles = [
        {"name": _("Outcome unknown"), "value": number(unknown), "note": _("wait for a report or for somebody"),
         "link": f"{reverse('admin:messaging_message_changelist')}?unknown=open"},
    ]  # fmt: skip
    theirs = [tile for make in _tiles_of_others for tile in make(organisation, now)]
    return tiles * bool(unknown) + theirs + [
        {"name": _("Waiting for anybody"), "value": number(open_requests), "note": _("requests without a decision"),
         "link": f"{reverse('admin:approvals_actionrequest_changelist')}?turn=open"},
        {"name": _("Contacts"), "value": number(Contact.objects.filter(organisation=organisation).count()),
         "note": _("people we know"), "link": reverse("admin:messaging_contact_changelist")},
        {"name": _("Opt-outs this week"), "value": number(opted_out), "note": _("counted the moment they arrive"),
         "link": reverse("admin:messaging_suppression_changelist")},
        {"name": _("Healthy senders"), "value": f"{healthy} / {len(senders)}", "note": _("green quality, not paused"),
         "link": reverse("admin:messaging_sender_changelist")},
    ]  # fmt: skip


def _seal(organisation: Organisation) -> dict[str, Any]:
    """How far the record is sealed. A short tail is normal: the sealer comes round every few seconds."""
    segment = Segment.objects.filter(organisation=organisation).order_by("-number").first()
    entries = Entry.objects.filter(organisation=organisation).count()
    sealed = segment.entries_so_far if segment else 0
    return {"segment": segment, "entries": entries, "waiting": max(0, entries - sealed)}
