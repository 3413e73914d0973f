"""WhatsApp webhooks: whether Meta signed one, what it says item by item, the answer to the handshake. No database."""

from messaging.whatsapp.webhooks.items import (
    AccountItem,
    EchoItem,
    Item,
    NumberItem,
    PhoneQualityItem,
    TemplateCategoryItem,
    TemplateEditedItem,
    TemplateQualityItem,
    TemplateStatusItem,
    UnknownItem,
    UserIdUpdateItem,
    UserPreferenceItem,
)
from messaging.whatsapp.webhooks.parsing import Malformed, parse
from messaging.whatsapp.webhooks.signature import SIGNATURE_HEADER, answer_handshake, signers, verify_signature

__all__ = [
    "SIGNATURE_HEADER",
    "AccountItem",
    "EchoItem",
    "Item",
    "Malformed",
    "NumberItem",
    "PhoneQualityItem",
    "TemplateCategoryItem",
    "TemplateEditedItem",
    "TemplateQualityItem",
    "TemplateStatusItem",
    "UnknownItem",
    "UserIdUpdateItem",
    "UserPreferenceItem",
    "answer_handshake",
    "parse",
    "signers",
    "verify_signature",
]
