"""The report of a broadcast: a funnel, why people were left out, why messages failed, and when they went out."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from approvals.masking import mask
from messaging.admin.charts import chart, series
from messaging.admin.progress import reason_name
from messaging.broadcasts.report import report_of
from messaging.engine.tallies import failures_of, tally
from messaging.models import Send, Verdict

# Points of the chart over time; more cannot be told apart on a page.
_MOST_POINTS = 60
_STEPS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)  # seconds

_OVER_TIME = """
SELECT date_bin(%(step)s, handed_at, %(start)s) AS at, count(*),
       count(*) FILTER (WHERE status IN (40, 50)), count(*) FILTER (WHERE status = 35)
  FROM messaging_message WHERE send_id = %(send)s AND handed_at IS NOT NULL GROUP BY 1 ORDER BY 1
"""


def report_context(send: Send, *, in_clear: bool) -> dict[str, Any]:
    """`in_clear`: whether the reader may see what providers said of failures, which may repeat the message."""
    numbers = report_of(send)
    return {
        "report": numbers,
        "funnel": _funnel(numbers),
        "over_time": _over_time(send),
        "left_out": _left_out(send),
        "failures": [
            (code, text if in_clear else mask(text, "text"), people) for code, text, people in failures_of(send)
        ],
        "failures_link": f"{reverse('admin:messaging_message_changelist')}?send={send.pk}&status__exact=35",
        "approved_as": send.request,
    }


def _funnel(numbers: dict[str, Any]) -> Any:
    outcomes = numbers["outcomes"]
    delivered, read = numbers["delivered"], numbers["read"]
    taken = sum(outcomes[name] for name in ("accepted", "held", "sent", "delivered", "read"))
    included = numbers["targeted"] - sum(numbers["excluded"].values())
    steps = (
        (_("Targeted"), numbers["targeted"]),
        (_("Written to"), included),
        (_("Taken by WhatsApp"), taken),
        (_("Delivered"), delivered),
        (_("Read"), read),
        (_("Replied"), numbers["replied"]),
    )
    people = series(pgettext("how many", "People"), "plain", [count for _name, count in steps])
    return chart([name for name, _count in steps], [people], sideways=True)


def _over_time(send: Send) -> Any:
    """When messages were handed over, and what has become of those by now. None before the first."""
    if send.started_at is None:
        return None
    seconds = ((send.ended_at or timezone.now()) - send.started_at).total_seconds()
    step = next((one for one in _STEPS if seconds / one <= _MOST_POINTS), _STEPS[-1])
    facts: dict[str, Any] = {"step": timedelta(seconds=step), "start": send.started_at, "send": send.pk}
    with connection.cursor() as cursor:
        cursor.execute(_OVER_TIME, facts)
        rows = cursor.fetchall()
    if not rows:
        return None
    form = "%H:%M" if seconds < 24 * 3600 else "%d.%m. %H:%M"
    return chart(
        [timezone.localtime(at).strftime(form) for at, *_counts in rows],
        [
            series(_("Delivered"), "delivered", [delivered for _at, _all, delivered, _failed in rows]),
            series(_("Failed"), "failed", [failed for _at, _all, _delivered, failed in rows]),
            series(_("Still open"), "sent", [all_ - delivered - failed for _at, all_, delivered, failed in rows]),
        ],
        stacked=True,
    )


def _left_out(send: Send) -> list[dict[str, Any]]:
    """Reasons before and at sending, each with the way to the people behind it."""
    counted = tally(send)
    people = f"{reverse('admin:messaging_audiencemember_changelist')}?audience={send.audience_id}"
    rows = {}
    for reason in [*counted.excluded_before, *counted.excluded_at_sending]:
        rows[reason] = {
            "name": reason_name(reason),
            "before": counted.excluded_before.get(reason, 0),
            "at_sending": counted.excluded_at_sending.get(reason, 0),
            "link": f"{people}&verdict__exact={Verdict[reason.upper()]:d}" if reason in counted.excluded_before else "",
        }
    return sorted(rows.values(), key=lambda row: -(row["before"] + row["at_sending"]))
