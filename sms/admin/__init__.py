"""The desk's pages of SMS, one file a noun."""

from sms.admin import (
    automations,
    campaigns,
    conversions,
    copies,
    drift,
    gateways,
    links,
    money,
    otp,
    otp_codes,
    otp_panels,
    panels,
    record_panels,
    records,
    sender_ids,
    wording_panels,
)

__all__ = [
    "automations",
    "campaigns",
    "conversions",
    "copies",
    "drift",
    "gateways",
    "links",
    "money",
    "otp",
    "otp_codes",
    "otp_panels",
    "panels",
    "record_panels",
    "records",
    "sender_ids",
    "wording_panels",
]
