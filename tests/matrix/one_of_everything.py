"""Whole tenants with one of everything."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from accounts.models import Agent, Organisation, Person
from accounts.roles import Role
from messaging.models import (
    Attempt,
    ConsentEvidence,
    Contact,
    Conversation,
    ConversationEvent,
    Flow,
    InboundMessage,
    KeywordRule,
    MediaAsset,
    MediaUpload,
    Message,
    Order,
    Price,
    Queue,
    Segment,
    Send,
    Sender,
    Template,
    WebhookEvent,
    WebhookFailure,
)
from sms.models import Automation, Campaign
from tests.factories import (
    NOON,
    ActionRequestFactory,
    AgentFactory,
    AudienceFactory,
    AudienceMemberFactory,
    ContactFactory,
    ConversationFactory,
    PersonFactory,
    PreviewFactory,
    QueueFactory,
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
from tests.messaging.whatsapp.automation.tea_rows import flow_of, live, rule_of
from tests.messaging.whatsapp.commerce.tea_counter import order_of
from tests.messaging.whatsapp.media.shelves import on_shelf
from tests.sms.links.tea_links import link_to
from tests.sms.otp.tea_codes import sign_in_text
from tests.sms.tea_copies import copy_of
from tests.sms.tea_papers import applied_for, snapshot_of
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, failed_text, text_of
from tests.webhooks import arrived, messages_body, status


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
        self.queue: Queue = QueueFactory(name="Customers", is_default=True, **own)
        self.conversation: Conversation = ConversationFactory(
            sender=self.sender, contact=self.contacts[0], queue=self.queue, owner=self.people[Role.COMPLIANCE]
        )
        self.asset: MediaAsset = on_shelf(state="waiting", conversation=self.conversation, **own)
        self.send = self._send()
        self.message = self.to_one()
        self.texts = TeaTexts(organisation=self.organisation)
        self.campaign: Campaign = campaign_of(self.texts)
        self.copy: Template = copy_of(self.organisation)
        self.automation: Automation = automation_of(self.campaign)
        self.batch: Send = text_of(self.texts, self.contacts[0]).send
        self.short_link = link_to(organisation=self.organisation)
        self.application = applied_for(self.organisation)
        self.snapshot = snapshot_of(self.campaign, self.texts.first, self.people[Role.MARKETER])
        self.otp_template = sign_in_text(self.texts)
        self.flow: Flow = live(flow_of(self.organisation), self.send.request)
        self.keyword_rule: KeywordRule = rule_of(self.flow)
        self.waiting = ActionRequestFactory(preview=PreviewFactory(**own), owner=self.people[Role.MARKETER])
        self.photo: MediaAsset = on_shelf(**own)
        MediaUpload.objects.create(asset=self.photo, sender=self.sender, media_id="800001", made_at=NOON,
                                   expires_at=NOON + timedelta(days=30), **own)  # fmt: skip
        ConversationEvent.objects.create(
            conversation=self.conversation,
            kind="assigned",
            by="Sam Lee",
            at=NOON,
            facts={"owner_name": "Mei Chan"},
            **own,
        )
        self._say()
        self.order: Order = order_of(self.conversation)
        self.failure = failed_webhook(self.sender)
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

    def to_one(self) -> Send:
        """A template message to Ann alone, which waits."""
        audience = AudienceFactory(segment=self.segment)
        AudienceMemberFactory(audience=audience, contact=self.contacts[0], translation=self.translation)
        freeze(audience)
        preview = PreviewFactory(organisation=self.organisation)
        facts = {"sender": self.sender, "template": self.template, "audience": audience, "preview": preview}
        send: Send = SendFactory(state="draft", request=None, **facts)
        return send

    def _say(self) -> None:
        """Cat has said stop; Ann has agreed in writing, and written back."""
        ann, _bo, cat = self.contacts
        own = {"organisation": self.organisation}
        SuppressionFactory(contact=cat)
        ConsentEvidence.objects.create(contact=ann, channel="whatsapp", category="marketing", act="granted",
                                       source="form", occurred_at=NOON, recorded_at=NOON, **own)  # fmt: skip
        InboundMessage.objects.create(sender=self.sender, contact=ann, provider_id=f"wamid.{ann.pk}", kind="text",
                                      conversation=self.conversation, text="Thank you", at=NOON, received_at=NOON,
                                      **own)  # fmt: skip

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
            "asset": self.asset.pk,
            "photo": self.photo.pk,
            "said": self.conversation.inbound.get().key,
            "automation": self.automation.pk,
            "batch": self.batch.pk,
            "broadcast": self.send.pk,
            "campaign": self.campaign.pk,
            "contact": self.contacts[0].key,
            "conversation": self.conversation.pk,
            "customer": (self.contacts[0].phone or "").lstrip("+"),
            "flow": self.flow.pk,
            "failure": self.failure.key,
            "gateway": self.texts.first.pk,
            "identity": self.texts.identity.pk,
            "keyword_rule": self.keyword_rule.pk,
            "owner": self.people[Role.COMPLIANCE].pk,
            "message": self.message.pk,
            "order": self.order.pk,
            "otp_template": self.otp_template.pk,
            "queue": self.queue.pk,
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


def failed_webhook(sender: Sender) -> WebhookFailure:
    """A report of a message that nobody could apply."""
    body = messages_body(sender, statuses=[status(f"wamid.{uuid4()}", "delivered", NOON)])
    failure = WebhookFailure.objects.create(
        event=arrived(sender, body), item=0, kind="StatusItem", error="LookupError", tries=3, quarantined_at=NOON
    )
    WebhookEvent.objects.filter(pk=failure.event_id).update(
        state=WebhookEvent.State.PARTLY, received_at=NOON, items=1, news=2, tries=3
    )
    failure.refresh_from_db()
    return failure


def failed_batch(own: "TeaHouse") -> Send:
    """A campaign that has ended, whose text Ann's phone was off for."""
    found = Send.objects.filter(organisation=own.organisation, name="Rainy tea", state="completed")
    fresh = found.exclude(messages__attempts__replacement__isnull=False).first()
    return fresh or failed_text(own.texts, own.contacts[0], "Rainy tea").send
