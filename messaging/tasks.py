"""Doorbells. A task carries at most an id, the rows are the work; what no bell woke, the next ring of beat finds."""

from uuid import UUID

from celery import shared_task

from accounts.clock import database_now
from messaging.engine import breakers
from messaging.engine.lanes import run_lane
from messaging.engine.live import senders_with_work
from messaging.engine.reap import complete_finished
from messaging.engine.reap import reap as reap_now
from messaging.engine.release import release_due
from messaging.whatsapp.conversations.closing import archive

# Seconds of one slice of a lane: far below the broker's visibility timeout, or the slice would be handed out twice.
SLICE = 20.0
# Seconds after which a ring that no worker heard is dropped: the next one of `dispatch_due` finds the same work.
RING_LASTS = 10.0


@shared_task
def dispatch_due() -> None:
    """Release what is due, wake the lanes that have something to send, complete what is through."""
    release_due(database_now())
    for sender_id in senders_with_work(database_now()):
        ring(sender_id)
    complete_finished(database_now())


def ring(sender_id: UUID) -> None:
    """Wake a lane. Called after the commit of whatever has put messages into its outbox; losing it costs seconds."""
    lane_slice.apply_async((str(sender_id),), expires=RING_LASTS)


@shared_task
def lane_slice(sender_id: str) -> None:
    """Send from one sender for a while, and ring again if there is more."""
    if run_lane(UUID(sender_id), SLICE):
        ring(UUID(sender_id))


@shared_task
def reap() -> None:
    """Close what broke off, is through or too late."""
    reap_now(database_now())


@shared_task
def watch() -> None:
    """Pause sends that do not stand any more, or do no good."""
    breakers.watch(database_now())


@shared_task
def archive_conversations() -> None:
    """Put away conversations that were closed long ago."""
    archive(database_now())
