"""Marking read: what a member of the team has had on the screen no longer counts as unread."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least

from messaging.models import Conversation, InboundMessage


def mark_read(conversation: Conversation, last_heard: int) -> None:
    """Only what came in after `last_heard`, the newest that was shown, stays unread."""
    newer = (
        InboundMessage.objects.filter(conversation=OuterRef("pk"), pk__gt=last_heard)
        .values("conversation")
        .annotate(count=Count("pk"))
        .values("count")
    )
    Conversation.objects.filter(Q(pk=conversation.pk), unread__gt=0).update(
        unread=Least("unread", Coalesce(Subquery(newer), 0))
    )
