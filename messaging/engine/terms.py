"""What the contract of a send says alike in every channel: the frozen people, when it goes, how fast."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from messaging.models import Audience, AudienceMember, Segment, Sender, Verdict
from messaging.portfolios import Outlook, outlook

LASTS = timedelta(hours=24)
FARTHEST = timedelta(days=90)


class WhenAsked(Protocol):
    """What the preview of a send is asked for beside whom and what."""

    @property
    def due_at(self) -> datetime: ...
    @property
    def not_after(self) -> datetime | None: ...
    @property
    def per_second(self) -> int | None: ...


def reasons_of_time(ask: WhenAsked, now: datetime) -> Iterator[Reason]:
    """Why nothing can be sent in that time."""
    if ask.not_after is not None and ask.not_after <= ask.due_at:
        yield Reason("ends_before_it_begins", _("not_after is not later than due_at."),
                     _("Give the send time to go out."), "not_after")  # fmt: skip
    if ask.due_at > now + FARTHEST:
        yield Reason("too_far_ahead", _("due_at is more than 90 days ahead."),
                     _("Prices and consent will have changed; plan it later."), "due_at")  # fmt: skip


def end_of(ask: WhenAsked, longer: timedelta = timedelta(0)) -> datetime:
    """What has not gone out by then stays in. A send that Meta's messaging limit makes last `longer` gets the time, but
    no more than a send may be planned ahead.
    """
    return ask.not_after or ask.due_at + min(LASTS + longer, FARTHEST)


def terms_of_people(audience: Audience) -> dict[str, Any]:
    """The fields of a contract that say who was frozen."""
    return {
        "audience_id": audience.pk,
        "audience_digest": audience.digest,
        "targeted": audience.targeted,
        "included": audience.included,
        "excluded": audience.excluded,
    }


def terms_of_segment(segment: Segment | None) -> dict[str, Any]:
    """The fields that say who was asked for; without a segment it is one person."""
    if segment is None:
        return {"segment_id": None, "segment_name": "", "segment_rule": ""}
    return {"segment_id": segment.pk, "segment_name": segment.name, "segment_rule": segment.rule}


def terms_of_time(ask: WhenAsked, sender: Sender, people: int, now: datetime) -> dict[str, Any]:
    """The fields that say when it goes and how fast: never faster than its sender may."""
    per_second = min(ask.per_second or sender.per_second, sender.per_second)
    begins_at = max(ask.due_at, now)
    limited = outlook(sender, people, begins_at, now)
    return {
        "due_at": ask.due_at,
        "not_after": end_of(ask, limited.wait),
        **_terms_of_pace(sender, per_second, people, begins_at, limited),
    }


def terms_at_once(sender: Sender, per_second: int, people: int, now: datetime) -> dict[str, Any]:
    """The same fields of what is sent again: it begins as soon as it has been countersigned, at the pace of before."""
    limited = outlook(sender, people, now, now)
    return {
        "due_at": now,
        "not_after": now + LASTS + limited.wait,
        **_terms_of_pace(sender, per_second, people, now, limited),
    }


def _terms_of_pace(
    sender: Sender, per_second: int, people: int, begins_at: datetime, limited: Outlook
) -> dict[str, Any]:
    """Texts know no messaging limit, and their contracts do not speak of it."""
    pace = {
        "per_second": per_second,
        "finishes_about": begins_at + max(limited.wait, timedelta(seconds=people // per_second)),
    }
    return (
        pace if sender.account_id is None else pace | {"messaging_limit": limited.limit, "room_at_first": limited.left}
    )


def readers_of(audience: Audience) -> dict[UUID | None, int]:
    """Text -> how many people of those who will be written to read it."""
    included = AudienceMember.objects.filter(audience=audience, verdict=Verdict.INCLUDED)
    return dict(included.values_list("translation_id").annotate(Count("pk")))
