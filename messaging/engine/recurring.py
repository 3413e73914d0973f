"""Ids that a provider gives again after months, as message centres do: the newest message has them."""

from datetime import datetime, timedelta

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, Left

from messaging.models import Message

# A report of a message comes within this; providers repeat webhooks for seven days.
REPORTED_WITHIN = timedelta(days=30)
_LONGEST = 255 - len("~") - len(str(2**63))


def let_go(provider_id: str | None, now: datetime) -> bool:
    """Take the id from a message of so long ago that nothing is told of it any more. Whether one had it.

    Two messages of these days with one id stay as they are: nobody could say which of them a report means.
    """
    if not provider_id:
        return False
    old = Message.objects.filter(provider_id=provider_id, handed_at__lt=now - REPORTED_WITHIN)
    past = Concat(
        Left(F("provider_id"), _LONGEST), Value("~"), Cast("pk", CharField()), output_field=CharField(max_length=255)
    )
    return bool(old.update(provider_id=past))
