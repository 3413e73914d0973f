"""The report of a broadcast: a funnel, why people were left out, why messages failed, and when they went out."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from approvals.masking import mask
from messaging.admin.charts import chart, series
from messaging.admin.over_time import over_time_of
from messaging.admin.progress import reason_name
from messaging.broadcasts.report import report_of
from messaging.engine.tallies import failures_of, tally
from messaging.models import Channel, Send, Verdict

# Nobody tells us of a text that it was read.
_TELL_READING = (Channel.WHATSAPP,)


def report_context(send: Send, *, in_clear: bool) -> dict[str, Any]:
    """`in_clear`: whether the reader may see what providers said of failures, which may repeat the message."""
    numbers = report_of(send)
    return {
        "report": numbers,
        "funnel": _funnel(numbers, Channel(send.channel)),
        "tells_reading": send.channel in _TELL_READING,
        "over_time": _over_time(send),
        "left_out": left_out_of(send),
        "failures": [
            (code, text if in_clear else mask(text, "text"), people) for code, text, people in failures_of(send)
        ],
        "failures_link": f"{reverse('admin:messaging_message_changelist')}?send={send.pk}&status__exact=35",
        "approved_as": send.request,
    }


def _funnel(numbers: dict[str, Any], channel: Channel) -> Any:
    outcomes = numbers["outcomes"]
    delivered, read = numbers["delivered"], numbers["read"]
    taken = sum(outcomes[name] for name in ("accepted", "held", "sent", "delivered", "read"))
    included = numbers["targeted"] - sum(numbers["excluded"].values())
    steps = [
        (_("Targeted"), numbers["targeted"]),
        (_("Written to"), included),
        (_("Taken by the provider"), taken),
        (_("Delivered"), delivered),
    ]
    if channel in _TELL_READING:
        steps += [(_("Read"), read), (_("Replied"), numbers["replied"])]
    people = series(pgettext("how many", "People"), "plain", [count for _name, count in steps])
    return chart([name for name, _count in steps], [people], sideways=True)


def _over_time(send: Send) -> Any:
    """When messages were handed over, and what has become of those by now. None before the first."""
    found = over_time_of(send)
    if found is None:
        return None
    moments = found.moments
    return chart(
        found.labels,
        [
            series(_("Delivered"), "delivered", [one.delivered for one in moments]),
            series(_("Failed"), "failed", [one.failed for one in moments]),
            series(_("Still open"), "sent", [one.open for one in moments]),
        ],
        stacked=True,
    )


def left_out_of(send: Send) -> list[dict[str, Any]]:
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
