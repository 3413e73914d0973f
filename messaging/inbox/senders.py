"""Which of our numbers and accounts a webhook speaks of. A body may only speak for the accounts whose secret signed
it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from messaging.models import Sender, WebhookEvent, WhatsAppAccount


@dataclass(frozen=True, slots=True)
class Known:
    """Our senders by their id at the provider, and our accounts by theirs."""

    senders: Mapping[str, Sender]
    accounts: Mapping[str, WhatsAppAccount]

    def sender(self, event: WebhookEvent, phone_number_id: str) -> Sender | None:
        """The sender, if this event may speak for it."""
        sender = self.senders.get(phone_number_id)
        return sender if sender is not None and _signed(event, sender.account_id) else None

    def account(self, event: WebhookEvent, waba_id: str) -> WhatsAppAccount | None:
        """The account, if this event may speak for it."""
        account = self.accounts.get(waba_id)
        return account if account is not None and _signed(event, account.pk) else None


def known_places(events: Iterable[WebhookEvent]) -> Known:
    """Every sender and account that these events may speak for."""
    signed = {account for event in events for account in event.signed_for}
    senders = Sender.objects.filter(account__in=signed).select_related("organisation", "account")
    accounts = WhatsAppAccount.objects.filter(pk__in=signed).select_related("organisation")
    return Known(
        {sender.provider_ref: sender for sender in senders}, {account.waba_id: account for account in accounts}
    )


def _signed(event: WebhookEvent, account: UUID | None) -> bool:
    return account is not None and account in event.signed_for
