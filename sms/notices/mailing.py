"""Handing waiting notices to the mail server, one at a time, outside any transaction."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction

from sms.models import ReviewNotice
from sms.notices.writing import problem_with

log = logging.getLogger(__name__)

MOST_TRIES = 3
TRY_AGAIN_AFTER = timedelta(minutes=5)
# Whoever began it is dead by then. The mail server may have taken it, so it is not sent again.
BROKE_OFF_AFTER = timedelta(minutes=15)
AT_ONCE = 50


def mail_waiting(now: datetime) -> int:
    """Send what waits and return how many mails the server took. Each row is taken by one worker alone."""
    _give_up_broken_off(now)
    taken = 0
    for _turn in range(AT_ONCE):
        notice = _begin(now)
        if notice is None:
            break
        taken += _mail(notice, now)
    return taken


def _give_up_broken_off(now: datetime) -> None:
    waiting = ReviewNotice.objects.filter(sent_at=None, given_up_at=None)
    waiting.filter(problem="", begun_at__lte=now - BROKE_OFF_AFTER).update(given_up_at=now, problem="broke_off")


def _begin(now: datetime) -> ReviewNotice | None:
    """Take the oldest notice that is due; a person who lost the right meanwhile is not written to."""
    with transaction.atomic():
        waiting = ReviewNotice.objects.select_for_update(of=("self",), skip_locked=True)
        due = waiting.filter(sent_at=None, given_up_at=None).exclude(begun_at__gt=now - TRY_AGAIN_AFTER)
        # One that was begun and has no problem is in somebody's hands.
        due = due.exclude(begun_at__isnull=False, problem="")
        notice = due.select_related("recipient").order_by("created_at", "pk").first()
        if notice is None:
            return None
        person = notice.recipient
        belongs = person.organisation_id == notice.organisation_id
        notice.problem = "" if belongs else "left"
        notice.problem = notice.problem or problem_with(person, notice.topic)
        if notice.problem:
            notice.given_up_at = now
        else:
            notice.begun_at, notice.tries = now, notice.tries + 1
        notice.save()
    return notice


def _mail(notice: ReviewNotice, now: datetime) -> int:
    if notice.given_up_at is not None:
        return 0
    try:
        EmailMessage(notice.subject, notice.body, to=[notice.recipient.email]).send()
    except (OSError, SMTPException) as refused:
        log.warning("notice %s was not taken by the mail server: %s", notice.pk, type(refused).__name__)
        notice.problem = type(refused).__name__[:60]
        notice.given_up_at = now if notice.tries >= MOST_TRIES else None
    else:
        notice.sent_at = now
    notice.save(update_fields=["problem", "given_up_at", "sent_at"])
    return int(notice.sent_at is not None)
