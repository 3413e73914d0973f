"""Gateways, sender IDs and what a part costs. Contacts, consent, sends and messages are messaging's."""

from sms.models.campaigns import Campaign
from sms.models.charges import Charge
from sms.models.gateways import GatewayPrice, SmsGateway
from sms.models.sender_ids import GatewayRegistration, SenderId, SenderIdState

__all__ = ["Campaign", "Charge", "GatewayPrice", "GatewayRegistration", "SenderId", "SenderIdState", "SmsGateway"]
