"""A customer's file is announced by a webhook: written down with the message, fetched as soon as that is committed."""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from messaging.inbox.items import Media
from messaging.models import InboundMessage, MediaFetch

log = logging.getLogger(__name__)

# Meta keeps what customers send for seven days from the webhook (since October 2025).
KEPT_BY_META = timedelta(days=7)


def note_media(message: InboundMessage, media: Media, now: datetime) -> MediaFetch:
    """Have the file of a new message fetched. Called in the transaction that keeps the message."""
    fetch = MediaFetch.objects.create(
        organisation_id=message.organisation_id,
        message=message,
        media_id=media.media_id,
        content_type=media.mime_type,
        sha256=media.sha256,
        file_name=media.file_name,
        due_at=now,
        until=message.at + KEPT_BY_META,
    )
    transaction.on_commit(partial(_ring, fetch.pk), robust=True)
    return fetch


def _ring(fetch_id: int) -> None:
    """Wake a worker. A bell that is lost costs until the next sweep: the row is the queue."""
    from messaging.whatsapp.media.tasks import fetch

    fetch.apply_async((fetch_id,), expires=30)
