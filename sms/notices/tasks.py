"""Doorbell of the mails to reviewers: the notices are the work."""

from celery import shared_task

from accounts.clock import database_now
from sms.notices.mailing import mail_waiting


@shared_task
def mail() -> None:
    """Hand the notices that wait to the mail server."""
    mail_waiting(database_now())
