"""What Meta says of accounts and numbers: a restriction freezes what goes out from there until it is over.

The newest word counts, by Meta's own time: an older one that is told late, or tried again, changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.actor import Actor
from audit.record import record
from messaging.inbox.events import Event
from messaging.inbox.senders import Known
from messaging.models import Sender, WhatsAppAccount
from messaging.whatsapp.webhooks import AccountItem, PhoneQualityItem

# Restrictions under which nothing may be sent; the others concern adding numbers or calling.
_FREEZES = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
_ENDS = ("ACCOUNT_RECONNECTED", "REINSTATE")
_STOPS = ("ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "DISABLED_UPDATE")


def change_account(item: AccountItem, event: Event, known: Known, now: datetime) -> None:
    account = known.account(event, item.waba_id)
    if account is None:
        return
    kinds = [kind for kind, _until in item.restrictions]
    told_at = min(item.at or event.received_at, now)
    if any(kind in _FREEZES for kind in kinds) or item.event in _STOPS:
        restriction = (", ".join(kinds) or item.event)[:120]
        if _keep(account, told_at, restricted_at=now, restriction=restriction):
            actor = Actor.system(account.organisation, "webhook inbox")
            record("account.restricted", account, actor, now=now, restriction=restriction)
    elif item.event in _ENDS:
        if _keep(account, told_at, restricted_at=None, restriction=""):
            _note(account, "account.freed", item, now)
    else:
        _note(account, "account.told", item, now)


def change_limit(item: PhoneQualityItem, event: Event, known: Known, now: datetime) -> None:
    """A new messaging limit or throughput of a number, found by its display number."""
    account = known.account(event, item.waba_id)
    digits = "".join(letter for letter in item.display_phone if letter.isdecimal())
    sender = Sender.objects.filter(account=account, number__endswith=digits).first() if account and digits else None
    told_at = min(item.at or event.received_at, now)
    if sender is None or (sender.limit_told_at is not None and told_at < sender.limit_told_at):
        return
    sender.limit_told_at = told_at
    if item.event == "THROUGHPUT_UPGRADE":
        sender.per_second = 1000
    elif item.limit:
        sender.tier = item.limit[:20]
    sender.save()
    actor = Actor.system(sender.organisation, "webhook inbox")
    record("sender.limit", sender, actor, now=now, event=item.event, limit=item.limit)


def _keep(account: WhatsAppAccount, told_at: datetime, **changes: Any) -> bool:
    """Whether this is the newest word on its restrictions; then they are changed."""
    newest = Q(restriction_told_at=None) | Q(restriction_told_at__lte=told_at)
    return bool(WhatsAppAccount.objects.filter(newest, pk=account.pk).update(restriction_told_at=told_at, **changes))


def _note(account: WhatsAppAccount, action: str, item: AccountItem, now: datetime) -> None:
    record(
        action, account, Actor.system(account.organisation, "webhook inbox"), now=now, event=item.event or item.field
    )
