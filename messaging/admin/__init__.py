"""The desk's pages of messaging, one file a noun, and what it shows on the decision page."""

from messaging.admin import (
    automation_panels,
    consent,
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
    webhooks,
)

__all__ = [
    "automation_panels",
    "consent",
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
    "webhooks",
]
