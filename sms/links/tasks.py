"""Doorbell of the daily look at landing pages: the links are the work."""

from celery import shared_task
from django.conf import settings

from accounts.clock import database_now
from sms.links.looking import look_at_landings


@shared_task
def look() -> None:
    """Look at the pages behind the links whose last look is a day old, where that is switched on."""
    if settings.SHORT_LINK_LOOKS:
        look_at_landings(database_now())
