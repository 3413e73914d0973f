"""A sender whose provider has no room for it, as whoever serves it next finds it; and its pause when that stays so.

Its lane keeps quiet by itself (`cooling`). What stands here outlasts the lane: until when it is to keep quiet, and
since when nothing has got through.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.actor import Actor
from messaging.engine.cooling import WIDE, Quiet
from messaging.engine.senders import pause_sender
from messaging.engine.taken import Ending, Result
from messaging.models import Lane, Sender

_SUCCESSES = frozenset({Ending.ACCEPTED, Ending.HELD})

_GOT_THROUGH = """
UPDATE messaging_lane SET refused_since = NULL WHERE sender_id = %(sender)s AND refused_since IS NOT NULL
"""
_REFUSED = """
INSERT INTO messaging_lane AS lane (sender_id, refused_since, quiet_until) VALUES (%(sender)s, %(now)s, %(until)s)
ON CONFLICT (sender_id) DO UPDATE
   SET refused_since = coalesce(lane.refused_since, EXCLUDED.refused_since),
       quiet_until = greatest(lane.quiet_until, EXCLUDED.quiet_until)
RETURNING refused_since
"""


def note(results: Sequence[Result], sender: Sender, now: datetime) -> None:
    """Keep what these results say of their sender. One that nothing got through for too long is paused, and says so."""
    busy = [result for result in results if result.ending is Ending.BUSY and result.scope != "template"]
    if any(result.ending in _SUCCESSES for result in results):
        _write(_GOT_THROUGH, {"sender": sender.pk})
    elif busy:
        waits = [result.wait for result in busy if result.scope in WIDE]
        until = now + timedelta(seconds=max(waits)) if waits else None
        since = _write(_REFUSED, {"sender": sender.pk, "now": now, "until": until})
        if since is not None and now - since >= timedelta(seconds=settings.ENGINE_REFUSED_TO_PAUSE):
            _pause(sender, busy[-1], now - since, now)


def left_by(sender: Sender, now: datetime) -> Quiet:
    """How its last lane left this sender."""
    row = Lane.objects.filter(sender=sender).first()
    if row is None:
        return Quiet()
    left = (row.quiet_until - now).total_seconds() if row.quiet_until else 0.0
    refused_for = (now - row.refused_since).total_seconds() if row.refused_since else 0.0
    return Quiet(max(0.0, left), max(0.0, refused_for))


def _pause(sender: Sender, last: Result, lasting: timedelta, now: datetime) -> None:
    minutes = int(lasting.total_seconds() // 60)
    why = _("Nothing was taken for %(minutes)d minutes; the last refusal: %(text)s (%(code)s)")
    told = why % {"minutes": minutes, "text": last.text, "code": last.code}
    pause_sender(sender, told, Actor.system(sender.organisation, "delivery engine"), now)


def _write(sql: str, facts: dict[str, Any]) -> datetime | None:
    """Run it; the moment that it returns, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None
