"""Doorbell of the automations: the events that wait are the work."""

from celery import shared_task

from accounts.clock import database_now
from sms.automations.running import run_waiting


@shared_task
def run() -> None:
    """Have every enabled automation send what its events set off."""
    run_waiting(database_now())
