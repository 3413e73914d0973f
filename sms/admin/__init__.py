"""The desk's pages of SMS, one file a noun."""

from sms.admin import gateways, links, money, records, sender_ids

__all__ = ["gateways", "links", "money", "records", "sender_ids"]
from sms.admin import campaigns, panels

__all__ = ["campaigns", "links", "panels"]
from sms.admin import otp

__all__ = ["links", "otp"]
