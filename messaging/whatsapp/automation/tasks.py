"""Doorbell of automation: the messages that wait are the work."""

from celery import shared_task

from accounts.clock import database_now
from messaging.whatsapp.automation.running import take_turns


@shared_task
def answer() -> None:
    """Have every message that waits answered, routed, or left to people."""
    take_turns(database_now())
