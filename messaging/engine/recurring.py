"""Ids that a provider gives again after months, as message centres do: the newest message has them."""

from datetime import timedelta

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, Left

from messaging.models import Message

# A report of a message comes within this; providers repeat webhooks for seven days.
REPORTED_WITHIN = timedelta(days=30)
_LONGEST = 255 - len("~") - len(str(2**63))


def let_go(provider_id: str | None, message_id: int) -> bool:
    """Let this message have the id where another one had it so long before that nothing is told of that one any more.
    Whether one had it.

    Two messages of the same days with one id stay as they are: nobody could say which of them a report means.
    """
    handed_at = Message.objects.filter(pk=message_id).values_list("handed_at", flat=True).first()
    if not provider_id or handed_at is None:
        return False
    old = Message.objects.filter(provider_id=provider_id, handed_at__lt=handed_at - REPORTED_WITHIN)
    past = Concat(
        Left(F("provider_id"), _LONGEST), Value("~"), Cast("pk", CharField()), output_field=CharField(max_length=255)
    )
    return bool(old.update(provider_id=past))
