"""Payment providers: what all of them can do for us, and which there are."""

from messaging.whatsapp.commerce.payments.provider import (
    Asked,
    LinkRefused,
    LinkUnsure,
    Made,
    News,
    NewsKind,
    Provider,
    Unreadable,
    provider_named,
)

__all__ = [
    "Asked",
    "LinkRefused",
    "LinkUnsure",
    "Made",
    "News",
    "NewsKind",
    "Provider",
    "Unreadable",
    "provider_named",
]
