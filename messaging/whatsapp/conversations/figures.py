"""Figures of a team's work: how fast it answers, what it keeps of its promises, what is left. Sums, nobody by name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from messaging.models import Conversation


class Median(Aggregate):
    """The middle one of all durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


_FIRST_REPLY: Final = ExpressionWrapper(F("first_replied_at") - F("opened_at"), output_field=DurationField())
_OPEN: Final = Q(state=Conversation.State.OPEN)
_CLOSED: Final = Q(state=Conversation.State.CLOSED)


def figures(conversations: QuerySet[Conversation], since: datetime, now: datetime) -> dict[str, Any]:
    """All of these conversations together. What is open is counted whenever it began, the rest since `since`."""
    return _finished(conversations.aggregate(**_sums(since, now)))


def figures_by(conversations: QuerySet[Conversation], by: str, since: datetime, now: datetime) -> dict[Any, Any]:
    """The same for each value of `by`, a foreign key."""
    rows: Iterable[dict[str, Any]] = conversations.order_by().values(by).annotate(**_sums(since, now))
    return {row[by]: _finished({name: row[name] for name in row if name != by}) for row in rows}


def _sums(since: datetime, now: datetime) -> dict[str, Any]:
    opened, closed = Q(opened_at__gte=since), _CLOSED & Q(closed_at__gte=since)
    replied = Q(first_replied_at__isnull=False, first_replied_at__gte=F("opened_at")) & opened
    return {
        "open": Count("pk", filter=_OPEN),
        "unassigned": Count("pk", filter=_OPEN & Q(owner=None)),
        "waiting": Count("pk", filter=_OPEN & Q(waiting_since__isnull=False)),
        "reply_overdue": Count("pk", filter=_OPEN & Q(reply_due_at__lt=now)),
        "resolve_overdue": Count("pk", filter=_OPEN & Q(resolve_due_at__lt=now)),
        "opened": Count("pk", filter=opened),
        "closed": Count("pk", filter=closed),
        "closed_in_time": Count("pk", filter=closed & (Q(resolve_due_at=None) | Q(closed_at__lte=F("resolve_due_at")))),
        "resolved": Count("pk", filter=opened & _CLOSED),
        "replies_in_time": Coalesce(Sum("replies_in_time", filter=opened), 0),
        "replies_late": Coalesce(Sum("replies_late", filter=opened), 0),
        "first_reply_average": Avg(_FIRST_REPLY, filter=replied),
        "first_reply_median": Median(_FIRST_REPLY, filter=replied),
    }


def _finished(sums: dict[str, Any]) -> dict[str, Any]:
    """With durations in seconds, and shares between 0 and 1, None where there is nothing to divide by."""
    average, median = sums.pop("first_reply_average"), sums.pop("first_reply_median")
    resolved = sums.pop("resolved")
    return {
        **sums,
        "first_reply_average_seconds": _seconds(average),
        "first_reply_median_seconds": _seconds(median),
        "reply_in_time_rate": _share(sums["replies_in_time"], sums["replies_in_time"] + sums["replies_late"]),
        "closed_in_time_rate": _share(sums["closed_in_time"], sums["closed"]),
        "resolution_rate": _share(resolved, sums["opened"]),
    }


def _seconds(duration: Any) -> int | None:
    return None if duration is None else round(duration.total_seconds())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
