"""The desk's pages of SMS, one file a noun."""

from sms.admin import (
    automations,
    campaigns,
    conversions,
    copies,
    gateways,
    links,
    money,
    otp,
    otp_codes,
    otp_panels,
    panels,
    records,
    sender_ids,
    wording_panels,
)

__all__ = [
    "automations",
    "campaigns",
    "conversions",
    "copies",
    "gateways",
    "links",
    "money",
    "otp",
    "otp_codes",
    "otp_panels",
    "panels",
    "records",
    "sender_ids",
    "wording_panels",
]
