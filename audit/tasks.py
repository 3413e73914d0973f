"""The bell that beat rings every few seconds."""

from celery import shared_task

from accounts.clock import database_now
from audit import checkpoints
from audit.seal import seal as seal_finished


@shared_task
def seal() -> None:
    """Seal what is finished and write the checkpoints that are due. Rung twice, it does the work once."""
    now = database_now()
    seal_finished(now)
    checkpoints.write_due(now)
