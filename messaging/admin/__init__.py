"""The desk's pages of messaging, one file a noun, and what it shows on the decision page."""

from messaging.admin import (
    commerce,
    consent,
    contacts,
    imports,
    merge_tasks,
    messages,
    order_panels,
    panels,
    prices,
    replacements,
    rules,
    segments,
    senders,
    sends,
    templates,
    webhooks,
)

__all__ = [
    "commerce",
    "consent",
    "contacts",
    "imports",
    "merge_tasks",
    "messages",
    "order_panels",
    "panels",
    "prices",
    "replacements",
    "rules",
    "segments",
    "senders",
    "sends",
    "templates",
    "webhooks",
]
