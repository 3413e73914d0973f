"""A new row of each kind that a tool may be asked for, and its id: what is deleted again to ask for what is gone."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from accounts.roles import Role
from tests.factories import (
    ActionRequestFactory,
    ContactFactory,
    ConversationFactory,
    InboundMessageFactory,
    PersonFactory,
    PreviewFactory,
    QueueFactory,
    SegmentFactory,
    SenderFactory,
    SendFactory,
    TemplateFactory,
    WhatsAppAccountFactory,
)
from tests.matrix.one_of_everything import TeaHouse, failed_webhook
from tests.messaging.whatsapp.automation.tea_rows import flow_of, rule_of
from tests.messaging.whatsapp.commerce.tea_counter import plain_order
from tests.messaging.whatsapp.media.shelves import on_shelf
from tests.sms.links.tea_links import link_to
from tests.sms.otp.tea_codes import sign_in_text
from tests.sms.tea_copies import copy_of
from tests.sms.tea_papers import applied_for, snapshot_of
from tests.sms.tea_texts import automation_of, campaign_of, gateway_at, verified


def _with_pk(row: Any) -> tuple[Any, Any]:
    return row, row.pk


NEW: dict[str, Callable[[TeaHouse], tuple[Any, Any]]] = {
    "account": lambda own: _with_pk(WhatsAppAccountFactory(organisation=own.organisation)),
    "action_request": lambda own: _with_pk(
        ActionRequestFactory(preview=PreviewFactory(organisation=own.organisation), owner=own.waiting.owner)
    ),
    "photo": lambda own: _with_pk(on_shelf(organisation=own.organisation)),
    "said": lambda own: (
        found := InboundMessageFactory(conversation=own.conversation, provider_id=f"wamid.{uuid4()}"),
        found.key,
    ),
    "asset": lambda own: _with_pk(on_shelf(organisation=own.organisation, state="waiting")),
    "automation": lambda own: _with_pk(automation_of(campaign_of(own.texts, f"Winter tea {uuid4()}"))),
    "batch": lambda own: _with_pk(
        SendFactory(
            kind="campaign",
            channel="sms",
            sender=own.texts.identity.sender,
            template=own.campaign.texts,
            request=None,
            preview=own.waiting.preview,
            state="draft",
        )
    ),
    "broadcast": lambda own: _with_pk(
        SendFactory(sender=own.sender, template=own.template, request=None, preview=own.waiting.preview, state="draft")
    ),
    "campaign": lambda own: _with_pk(campaign_of(own.texts, f"Summer tea {uuid4()}")),
    "contact": lambda own: (found := ContactFactory(organisation=own.organisation, agreed=False), found.key),
    "conversation": lambda own: _with_pk(ConversationFactory(sender=own.sender, queue=own.queue)),
    "customer": lambda own: (
        found := ContactFactory(organisation=own.organisation, agreed=False),
        found.phone.lstrip("+"),
    ),
    "message": lambda own: _with_pk(own.to_one()),
    "order": lambda own: _with_pk(plain_order(own.conversation)),
    "queue": lambda own: _with_pk(QueueFactory(organisation=own.organisation)),
    "application": lambda own: _with_pk(applied_for(own.organisation, "#SUMMER")),
    "flow": lambda own: _with_pk(flow_of(own.organisation, f"Summer menu {uuid4()}")),
    "failure": lambda own: (found := failed_webhook(own.sender), found.key),
    "gateway": lambda own: _with_pk(gateway_at("http://127.0.0.1:9", "third", 3, own.organisation)),
    "identity": lambda own: _with_pk(verified(own.organisation, "#SUMMER")),
    "keyword_rule": lambda own: _with_pk(rule_of(own.flow, f"summer {uuid4()}")),
    "owner": lambda own: _with_pk(PersonFactory(organisation=own.organisation)),
    "otp_template": lambda own: _with_pk(sign_in_text(own.texts, name=f"Sign in {uuid4()}")),
    "preview": lambda own: _with_pk(PreviewFactory(organisation=own.organisation)),
    "segment": lambda own: _with_pk(SegmentFactory(organisation=own.organisation)),
    "sender": lambda own: _with_pk(SenderFactory(account=own.sender.account)),
    "short_link": lambda own: _with_pk(link_to(organisation=own.organisation)),
    "snapshot": lambda own: _with_pk(
        snapshot_of(own.campaign, own.texts.first, own.people[Role.MARKETER], date(2026, 1, 1))
    ),
    "text_template": lambda own: _with_pk(copy_of(own.organisation, f"Summer tea {uuid4()}")),
    "template": lambda own: _with_pk(TemplateFactory(account=own.sender.account)),
}
