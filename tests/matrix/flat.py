"""Arguments that are right for the flat Meta Business tools: the rows of `RIGHT` in `tea_houses`."""

import json
from collections.abc import Callable
from datetime import timedelta

from accounts.actor import Actor
from messaging.models import Template, WhatsAppAccount
from messaging.whatsapp.account_quality import AccountQuality, keep
from tests.factories import NOON, ConversationFactory, TemplateTranslationFactory
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.texts import Arguments


def _quality(own: TeaHouse) -> Arguments:
    """Meta told a moment ago how the account stands: no test asks it."""
    account = own.sender.account
    assert account is not None
    found = AccountQuality(waba_id=account.waba_id, name=account.name, rating="GREEN", tier="TIER_2K", read_at=NOON)
    keep(account, found)
    return {}


def _never_submitted(own: TeaHouse) -> Arguments:
    """A draft, about which there is nothing to ask Meta."""
    language = {"language": "fr"}
    if not own.template.translations.filter(**language).exists():
        TemplateTranslationFactory(template=own.template, status="DRAFT", meta_id="", **language)
    return {"template_name": own.template.name, "locale": "fr"}


def _unconnected(own: TeaHouse) -> Arguments:
    """Nobody asks Meta for an account that has no token; what arrived from it is caught up with."""
    WhatsAppAccount.objects.filter(organisation=own.organisation).update(access_token="")
    return {}


def _quiet_chat(own: TeaHouse) -> Arguments:
    """Somebody who wrote two days ago and was answered."""
    wrote = {"opened_at": NOON - timedelta(days=2), "waiting_since": None}
    return {"conversation_id": str(ConversationFactory(sender=own.sender, queue=own.queue, **wrote).pk)}


RIGHT_FLAT: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
    "archive_chat": lambda own, actor: _quiet_chat(own),
    "cancel_campaign": lambda own, actor: {"campaign_id": own.id_of("broadcast")},
    "check_compliance": lambda own, actor: {"customer_id": own.id_of("customer"), "message_type": "marketing"},
    "check_conversation": lambda own, actor: {"customer_id": own.id_of("customer")},
    "check_frequency_cap": lambda own, actor: {"customer_id": own.id_of("customer")},
    "create_template": lambda own, actor: {
        "name": f"winter_tea_{Template.objects.filter(organisation=own.organisation).count()}",
        "category": "UTILITY",
        "language": "en",
        "body_text": "Hello {{1}}, your tea has left.",
    },
    "estimate_cost": lambda own, actor: {"message_type": "marketing", "recipient_country": "HK", "quantity": 100},
    "estimate_pricing": lambda own, actor: {"conversation_type": "marketing", "recipient_country": "HK"},
    "explain_error": lambda own, actor: {"code": "131047"},
    "get_account_quality": lambda own, actor: _quality(own),
    "get_customer_context": lambda own, actor: {"customer_id": own.id_of("customer")},
    "get_delivery_status": lambda own, actor: {"message_id": own.id_of("message")},
    "get_rate_limit": lambda own, actor: {},
    "list_conversations": lambda own, actor: {},
    "list_templates": lambda own, actor: {},
    "pause_campaign": lambda own, actor: {"campaign_id": own.id_of("broadcast")},
    "reply_customer": lambda own, actor: {
        "customer_id": own.id_of("customer"),
        "message_text": "Your tea left this morning.",
    },
    "retry_failed_messages": lambda own, actor: {"message_ids": json.dumps([own.id_of("broadcast")])},
    "schedule_campaign": lambda own, actor: {
        "name": "Autumn Sale",
        "type": "marketing",
        "template_name": own.template.name,
        "deliver_at": "2026-03-02T14:00:00+08:00",
        "variables": '{"1": {"source": "name"}}',
        "audience_filter": json.dumps({"segment": own.segment.name}),
    },
    "schedule_message": lambda own, actor: {
        "customer_id": own.id_of("customer"),
        "message_type": "template",
        "content": json.dumps({"template_name": own.template.name, "variables": ["Ann"]}),
        "deliver_at": "2026-03-02T14:00:00+08:00",
    },
    "send_message": lambda own, actor: {"to": own.id_of("customer"), "text": "Your tea left this morning."},
    "send_template": lambda own, actor: {
        "to": own.id_of("customer"),
        "template_name": own.template.name,
        "variables": '["Ann"]',
    },
    "sync_template_status": lambda own, actor: _never_submitted(own),
    "sync_webhooks": lambda own, actor: _unconnected(own),
}
