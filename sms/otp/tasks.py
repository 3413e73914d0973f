"""Doorbells: the codes that are left over, and the ranges that are stopped, are the work."""

from celery import shared_task

from accounts.clock import database_now
from sms.otp.bodies import erase_leftovers
from sms.otp.pumping import tell_of_stops


@shared_task
def erase() -> None:
    """Erase codes that nobody will hand over any more."""
    erase_leftovers(database_now())


@shared_task
def tell() -> None:
    """Write down where nothing is sent any more because hardly anybody enters their codes."""
    tell_of_stops(database_now())
