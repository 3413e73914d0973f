"""Doorbells of the inbox: the waiting rows are the work."""

from celery import shared_task

from accounts.clock import database_now
from messaging.inbox.accounts import end_restrictions
from messaging.inbox.apply import apply_for
from messaging.inbox.keeping import drop_old_events
from messaging.inbox.statuses import match_parked

# Shorter than the broker's visibility timeout by far, so that a long backlog is many tasks and never a repeated one.
SLICE_SECONDS = 20.0


@shared_task
def apply_webhooks() -> None:
    """Apply what waits until nothing does, for at most a slice; then the next ring goes on."""
    apply_for(SLICE_SECONDS, database_now)


@shared_task
def tidy_inbox() -> None:
    """Match parked statuses with messages known since, end what Meta restricted for a time, and drop old events."""
    now = database_now()
    match_parked(now)
    end_restrictions(now)
    drop_old_events(now)
