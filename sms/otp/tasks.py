"""Doorbell of the erasing: the codes that are left over are the work."""

from celery import shared_task

from accounts.clock import database_now
from sms.otp.bodies import erase_leftovers


@shared_task
def erase() -> None:
    """Erase codes that nobody will hand over any more."""
    erase_leftovers(database_now())
