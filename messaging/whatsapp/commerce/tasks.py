"""The doorbell of commerce."""

from celery import shared_task

from accounts.clock import database_now
from messaging.whatsapp.commerce import tending


@shared_task
def tend() -> None:
    tending.tend(database_now())
