"""Arguments that are right for the tools that send texts: the rows of `RIGHT` in `tea_houses`."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from accounts.actor import Actor
from approvals.versions import token_of
from messaging.contacts.versions import contact_token
from tests.matrix.one_of_everything import TeaHouse, failed_batch
from tests.sms.links.tea_links import SHOP
from tests.sms.tea_copies import copy_ask
from tests.sms.tea_papers import APPLICATION, SNAPSHOT
from tests.sms.tea_texts import text_of

Arguments = dict[str, Any]


def _this_campaign(own: "TeaHouse") -> Arguments:
    return {"campaign_id": own.id_of("campaign"), "base_version_token": token_of(own.campaign)}


def _draft(own: "TeaHouse", name: str) -> Arguments:
    draft = own.texts.draft(name=name, segment_id=own.id_of("segment"))
    return {key: value for key, value in draft.items() if key not in ("idempotency_key", "reason")}


def _scheduled(own: "TeaHouse") -> Arguments:
    """Another campaign, which is scheduled."""
    campaign = text_of(own.texts, own.contacts[0], f"Summer tea {uuid4()}", state="scheduled").send.campaign
    return {"campaign_id": str(campaign.pk), "base_version_token": token_of(campaign), "why": "It rains."}


RIGHT_TEXTS: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
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
}
