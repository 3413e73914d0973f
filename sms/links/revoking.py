"""Ending a link, or every link to a domain, at once."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from audit.record import record
from sms.models import ShortLink


def revoke(link: ShortLink, actor: Actor, now: datetime, why: str) -> bool:
    """End a link for everybody who has it; False where it was revoked already. Nobody has to approve an end."""
    with transaction.atomic():
        open_links = ShortLink.objects.filter(pk=link.pk, organisation=actor.organisation, revoked_at=None)
        if not open_links.update(revoked_at=now, revoked_because=why[:200]):
            return False
        record("sms.link_revoked", link, actor, now=now, reason=why[:200])
    return True
