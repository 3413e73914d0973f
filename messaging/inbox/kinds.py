"""What kinds of news a webhook brings, for the log: an event keeps them as bits, so that it is found by them unread."""

from collections.abc import Iterable
from enum import IntFlag
from typing import Any, Final

from messaging.inbox.items import InboundItem, StatusItem
from messaging.whatsapp.webhooks import (
    AccountItem,
    NumberItem,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    UserIdUpdateItem,
    UserPreferenceItem,
)


class News(IntFlag):
    """Customers' messages, what became of ours, template reviews, accounts and numbers, people's settings, the rest."""

    INBOUND = 1
    STATUS = 2
    TEMPLATE = 4
    ACCOUNT = 8
    PERSON = 16
    OTHER = 32

    @property
    def word(self) -> str:
        return (self.name or "other").lower()


_NEWS: Final[dict[type, News]] = {
    StatusItem: News.STATUS,
    InboundItem: News.INBOUND,
    TemplateStatusItem: News.TEMPLATE,
    TemplateQualityItem: News.TEMPLATE,
    TemplateCategoryItem: News.TEMPLATE,
    TemplateEditedItem: News.TEMPLATE,
    AccountItem: News.ACCOUNT,
    PhoneQualityItem: News.ACCOUNT,
    NumberItem: News.ACCOUNT,
    UserPreferenceItem: News.PERSON,
    UserIdUpdateItem: News.PERSON,
}


def news_of(item: Any) -> News:
    return _NEWS.get(type(item), News.OTHER)


def all_news(items: Iterable[Any]) -> int:
    """The bits of everything that these items bring."""
    bits = 0
    for kind in {type(item) for item in items}:
        bits |= _NEWS.get(kind, News.OTHER)
    return bits
