"""The desk's pages of SMS, one file a noun."""

from sms.admin import links

__all__ = ["links"]
