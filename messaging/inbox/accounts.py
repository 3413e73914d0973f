"""What Meta says of accounts: a restriction freezes what goes out from there until it is over.

The newest word counts, by Meta's own time: an older one that is told late, or tried again, changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actor import Actor
from audit.record import record
from messaging.inbox.events import Event
from messaging.inbox.numbers import set_tier
from messaging.inbox.senders import Known
from messaging.models import Sender, WhatsAppAccount
from messaging.whatsapp.webhooks import AccountItem

# Restrictions under which nothing may be sent; the others concern adding numbers or calling.
_FREEZES = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
_ENDS = ("ACCOUNT_RECONNECTED", "REINSTATE")
_STOPS = ("ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "DISABLED_UPDATE")
# A DISABLED_UPDATE says by its ban state that an account is disabled, will be, or no longer is.
_NOT_DISABLED = ("REINSTATE", "SCHEDULE_FOR_DISABLE")


def change_account(item: AccountItem, event: Event, known: Known, now: datetime) -> None:
    account = known.account(event, item.waba_id)
    if account is None:
        return
    told_at = min(item.at or event.received_at, now)
    frozen = [(kind, until) for kind, until in item.restrictions if kind in _FREEZES]
    until = _end_of(frozen)
    if (frozen and (until is None or until > now)) or _is_stopped(item):
        kinds = ", ".join(kind for kind, _until in item.restrictions) or item.event
        if _keep(account, told_at, restricted_at=now, restriction=kinds[:120], restricted_until=until):
            record("account.restricted", account, _inbox(account), now=now, restriction=kinds[:120], until=until)
    elif item.event in _ENDS or (item.event == "DISABLED_UPDATE" and item.detail == "REINSTATE"):
        if _keep(account, told_at, **_FREE):
            _note(account, "account.freed", item, now)
    else:
        _change_capability(account, item, told_at, now)
        _note(account, "account.told", item, now)


def end_restrictions(now: datetime) -> int:
    """Free the accounts whose restriction is over by the end that Meta named; how many those were."""
    over = WhatsAppAccount.objects.filter(restricted_at__isnull=False, restricted_until__lte=now)
    freed = 0
    for account in over.select_related("organisation").order_by("pk"):
        with transaction.atomic():
            if over.filter(pk=account.pk).update(**_FREE):
                record("account.freed", account, _inbox(account), now=now, event="EXPIRED")
                freed += 1
    return freed


_FREE: dict[str, Any] = {"restricted_at": None, "restriction": "", "restricted_until": None}


def _end_of(restrictions: Sequence[tuple[str, datetime | None]]) -> datetime | None:
    """The last of their ends; None where one of them has none."""
    ends = [until for _kind, until in restrictions if until is not None]
    return max(ends) if ends and len(ends) == len(restrictions) else None


def _is_stopped(item: AccountItem) -> bool:
    return item.event in _STOPS and not (item.event == "DISABLED_UPDATE" and item.detail in _NOT_DISABLED)


def _change_capability(account: WhatsAppAccount, item: AccountItem, told_at: datetime, now: datetime) -> None:
    """The messaging limit is the business's: it counts for every number of the account."""
    if item.field != "business_capability_update" or not item.detail:
        return
    for sender in Sender.objects.filter(account=account).select_related("organisation").order_by("pk"):
        set_tier(sender, item.detail, item.event, told_at, now)


def _keep(account: WhatsAppAccount, told_at: datetime, **changes: Any) -> bool:
    """Whether this is the newest word on its restrictions; then they are changed."""
    newest = Q(restriction_told_at=None) | Q(restriction_told_at__lte=told_at)
    return bool(WhatsAppAccount.objects.filter(newest, pk=account.pk).update(restriction_told_at=told_at, **changes))


def _note(account: WhatsAppAccount, action: str, item: AccountItem, now: datetime) -> None:
    record(
        action, account, _inbox(account), now=now, event=item.event or item.field, detail=item.detail[:200]
    )  # fmt: skip


def _inbox(account: WhatsAppAccount) -> Actor:
    return Actor.system(account.organisation, "webhook inbox")
