"""Arguments that are right for every tool there is, at a tenant with one of everything.

A tool that is added needs a line in `RIGHT`: without one the tests of the matrix say so.
"""

import base64
from collections.abc import Callable
from uuid import uuid4

from accounts.actor import Actor
from accounts.roles import SERVE
from approvals.calls import call
from approvals.models import Preview
from approvals.registry import Call, Kind, Tool, registry
from approvals.versions import token_of
from messaging.contacts.versions import contact_token
from messaging.models import Template
from messaging.whatsapp.answers import BusinessProfile
from messaging.whatsapp.profiles import ReadProfile, keep
from messaging.whatsapp.review.contract import TemplateContract
from messaging.whatsapp.review.drafts import keep_draft
from tests.factories import NOON, SendFactory
from tests.matrix.flat import RIGHT_FLAT
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.texts import RIGHT_TEXTS, Arguments
from tests.messaging.whatsapp.automation.tea_flows import menu_of_harbour_tea
from tests.messaging.whatsapp.media.files import picture

TEXT = {"language": "en", "body": {"text": "Hello {{1}}, autumn tea is in. Reply STOP to opt out.",
                                   "examples": {"1": "Mei"}}}  # fmt: skip
CSV = "phone,name,consent_source,consent_at\n+85261239876,Dan,shop form,2026-01-05\n"


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


# What each tool is asked where nothing is wrong; writes that stand on a preview get theirs in `arguments_of`.
RIGHT: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
    **RIGHT_FLAT,
    **RIGHT_TEXTS,
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
