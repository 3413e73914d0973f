"""The desk's pages of SMS, one file a noun."""

from sms.admin import links, otp

__all__ = ["links", "otp"]
