"""A request made soon after reading what customers wrote is tainted: the text may have asked for it.

A person who reads it at the desk, with their own eyes, is not software that takes texts for instructions.
"""

from datetime import datetime, timedelta

from accounts.actor import Actor, Face
from approvals.models import UntrustedRead

LASTS = timedelta(minutes=30)


def note_untrusted_read(actor: Actor, now: datetime) -> None:
    if actor.face is Face.DESK:
        return
    UntrustedRead.objects.update_or_create(
        principal=actor.principal, defaults={"at": now, "organisation": actor.organisation}
    )


def is_tainted(actor: Actor, now: datetime) -> bool:
    return UntrustedRead.objects.filter(principal=actor.principal, at__gt=now - LASTS).exists()
