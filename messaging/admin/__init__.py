"""The desk's pages of messaging, one file a noun, and what it shows on the decision page."""

from messaging.admin import (
    consent,
    contacts,
    conversation_panels,
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
    webhooks,
)

__all__ = [
    "consent",
    "contacts",
    "conversation_panels",
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
    "webhooks",
]
