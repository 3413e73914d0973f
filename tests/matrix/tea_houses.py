"""Whole tenants with one of everything, and arguments that are right for every tool there is.

A tool that is added needs a line in `RIGHT`: without one the tests of the matrix say so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from accounts.models import Agent, Organisation, Person
from accounts.roles import Role
from approvals.calls import call
from approvals.models import Preview
from approvals.registry import Call, Kind, Tool, registry
from approvals.versions import token_of
from messaging.contacts.versions import contact_token
from messaging.models import (
    Attempt,
    ConsentEvidence,
    Contact,
    InboundMessage,
    Message,
    Price,
    Segment,
    Send,
    Sender,
    Template,
)
from messaging.whatsapp.review.contract import TemplateContract
from messaging.whatsapp.review.drafts import keep_draft
from sms.models import Automation, Campaign
from tests.factories import (
    NOON,
    ActionRequestFactory,
    AgentFactory,
    AudienceFactory,
    AudienceMemberFactory,
    ContactFactory,
    PersonFactory,
    PreviewFactory,
    SegmentFactory,
    SenderFactory,
    SendFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    countersign,
    freeze,
)
from tests.messaging.spring_tea import set_prices
from tests.sms.links.tea_links import SHOP, link_to
from tests.sms.otp.tea_codes import sign_in_text
from tests.sms.tea_papers import APPLICATION, SNAPSHOT, applied_for, snapshot_of
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, copy_ask, copy_of, failed_text, text_of

Arguments = dict[str, Any]


@dataclass
class TeaHouse:
    """One tenant: a person of each role, an agent of the marketer's, and a row of every kind that a tool names."""

    organisation: Organisation
    people: dict[Role, Person] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = {"organisation": self.organisation}
        for role in Role:
            name = f"{role}@{self.organisation.slug}"
            self.people[role] = PersonFactory(username=name, first_name=role.title(), role=role, **own)
        self.agent: Agent = AgentFactory(owner=self.people[Role.MARKETER])
        self.sender: Sender = SenderFactory(account__organisation=self.organisation)
        self.segment: Segment = SegmentFactory(name="Tea drinkers", rule="tag:tea", **own)
        self.template: Template = TemplateFactory(account=self.sender.account, name="spring_tea")
        self.translation = TemplateTranslationFactory(template=self.template)
        self.contacts = [ContactFactory(name=name, tags=["tea"], **own) for name in ("Ann", "Bo", "Cat")]
        self.send = self._send()
        self.texts = TeaTexts(organisation=self.organisation)
        self.campaign: Campaign = campaign_of(self.texts)
        self.copy: Template = copy_of(self.organisation)
        self.automation: Automation = automation_of(self.campaign)
        self.batch: Send = text_of(self.texts, self.contacts[0]).send
        self.short_link = link_to(organisation=self.organisation)
        self.application = applied_for(self.organisation)
        self.snapshot = snapshot_of(self.campaign, self.texts.first, self.people[Role.MARKETER])
        self.otp_template = sign_in_text(self.texts)
        self.waiting = ActionRequestFactory(preview=PreviewFactory(**own), owner=self.people[Role.MARKETER])
        self._say()
        failed_batch(self)

    def _send(self) -> Send:
        """A broadcast that is under way to Ann and Bo."""
        audience = AudienceFactory(segment=self.segment)
        for contact in self.contacts[:2]:
            AudienceMemberFactory(audience=audience, contact=contact, translation=self.translation)
        freeze(audience)
        request = ActionRequestFactory(
            preview=PreviewFactory(organisation=self.organisation), owner=self.people[Role.MARKETER]
        )
        countersign(request, self.people[Role.COMPLIANCE], NOON - timedelta(minutes=30))
        facts = {"sender": self.sender, "template": self.template, "audience": audience, "request": request}
        send: Send = SendFactory(state="sending", started_at=NOON, **facts)
        for number, contact in enumerate(self.contacts[:2]):
            message = Message.objects.create(
                organisation=self.organisation, send=send, contact=contact, sender=self.sender, address=contact.phone,
                address_kind="phone", category="marketing", queued_at=NOON, translation=self.translation,
                provider_id=f"wamid.{send.pk}.{number}",
            )  # fmt: skip
            Attempt.objects.create(message=message, contact=contact, sender=self.sender, category="marketing",
                                   started_at=NOON, lease_until=NOON + timedelta(minutes=1))  # fmt: skip
        return send

    def _say(self) -> None:
        """Cat has said stop; Ann has agreed in writing, and written back."""
        ann, _bo, cat = self.contacts
        own = {"organisation": self.organisation}
        SuppressionFactory(contact=cat)
        ConsentEvidence.objects.create(contact=ann, channel="whatsapp", category="marketing", act="granted",
                                       source="form", occurred_at=NOON, recorded_at=NOON, **own)  # fmt: skip
        InboundMessage.objects.create(sender=self.sender, contact=ann, provider_id=f"wamid.{ann.pk}", kind="text",
                                      text="Thank you", at=NOON, received_at=NOON, **own)  # fmt: skip

    def actor(self, role: Role = Role.COMPLIANCE, face: Face = Face.REST) -> Actor:
        return Actor.of_person(self.people[role], face)

    def waiting_for(self, actor: Actor) -> str:
        """The id of a request that this actor may see: an agent sees what its owner's agents asked for."""
        if actor.agent is None or actor.owner == self.waiting.owner:
            return self.id_of("action_request")
        owner = actor.owner
        return str(ActionRequestFactory(preview=PreviewFactory(organisation=self.organisation), owner=owner).pk)

    def id_of(self, kind: str) -> str:
        """The id of this house's row of a kind, as tools name it."""
        rows: dict[str, Any] = {
            "account": self.sender.account_id,
            "action_request": self.waiting.pk,
            "application": self.application.pk,
            "automation": self.automation.pk,
            "batch": self.batch.pk,
            "broadcast": self.send.pk,
            "campaign": self.campaign.pk,
            "contact": self.contacts[0].key,
            "gateway": self.texts.first.pk,
            "identity": self.texts.identity.pk,
            "owner": self.people[Role.COMPLIANCE].pk,
            "otp_template": self.otp_template.pk,
            "segment": self.segment.pk,
            "sender": self.sender.pk,
            "short_link": self.short_link.pk,
            "snapshot": self.snapshot.pk,
            "template": self.template.pk,
            "text_template": self.copy.pk,
        }
        return str(rows[kind])


def house(slug: str = "harbour-tea", name: str = "Harbour Tea") -> TeaHouse:
    if not Price.objects.filter(effective_from__lt=NOON.date()).exists():
        set_prices()  # one list for all tenants
    return TeaHouse(Organisation.objects.create(name=name, slug=slug))


TEXT = {"language": "en", "body": {"text": "Hello {{1}}, autumn tea is in. Reply STOP to opt out.",
                                   "examples": {"1": "Mei"}}}  # fmt: skip
CSV = "phone,name,consent_source,consent_at\n+85261239876,Dan,shop form,2026-01-05\n"


def _this_campaign(own: "TeaHouse") -> Arguments:
    return {"campaign_id": own.id_of("campaign"), "base_version_token": token_of(own.campaign)}


def _draft(own: "TeaHouse", name: str) -> Arguments:
    draft = own.texts.draft(name=name, segment_id=own.id_of("segment"))
    return {key: value for key, value in draft.items() if key not in ("idempotency_key", "reason")}


def failed_batch(own: "TeaHouse") -> Send:
    """A campaign that has ended, whose text Ann's phone was off for."""
    found = Send.objects.filter(organisation=own.organisation, name="Rainy tea", state="completed")
    fresh = found.exclude(messages__attempts__replacement__isnull=False).first()
    return fresh or failed_text(own.texts, own.contacts[0], "Rainy tea").send


def _scheduled(own: "TeaHouse") -> Arguments:
    """Another campaign, which is scheduled."""
    campaign = text_of(own.texts, own.contacts[0], f"Summer tea {uuid4()}", state="scheduled").send.campaign
    return {"campaign_id": str(campaign.pk), "base_version_token": token_of(campaign), "why": "It rains."}


# What each tool is asked where nothing is wrong; writes that stand on a preview get theirs in `arguments_of`.
RIGHT: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
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
    "whatsapp.broadcast.preview": lambda own, actor: {
        "name": "Autumn tea",
        "segment_id": own.id_of("segment"),
        "template_id": own.id_of("template"),
        "sender_id": own.id_of("sender"),
        "variables": [{"name": "1", "source": "name"}],
        "due_at": "2026-03-02T14:00:00+08:00",
    },
    "whatsapp.broadcasts.list": lambda own, actor: {},
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
    "whatsapp.contact_import.preview": lambda own, actor: {"name": "march.csv", "content": CSV},
    "whatsapp.contacts.list": lambda own, actor: {"tag": "tea", "rule": "tag:tea and country = HK"},
    "whatsapp.message_delivery.list": lambda own, actor: {"broadcast_id": own.id_of("broadcast")},
    "whatsapp.opt_outs.list": lambda own, actor: {},
    "whatsapp.phone_numbers.list": lambda own, actor: {},
    "whatsapp.policy_rules.get": lambda own, actor: {},
    "whatsapp.segment.upsert": lambda own, actor: {"name": "Oolong drinkers", "rule": "tag:oolong"},
    "whatsapp.segments.list": lambda own, actor: {},
    "whatsapp.template.get": lambda own, actor: {"template_id": own.id_of("template")},
    "whatsapp.template_submit.preview": lambda own, actor: {
        "name": f"autumn_tea_{Template.objects.filter(organisation=own.organisation).count()}",
        "category": "marketing",
        "default_language": "en",
        "translations": [TEXT],
        "account_id": own.id_of("account"),
    },
    "whatsapp.templates.list": lambda own, actor: {},
}


def arguments_of(tool: Tool, own: TeaHouse, actor: Actor) -> Arguments:
    """Arguments with which the tool has nothing to object; a write's preview is made by the actor on the way."""
    wish = {"idempotency_key": uuid4().hex, "reason": "Autumn tea is in."} if tool.kind is Kind.WRITE else {}
    if tool.preview is None:
        return {**RIGHT[tool.name](own, actor), **wish}
    preview_id = call(tool.preview, RIGHT[tool.preview](own, actor), actor, NOON).preview_id
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
