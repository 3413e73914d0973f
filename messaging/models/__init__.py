"""The rows of messaging, one file a noun."""

from messaging.models.audiences import Audience, AudienceMember, Verdict
from messaging.models.automation import AutomaticTurn, AutoReply, Flow, FlowRun, FlowVersion, KeywordRule
from messaging.models.commerce import Order, OrderLine, OrderState, Product, ProductSource
from messaging.models.consent import (
    Category,
    Channel,
    ConsentAct,
    ConsentEvidence,
    ConsentState,
    Suppression,
    SuppressionReason,
)
from messaging.models.contacts import Contact, Identity, IdentityKind, MergeTask
from messaging.models.conversations import Conversation, ConversationEvent, Note, Queue, Reply, Team
from messaging.models.imports import ImportBatch, ImportRow
from messaging.models.inbox import InboundMessage, ParkedStatus, PhoneEcho, WebhookEvent, WebhookFailure
from messaging.models.media import MediaAsset, MediaFetch, MediaUpload
from messaging.models.messages import UNKNOWN, Attempt, Lane, Message, Outbox, Outcome, Priority, Status
from messaging.models.payments import PaymentAccount, PaymentEvent, PaymentLink
from messaging.models.prices import Price
from messaging.models.replacements import Replacement
from messaging.models.reply_rules import ReplyRules
from messaging.models.rules import MessagingRules
from messaging.models.segments import Segment
from messaging.models.senders import Sender, WhatsAppAccount
from messaging.models.sends import Send, SendState
from messaging.models.templates import Template, TemplateTranslation, TranslationStatus

__all__ = [
    "UNKNOWN",
    "Attempt",
    "Audience",
    "AudienceMember",
    "AutoReply",
    "AutomaticTurn",
    "Category",
    "Channel",
    "ConsentAct",
    "ConsentEvidence",
    "ConsentState",
    "Contact",
    "Conversation",
    "ConversationEvent",
    "Flow",
    "FlowRun",
    "FlowVersion",
    "Identity",
    "IdentityKind",
    "ImportBatch",
    "ImportRow",
    "InboundMessage",
    "KeywordRule",
    "Lane",
    "MediaAsset",
    "MediaFetch",
    "MediaUpload",
    "MergeTask",
    "Message",
    "MessagingRules",
    "Note",
    "Order",
    "OrderLine",
    "OrderState",
    "Outbox",
    "Outcome",
    "ParkedStatus",
    "PaymentAccount",
    "PaymentEvent",
    "PaymentLink",
    "PhoneEcho",
    "Price",
    "Priority",
    "Product",
    "ProductSource",
    "Queue",
    "Replacement",
    "Reply",
    "ReplyRules",
    "Segment",
    "Send",
    "SendState",
    "Sender",
    "Status",
    "Suppression",
    "SuppressionReason",
    "Team",
    "Template",
    "TemplateTranslation",
    "TranslationStatus",
    "Verdict",
    "WebhookEvent",
    "WebhookFailure",
    "WhatsAppAccount",
]
