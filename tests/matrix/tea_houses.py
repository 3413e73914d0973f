"""Arguments that are right for every tool there is, at a tenant with one of everything.

A tool that is added needs a line in `RIGHT`: without one the tests of the matrix say so.
"""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.actor import Actor
from accounts.roles import SERVE
from approvals.calls import call
from approvals.models import Preview
from approvals.registry import Call, Kind, Tool, registry
from approvals.versions import token_of
from messaging.contacts.versions import contact_token
from messaging.models import Template, WhatsAppAccount
from messaging.whatsapp.account_quality import AccountQuality
from messaging.whatsapp.account_quality import keep as keep_quality
from messaging.whatsapp.answers import BusinessProfile
from messaging.whatsapp.profiles import ReadProfile, keep
from messaging.whatsapp.review.contract import TemplateContract
from messaging.whatsapp.review.drafts import keep_draft
from tests.factories import NOON, ConversationFactory, SendFactory, TemplateTranslationFactory
from tests.matrix.one_of_everything import TeaHouse, failed_batch
from tests.messaging.whatsapp.automation.tea_flows import menu_of_harbour_tea
from tests.messaging.whatsapp.media.files import picture
from tests.sms.links.tea_links import SHOP
from tests.sms.tea_copies import copy_ask
from tests.sms.tea_papers import APPLICATION, SNAPSHOT
from tests.sms.tea_texts import text_of

Arguments = dict[str, Any]


TEXT = {"language": "en", "body": {"text": "Hello {{1}}, autumn tea is in. Reply STOP to opt out.",
                                   "examples": {"1": "Mei"}}}  # fmt: skip
CSV = "phone,name,consent_source,consent_at\n+85261239876,Dan,shop form,2026-01-05\n"


def _this_campaign(own: "TeaHouse") -> Arguments:
    return {"campaign_id": own.id_of("campaign"), "base_version_token": token_of(own.campaign)}


def _draft(own: "TeaHouse", name: str) -> Arguments:
    draft = own.texts.draft(name=name, segment_id=own.id_of("segment"))
    return {key: value for key, value in draft.items() if key not in ("idempotency_key", "reason")}


def _scheduled(own: "TeaHouse") -> Arguments:
    """Another campaign, which is scheduled."""
    campaign = text_of(own.texts, own.contacts[0], f"Summer tea {uuid4()}", state="scheduled").send.campaign
    return {"campaign_id": str(campaign.pk), "base_version_token": token_of(campaign), "why": "It rains."}


def _profile(own: "TeaHouse") -> Arguments:
    """The profile was read a moment ago: no test asks Meta."""
    keep(own.sender, ReadProfile(profile=BusinessProfile(), verified_name="", name_status="", official=False,
                                 read_at=NOON))  # fmt: skip
    return {"sender_id": own.id_of("sender")}


def _file(own: "TeaHouse", actor: Actor) -> Arguments:
    """The conversation's file on the shelf; whoever serves nobody hands one in for all uses."""
    if actor.can(SERVE):
        return {"asset_id": own.id_of("asset"), "conversation_id": own.id_of("conversation")}
    content = base64.b64encode(picture()).decode()
    return {"content": content, "file_name": "menu.jpg", "content_type": "image/jpeg"}


def _quality(own: "TeaHouse") -> Arguments:
    """Meta told a moment ago how the account stands: no test asks it."""
    account = own.sender.account
    assert account is not None
    found = AccountQuality(waba_id=account.waba_id, name=account.name, rating="GREEN", tier="TIER_2K", read_at=NOON)
    keep_quality(account, found)
    return {}


def _never_submitted(own: "TeaHouse") -> Arguments:
    """A draft, about which there is nothing to ask Meta."""
    language = {"language": "fr"}
    if not own.template.translations.filter(**language).exists():
        TemplateTranslationFactory(template=own.template, status="DRAFT", meta_id="", **language)
    return {"template_name": own.template.name, "locale": "fr"}


def _unconnected(own: "TeaHouse") -> Arguments:
    """Nobody asks Meta for an account that has no token; what arrived from it is caught up with."""
    WhatsAppAccount.objects.filter(organisation=own.organisation).update(access_token="")
    return {}


def _quiet_chat(own: "TeaHouse") -> Arguments:
    """Somebody who wrote two days ago and was answered."""
    wrote = {"opened_at": NOON - timedelta(days=2), "waiting_since": None}
    return {"conversation_id": str(ConversationFactory(sender=own.sender, queue=own.queue, **wrote).pk)}


# What each tool is asked where nothing is wrong; writes that stand on a preview get theirs in `arguments_of`.
RIGHT: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
    "archive_chat": lambda own, actor: _quiet_chat(own),
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
    "reply_customer": lambda own, actor: {
        "customer_id": own.id_of("customer"),
        "message_text": "Your tea left this morning.",
    },
    "send_message": lambda own, actor: {"to": own.id_of("customer"), "text": "Your tea left this morning."},
    "sms_marketing.action_request.status": lambda own, actor: {"action_request_id": own.waiting_for(actor)},
    "sms_marketing.audiences.list": lambda own, actor: {},
    "sms_marketing.automations.list": lambda own, actor: {},
    "sms_marketing.automations.update_state": lambda own, actor: {
        "automation_id": own.id_of("automation"),
        "base_version_token": token_of(own.automation),
        "state": "enabled",
        "name": own.automation.name,
        "event": "order_shipped",
        "campaign_id": own.id_of("campaign"),
        "daily_cap": 100,
        "per_contact_hours": 24,
        "cost_a_day": "50",
    },
    "sms_marketing.campaigns.cancel_schedule": lambda own, actor: _scheduled(own),
    "sms_marketing.campaigns.create_draft": lambda own, actor: _draft(own, "Autumn tea by SMS"),
    "sms_marketing.campaigns.get": lambda own, actor: {"campaign_id": own.id_of("campaign")},
    "sms_marketing.campaigns.list": lambda own, actor: {},
    "sms_marketing.campaigns.update": lambda own, actor: {**_this_campaign(own), **_draft(own, own.campaign.name)},
    "sms_marketing.campaign_reports.get": lambda own, actor: {"campaign_id": str(own.batch.campaign.pk)},
    "sms_marketing.failed_messages.retry_preview": lambda own, actor: {"batch_id": str(failed_batch(own).pk)},
    "sms_marketing.link_clicks.list": lambda own, actor: {"short_link_id": own.id_of("short_link")},
    "sms_marketing.otp.send": lambda own, actor: {
        "otp_template_id": own.id_of("otp_template"),
        "phone": "+85261239999",
        "client_address": "203.0.113.7",
    },
    "sms_marketing.otp_templates.list": lambda own, actor: {},
    "sms_marketing.segments.preview": lambda own, actor: {
        "name": "Paid and gone quiet",
        "rule": "tag:tea and not tag:staff",
        "sender_id": own.id_of("identity"),
    },
    "sms_marketing.short_links.preview": lambda own, actor: {
        "name": "Autumn tea",
        "destination": SHOP,
        "expires_at": "2026-04-02T12:00:00+08:00",
    },
    "sms_marketing.send_batches.list": lambda own, actor: {"campaign_id": str(own.batch.campaign.pk)},
    "sms_marketing.conversion_attribution.get": lambda own, actor: {"campaign_id": str(own.batch.campaign.pk)},
    "sms_marketing.delivery_status.get": lambda own, actor: {
        "batch_id": own.id_of("batch"),
        "contact_id": own.id_of("contact"),
    },
    "sms_marketing.contacts.get": lambda own, actor: {"contact_id": own.id_of("contact")},
    "sms_marketing.contacts.opt_out": lambda own, actor: {
        "contact_id": own.id_of("contact"),
        "why": "stop",
        "source": "text message",
        "said": "STOP",
        "occurred_at": "2026-03-02T11:00:00+08:00",
    },
    "sms_marketing.contacts.search": lambda own, actor: {"segment_id": own.id_of("segment")},
    "sms_marketing.contacts.upsert": lambda own, actor: {
        "contact_id": own.id_of("contact"),
        "base_version_token": contact_token(own.contacts[0]),
        "tags": ["tea", "oolong"],
        "source": "till",
        "as_of": "2026-03-02T11:00:00+08:00",
    },
    "sms_marketing.opt_outs.list": lambda own, actor: {},
    "sms_marketing.approval_policies.list": lambda own, actor: {},
    "sms_marketing.config.get": lambda own, actor: {},
    "sms_marketing.frequency_caps.get": lambda own, actor: {},
    "sms_marketing.gateways.list": lambda own, actor: {"country": "HK"},
    "sms_marketing.owners.list": lambda own, actor: {},
    "sms_marketing.performance_snapshot.record": lambda own, actor: {
        **SNAPSHOT,
        "campaign_id": own.id_of("campaign"),
        "gateway_id": own.id_of("gateway"),
        "replaces_id": own.id_of("snapshot"),
    },
    "sms_marketing.quotas.get": lambda own, actor: {"month": "2026-03"},
    "sms_marketing.review_notification.send": lambda own, actor: {
        "topic": "review",
        "owner_ids": [own.id_of("owner")],
        "campaign_id": own.id_of("campaign"),
        "summary": "The spring campaign waits for a look.",
    },
    "sms_marketing.sender_id.apply": lambda own, actor: {
        **APPLICATION,
        "sender_id": own.id_of("application"),
        "base_version_token": token_of(own.application),
        "gateway_ids": [own.id_of("gateway")],
    },
    "sms_marketing.sender_ids.list": lambda own, actor: {},
    "sms_marketing.copy.fit_preview": lambda own, actor: {
        "template_id": str(own.copy.pk),
        "segment_id": own.id_of("segment"),
        "sender_id": str(own.texts.identity.pk),
        "short_link_ids": {"name": own.id_of("short_link")},
    },
    "sms_marketing.templates.list": lambda own, actor: {},
    "sms_marketing.templates.save": lambda own, actor: copy_ask(own.copy),
    "sms_marketing.cost_preview": lambda own, actor: {**_this_campaign(own), "due_at": "2026-03-02T12:00:00+08:00"},
    "whatsapp.action_request.status": lambda own, actor: {"action_request_id": own.waiting_for(actor)},
    "whatsapp.audit_logs.list": lambda own, actor: {},
    "whatsapp.automation_change.preview": lambda own, actor: {
        "kind": "keyword_rule",
        "automation_id": own.id_of("keyword_rule"),
        "base_version_token": token_of(own.keyword_rule),
        "name": own.keyword_rule.name,
        "enabled": True,
        "keyword_rule": {"phrases": ["refund", "退款"]},
        "flow_id": own.id_of("flow"),
        "queue_id": own.id_of("queue"),
    },
    "whatsapp.broadcast.preview": lambda own, actor: {
        "name": "Autumn tea",
        "segment_id": own.id_of("segment"),
        "template_id": own.id_of("template"),
        "sender_id": own.id_of("sender"),
        "variables": [{"name": "1", "source": "name"}],
        "due_at": "2026-03-02T14:00:00+08:00",
    },
    "whatsapp.broadcasts.list": lambda own, actor: {},
    "whatsapp.business_profile.get": lambda own, actor: _profile(own),
    "whatsapp.campaign_report.get": lambda own, actor: {"broadcast_id": own.id_of("broadcast")},
    "whatsapp.config.get": lambda own, actor: {},
    "whatsapp.consent.update": lambda own, actor: {
        "contact_ids": [own.id_of("contact")],
        "change": "opt_out",
        "source": "phone call",
        "occurred_at": "2026-03-02T11:00:00+08:00",
    },
    "whatsapp.consent_records.list": lambda own, actor: {"contact_id": own.id_of("contact")},
    "whatsapp.contact.get": lambda own, actor: {"contact_id": own.id_of("contact")},
    "whatsapp.contact.upsert": lambda own, actor: {
        "contact_id": own.id_of("contact"),
        "base_version_token": contact_token(own.contacts[0]),
        "tags": ["tea", "oolong"],
    },
    "whatsapp.contact_import.preview": lambda own, actor: {"name": "march.csv", "content": CSV},
    "whatsapp.conversation.close": lambda own, actor: {
        "conversation_id": own.id_of("conversation"),
        "base_version_token": token_of(own.conversation),
        "outcome": "She has her tea",
        "leaves_unanswered": True,
    },
    "whatsapp.conversation.get": lambda own, actor: {"conversation_id": own.id_of("conversation")},
    "whatsapp.session_message.preview": lambda own, actor: {
        "conversation_id": own.id_of("conversation"),
        "message": {"kind": "text", "text": "Your tea left this morning."},
    },
    "whatsapp.conversation_summary.get": lambda own, actor: {},
    "whatsapp.conversations.list": lambda own, actor: {},
    "whatsapp.handover.preview": lambda own, actor: {
        "conversation_ids": [own.id_of("conversation")],
        "queue_id": own.id_of("queue"),
        "owner_id": own.id_of("owner"),
    },
    "whatsapp.inbox_assignments.list": lambda own, actor: {},
    "whatsapp.tag.apply": lambda own, actor: {
        "contact_ids": [own.id_of("contact")],
        "base_version_token": contact_token(own.contacts[0]),
        "add": ["oolong"],
    },
    "whatsapp.contacts.list": lambda own, actor: {"tag": "tea", "rule": "tag:tea and country = HK"},
    "whatsapp.flows.list": lambda own, actor: {},
    "whatsapp.keyword_rules.list": lambda own, actor: {},
    "whatsapp.media_asset.upload": lambda own, actor: _file(own, actor),
    "whatsapp.media_assets.list": lambda own, actor: {},
    "whatsapp.message_delivery.list": lambda own, actor: {"broadcast_id": own.id_of("broadcast")},
    "whatsapp.opt_outs.list": lambda own, actor: {},
    "whatsapp.order_payment_message.preview": lambda own, actor: {
        "conversation_id": own.id_of("conversation"),
        "step": "send_link",
        "order_id": own.id_of("order"),
    },
    "whatsapp.phone_numbers.list": lambda own, actor: {},
    "whatsapp.policy_rules.get": lambda own, actor: {},
    "whatsapp.segment.upsert": lambda own, actor: {"name": "Oolong drinkers", "rule": "tag:oolong"},
    "whatsapp.segments.list": lambda own, actor: {},
    "whatsapp.template.get": lambda own, actor: {"template_id": own.id_of("template")},
    "whatsapp.template_quality.get": lambda own, actor: {"template_id": own.id_of("template")},
    "whatsapp.template_submit.preview": lambda own, actor: {
        "name": f"autumn_tea_{Template.objects.filter(organisation=own.organisation).count()}",
        "category": "marketing",
        "default_language": "en",
        "translations": [TEXT],
        "account_id": own.id_of("account"),
    },
    "whatsapp.templates.list": lambda own, actor: {},
    "sync_template_status": lambda own, actor: _never_submitted(own),
    "sync_webhooks": lambda own, actor: _unconnected(own),
    "whatsapp.webhook.retry": lambda own, actor: {"failure_ids": [own.id_of("failure")]},
    "whatsapp.webhook_logs.list": lambda own, actor: {"payloads": True},
}


# What is previewed for a write that carries out but one kind of what its preview tool freezes.
_PREVIEWED: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
    "whatsapp.auto_reply.enable": lambda own, actor: {
        "kind": "auto_reply", "name": "Away", "enabled": True, "auto_reply": {}, "reply_text": "Tomorrow.",
    },
    "whatsapp.flow.upsert": lambda own, actor: {
        "kind": "flow", "name": "Tea menu", "enabled": True, "flow": {"definition": menu_of_harbour_tea()},
    },
    "whatsapp.order.create_from_chat": lambda own, actor: {
        "conversation_id": own.id_of("conversation"),
        "step": "create_order",
        "lines": [{"sku": "OOLONG-100", "quantity": 2}],
    },
}  # fmt: skip


def arguments_of(tool: Tool, own: TeaHouse, actor: Actor) -> Arguments:
    """Arguments with which the tool has nothing to object; a write's preview is made by the actor on the way."""
    wish = {"idempotency_key": uuid4().hex, "reason": "Autumn tea is in."} if tool.kind is Kind.WRITE else {}
    if tool.preview is None:
        return {**RIGHT[tool.name](own, actor), **wish}
    previewed = _PREVIEWED.get(tool.name, RIGHT[tool.preview])(own, actor)
    preview_id = call(tool.preview, previewed, actor, NOON).preview_id
    assert preview_id is not None
    prepare = _PREPARED.get(tool.name)
    if prepare is not None:
        prepare(Preview.objects.get(pk=preview_id), own, actor)
    return {tool.handle: str(preview_id), **wish}


def _draft_broadcast(preview: Preview, own: TeaHouse, actor: Actor) -> None:
    facts = {"sender": own.sender, "template": own.template, "audience_id": preview.contract["audience_id"]}
    SendFactory(state="draft", request=None, preview=preview, audience=None, **facts)


def _draft_template(preview: Preview, own: TeaHouse, actor: Actor) -> None:
    keep_draft(Call(actor, NOON), TemplateContract.model_validate(preview.contract))


# What has to lie there before a write can be asked for.
_PREPARED: dict[str, Callable[[Preview, TeaHouse, Actor], None]] = {
    "whatsapp.broadcast.schedule": _draft_broadcast,
    "whatsapp.template.submit": _draft_template,
}


def tools() -> list[Tool]:
    """Every declared tool of the product, in the order of names."""
    return [tool for tool in registry if tool.family != "demo"]
