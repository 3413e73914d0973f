"""Doorbells for customers' files: the waiting rows are the work."""

from celery import shared_task

from accounts.clock import database_now
from messaging.whatsapp.media.fetching import due, fetch_one

# Seconds after which a bell that no worker heard is dropped: the next sweep rings again.
_RING_LASTS = 25.0


@shared_task
def fetch(fetch_id: int) -> None:
    """Fetch one customer's file, unless somebody is at it already."""
    fetch_one(fetch_id, database_now())


@shared_task
def sweep() -> None:
    """Ring for every file whose time has come."""
    for fetch_id in due(database_now()):
        fetch.apply_async((fetch_id,), expires=_RING_LASTS)
