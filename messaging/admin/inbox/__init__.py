"""The team's inbox: the list of conversations, one of them as on a phone, and what is done there through the tools."""

from messaging.admin.inbox import conversations, queues

__all__ = ["conversations", "queues"]
