"""Which of our senders and accounts a webhook speaks of. A body may only speak for the accounts that signed it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from messaging.inbox.events import Event
from messaging.models import Sender, WhatsAppAccount

# From the accounts that signed, the senders they may speak for, each with those of the accounts that may.
FindSenders = Callable[[Collection[UUID]], Iterable[tuple[Sender, Collection[UUID]]]]

_find_by_carrier: dict[str, FindSenders] = {}


def register(carrier: str, find: FindSenders) -> None:
    """Make known how the senders behind a carrier's accounts are found."""
    if carrier in _find_by_carrier:
        raise ValueError(f"The senders of {carrier!r} are found already; there is one way a carrier.")
    _find_by_carrier[carrier] = find


@dataclass(frozen=True, slots=True)
class Known:
    """Our senders by their id at the provider, each with who may speak for it, and our WhatsApp accounts by theirs."""

    senders: Mapping[str, tuple[Sender, Collection[UUID]]]
    accounts: Mapping[str, WhatsAppAccount]

    def sender(self, event: Event, sender_ref: str) -> Sender | None:
        """The sender, if this event may speak for it."""
        sender, voices = self.senders.get(sender_ref, (None, ()))
        return sender if any(account in voices for account in event.signed_for) else None

    def account(self, event: Event, waba_id: str) -> WhatsAppAccount | None:
        """The account, if this event may speak for it."""
        account = self.accounts.get(waba_id)
        return account if account is not None and account.pk in event.signed_for else None


def known_places(events: Iterable[Event]) -> Known:
    """Every sender and account that these events may speak for."""
    signed: dict[str, set[UUID]] = {}
    for event in events:
        signed.setdefault(event.carrier, set()).update(event.signed_for)
    senders = {
        sender.provider_ref: (sender, voices)
        for carrier, accounts in signed.items()
        for sender, voices in _find_by_carrier[carrier](accounts)
    }
    accounts = WhatsAppAccount.objects.filter(pk__in=signed.get("whatsapp", ())).select_related("organisation")
    return Known(senders, {account.waba_id: account for account in accounts})


def _numbers_of(accounts: Collection[UUID]) -> Iterable[tuple[Sender, Collection[UUID]]]:
    numbers = Sender.objects.filter(account__in=accounts).select_related("organisation", "account")
    return [(number, (number.account_id,)) for number in numbers if number.account_id is not None]


register("whatsapp", _numbers_of)
