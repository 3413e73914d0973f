"""Which module applies which kind of item. What nobody handles is kept with its event and changes nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from messaging.inbox import accounts, echoes, inbound, numbers, people, templates
from messaging.inbox.events import Event
from messaging.inbox.items import InboundItem
from messaging.inbox.senders import Known
from messaging.whatsapp.webhooks import (
    AccountItem,
    EchoItem,
    NumberItem,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    UserIdUpdateItem,
    UserPreferenceItem,
)

Handler = Callable[[Any, Event, Known, datetime], None]

_HANDLERS: dict[type, Handler] = {
    InboundItem: inbound.take_in,
    EchoItem: echoes.write_down,
    UserPreferenceItem: people.change_preference,
    UserIdUpdateItem: people.change_address,
    TemplateStatusItem: templates.change_status,
    TemplateQualityItem: templates.change_quality,
    TemplateCategoryItem: templates.change_category,
    TemplateEditedItem: templates.note_edit,
    AccountItem: accounts.change_account,
    PhoneQualityItem: numbers.change_limit,
    NumberItem: numbers.change_name,
}


def register(kind: type, handler: Handler) -> None:
    """Make known who applies items of a channel's own kind."""
    if kind in _HANDLERS:
        raise ValueError(f"{kind.__name__} is handled already; there is one handler a kind.")
    _HANDLERS[kind] = handler


def handle(item: Any, event: Event, known: Known, now: datetime) -> None:
    """Apply one item inside the caller's savepoint. Applying it again changes nothing."""
    handler = _HANDLERS.get(type(item))
    if handler is not None:
        handler(item, event, known, now)
