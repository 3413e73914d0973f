"""What Meta says of a number: how many people it may write to in a day, how fast, and what it is called."""

from datetime import datetime

from accounts.actor import Actor
from audit.record import record
from messaging.inbox.events import Event
from messaging.inbox.senders import Known
from messaging.models import Sender
from messaging.whatsapp.webhooks import NumberItem, PhoneQualityItem

# Messages a second after Meta's upgrade.
UPGRADED = 1000


def change_limit(item: PhoneQualityItem, event: Event, known: Known, now: datetime) -> None:
    """A new messaging limit or throughput of a number, found by its display number."""
    sender = _sender(item.display_phone, item.waba_id, event, known)
    if sender is None:
        return
    told_at = min(item.at or event.received_at, now)
    faster = UPGRADED if item.event == "THROUGHPUT_UPGRADE" else None
    set_tier(sender, item.limit, item.event, told_at, now, per_second=faster)


def set_tier(
    sender: Sender, limit: str, event: str, told_at: datetime, now: datetime, per_second: int | None = None
) -> None:
    """Keep the limit that Meta names, unless it has named a newer one."""
    if sender.limit_told_at is not None and told_at < sender.limit_told_at:
        return
    sender.per_second = per_second or sender.per_second
    if tier := tier_of(limit):  # news of the throughput names none
        sender.tier, sender.limit_told_at = tier, told_at
    sender.save()
    record("sender.limit", sender, _inbox(sender), now=now, event=event, limit=limit)


def change_name(item: NumberItem, event: Event, known: Known, now: datetime) -> None:
    """A display name counts from its approval; what Meta thinks of it before, and a username, are written down."""
    sender = _sender(item.display_phone, item.waba_id, event, known)
    if sender is None:
        return
    if item.field == "phone_number_name_update" and item.event == "APPROVED" and item.name:
        sender.display_name = item.name[:120]
        sender.save()
    record("sender.told", sender, _inbox(sender), now=now, event=f"{item.field} {item.event}", name=item.name)


def tier_of(limit: str) -> str:
    """Meta's word for a messaging limit, which newer webhooks give as TIER_2K and older ones as 2000 or -1."""
    if limit.startswith("TIER_"):
        return limit[:20]
    if limit == "-1":
        return "TIER_UNLIMITED"
    if not limit.isdecimal() or not 0 < int(limit) < 1_000_000_000:
        return ""
    people = int(limit)
    return f"TIER_{people // 1000}K" if people % 1000 == 0 else f"TIER_{people}"


def _sender(display_phone: str, waba_id: str, event: Event, known: Known) -> Sender | None:
    account = known.account(event, waba_id)
    digits = "".join(letter for letter in display_phone if letter.isdecimal())
    if account is None or not digits:
        return None
    return Sender.objects.filter(account=account, number__endswith=digits).select_related("organisation").first()


def _inbox(sender: Sender) -> Actor:
    return Actor.system(sender.organisation, "webhook inbox")
