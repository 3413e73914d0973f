"""Doorbell of the balances: the gateways are the work."""

from celery import shared_task

from accounts.clock import database_now
from sms.balances.asking import ask_all

# Seconds: shorter than the broker's visibility timeout by far; who was not reached is first the next time.
MOST_SECONDS = 120.0


@shared_task
def ask() -> None:
    """Ask the open gateways what money is left."""
    ask_all(database_now, MOST_SECONDS)
