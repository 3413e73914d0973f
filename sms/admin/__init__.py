"""The desk's pages of SMS, one file a noun."""

from sms.admin import campaigns, links, panels

__all__ = ["campaigns", "links", "panels"]
