"""What only SMS has. Contacts, consent, templates, sends and messages are messaging's."""

from sms.models.automations import Automation, AutomationRun, ShopEvent, Trigger
from sms.models.campaigns import Campaign
from sms.models.charges import Charge
from sms.models.clicks import Click, Visitor
from sms.models.conversions import Conversion, Refund
from sms.models.copies import TextTerms
from sms.models.gateways import GatewayPrice, SmsGateway
from sms.models.link_codes import LinkCode, UnsubscribeToken
from sms.models.links import LinkDomain, LinkRules, ShortLink
from sms.models.notices import ReviewNotice
from sms.models.otp import OtpChallenge, OtpRules, OtpTemplate
from sms.models.parts import ReceivedPart, SubmittedPart
from sms.models.quotas import Quota
from sms.models.sender_ids import GatewayRegistration, SenderId, SenderIdState
from sms.models.snapshots import PerformanceSnapshot

__all__ = [
    "Automation",
    "AutomationRun",
    "Campaign",
    "Charge",
    "Click",
    "Conversion",
    "GatewayPrice",
    "GatewayRegistration",
    "LinkCode",
    "LinkDomain",
    "LinkRules",
    "OtpChallenge",
    "OtpRules",
    "OtpTemplate",
    "PerformanceSnapshot",
    "Quota",
    "ReceivedPart",
    "Refund",
    "ReviewNotice",
    "SenderId",
    "SenderIdState",
    "ShopEvent",
    "ShortLink",
    "SmsGateway",
    "SubmittedPart",
    "TextTerms",
    "Trigger",
    "UnsubscribeToken",
    "Visitor",
]
