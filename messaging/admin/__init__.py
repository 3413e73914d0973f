"""The desk's pages of messaging, one file a noun, and what it shows on the decision page."""

from messaging.admin import (
    consent,
    contact_panels,
    contacts,
    imports,
    merge_tasks,
    messages,
    panels,
    prices,
    replacements,
    rules,
    segments,
    senders,
    sends,
    templates,
    webhook_panels,
    webhooks,
)

__all__ = [
    "consent",
    "contact_panels",
    "contacts",
    "imports",
    "merge_tasks",
    "messages",
    "panels",
    "prices",
    "replacements",
    "rules",
    "segments",
    "senders",
    "sends",
    "templates",
    "webhook_panels",
    "webhooks",
]
