"""Harbour Tea by SMS: a verified sender ID, two gateways at Twilio, prices, a segment, and a way through the door."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.actor import Actor, Face
from accounts.models import Organisation, Person
from approvals.calls import call
from approvals.canonical import seal_of
from approvals.envelope import Envelope
from approvals.previews import freeze
from approvals.registry import Call, registry
from approvals.versions import token_of
from messaging.models import (
    Attempt,
    Channel,
    Contact,
    Message,
    Outcome,
    Segment,
    Send,
    Sender,
    Status,
    Template,
    TemplateTranslation,
)
from sms.callbacks import hash_of_key
from sms.campaigns import life
from sms.campaigns.contract import CostAsk
from sms.campaigns.preview import preview_campaign
from sms.models import Automation, Campaign, GatewayPrice, GatewayRegistration, SenderId, SenderIdState, SmsGateway
from sms.ways import tag_of
from tests.factories import (
    NOON,
    ActionRequestFactory,
    AgentFactory,
    AudienceFactory,
    ContactFactory,
    SegmentFactory,
    SendFactory,
    countersign,
    harbour_tea,
    mei_chan,
    sam_lee,
)

TOKEN = "test-auth-token-0001"


def gateway_at(url: str, name: str, position: int, organisation: Organisation) -> SmsGateway:
    """An account at Twilio, where `url` is what answers for it."""
    key = f"callback-key-of-{name}-at-{organisation.slug}"
    return SmsGateway.objects.create(
        organisation=organisation,
        kind="twilio",
        name=name,
        configuration={"account_sid": "AC" + f"{position:032d}", "base_url": url},
        secrets=json.dumps({"auth_token": TOKEN}),
        callback_key=key,
        callback_key_hash=hash_of_key(key),
        position=position,
        per_second=500,
        currency="HKD",
    )


def verified(organisation: Organisation, value: str = "#HARBOUR", **fields: Any) -> SenderId:
    """A sender ID that the regulator has registered, with its place in the engine."""
    key = uuid4()
    sender = Sender.objects.create(
        organisation=organisation, channel=Channel.SMS, carrier="sms", provider_ref=str(key), number=value,
        display_name=value, quality=Sender.Quality.GREEN, per_second=200,
    )  # fmt: skip
    facts = {"kind": SenderId.Kind.REGISTERED, "countries": ["HK", "MO"], "brand": "Harbour Tea", **fields}
    SenderId.objects.create(pk=key, organisation=organisation, value=value, sender=sender, created_at=NOON, **facts)
    SenderId.objects.filter(pk=key).update(state=SenderIdState.VERIFIED)
    return SenderId.objects.get(pk=key)


def carried_by(identity: SenderId, gateway: SmsGateway, **prices: str) -> None:
    """The gateway carries this sender ID, at these prices a part by country."""
    GatewayRegistration.objects.create(identity=identity, gateway=gateway, status="active", since=NOON)
    for country, amount in prices.items():
        GatewayPrice.objects.create(
            gateway=gateway, country=country, amount=Decimal(amount), effective_from=date(2026, 1, 1)
        )


def campaign_of(tea: "TeaTexts", name: str = "Spring tea by SMS") -> Campaign:
    """A draft in English."""
    key, own = uuid4(), {"organisation": tea.organisation}
    dates = {"created_at": NOON, "updated_at": NOON}
    texts = Template.objects.create(
        channel=Channel.SMS, name=f"campaign {key}", category="marketing", default_language="en", **own, **dates
    )
    definition = {"text": "Harbour Tea: spring tea is in. Stop: 21234567"}
    TemplateTranslation.objects.create(
        template=texts, language="en", definition=definition, digest=seal_of(definition), status="APPROVED", **own
    )
    return Campaign.objects.create(
        pk=key, name=name, segment=tea.segment, texts=texts, identity=tea.identity, **own, **dates
    )


def automation_of(campaign: Campaign, **fields: Any) -> Automation:
    """A paused automation that sends a campaign's words when an order is shipped."""
    facts = {"name": f"Shipped: {campaign.name}", "event": "order_shipped", "daily_cap": 100, "per_contact_hours": 24,
             "cost_a_day": Decimal(50), "created_at": NOON, "updated_at": NOON, **fields}  # fmt: skip
    return Automation.objects.create(
        organisation=campaign.organisation, campaign=campaign, campaign_version=campaign.version, **facts
    )


def text_of(tea: "TeaTexts", contact: Contact, name: str = "Winter tea by SMS", state: str = "sending") -> Message:
    """A text of a campaign to this person that has been handed over."""
    campaign = campaign_of(tea, name)
    audience = AudienceFactory(segment=tea.segment)
    facts = {"sender": tea.identity.sender, "template": campaign.texts, "audience": audience, "started_at": NOON}
    campaign.send = SendFactory(kind="campaign", channel="sms", state=state, name=name, **facts)
    campaign.save(update_fields=["send"])
    return Message.objects.create(
        organisation=tea.organisation, send=campaign.send, contact=contact, sender=tea.identity.sender,
        address=contact.phone, address_kind="phone", category="marketing", market="HK", price=Decimal("0.50"),
        queued_at=NOON, handed_at=NOON, status=Status.ACCEPTED, provider_id=f"{tag_of(tea.first.pk)}:{uuid4().hex}",
    )  # fmt: skip


def failed_text(tea: "TeaTexts", contact: Contact, name: str = "Rainy tea by SMS") -> Message:
    """This person's text of a countersigned campaign that has ended: every phone of the segment was off. It was
    eight days ago, so that it does not count towards the cap any more.
    """
    begun, campaign = NOON - timedelta(days=8), campaign_of(tea, name)
    asker = Call(Actor.system(tea.organisation, "executor"), begun)
    ask = CostAsk(campaign_id=campaign.pk, base_version_token=token_of(campaign), due_at=begun)
    contract = preview_campaign(asker, ask)
    preview = freeze(registry.find("sms_marketing.cost_preview"), contract, asker.actor, begun, [])
    owner = Person.objects.filter(organisation=tea.organisation, role="marketer").first() or sam_lee()
    request = ActionRequestFactory(tool="sms_marketing.campaigns.schedule", preview=preview, owner=owner)
    countersign(request, Person.objects.filter(organisation=tea.organisation, role="compliance").first() or mei_chan(),
                begun)  # fmt: skip
    with transaction.atomic():
        life.schedule_campaign(Call(asker.actor, begun, request), contract)
    send = Send.objects.get(campaign=campaign)
    for member in send.audience.members.filter(verdict=0).select_related("contact"):
        message = Message.objects.create(
            organisation=tea.organisation, send=send, contact=member.contact, sender=send.sender,
            address=member.address, address_kind="phone", category="marketing", market=member.market,
            price=member.price, queued_at=begun, handed_at=begun, failed_at=begun, status=Status.FAILED,
            error_code="30003", provider_id=f"{tag_of(tea.first.pk)}:{uuid4().hex}", translation=member.translation,
        )  # fmt: skip
        Attempt.objects.create(message=message, contact=member.contact, sender=send.sender, category="marketing",
                               price=member.price, started_at=begun, lease_until=begun, ended_at=begun,
                               outcome=Outcome.RETURNED, code="30003")  # fmt: skip
    Send.objects.filter(pk=send.pk).update(state="completed", started_at=begun, ended_at=begun)
    return Message.objects.get(send=send, contact=contact)


@dataclass
class TeaTexts:
    """Two gateways: the first is cheaper and asked first."""

    first_url: str = "http://127.0.0.1:9"
    second_url: str = "http://127.0.0.1:9"
    organisation: Organisation = field(default_factory=harbour_tea)
    segment: Segment = field(init=False)
    identity: SenderId = field(init=False)
    first: SmsGateway = field(init=False)
    second: SmsGateway = field(init=False)

    def __post_init__(self) -> None:
        own = {"organisation": self.organisation, "name": "Tea drinkers"}
        self.segment = Segment.objects.filter(**own).first() or SegmentFactory(rule="tag:tea", **own)
        self.identity = verified(self.organisation)
        self.first = gateway_at(self.first_url, "first", 1, self.organisation)
        self.second = gateway_at(self.second_url, "second", 2, self.organisation)
        carried_by(self.identity, self.first, HK="0.40", MO="0.55")
        carried_by(self.identity, self.second, HK="0.50")

    def draft(self, **changed: Any) -> dict[str, Any]:
        """The arguments of sms_marketing.campaigns.create_draft."""
        return {
            "name": "Spring tea by SMS",
            "segment_id": str(self.segment.pk),
            "texts": {
                "en": "Harbour Tea: dear {{name}}, spring tea is in. Stop: 21234567",
                "zh_hk": "海港茶：{{name}}，春茶到了。取消 21234567",
            },
            "default_language": "en",
            "sender_id": str(self.identity.pk),
            "variables": [{"name": "name", "source": "name", "fallback": "friend"}],
            "idempotency_key": f"draft-{uuid4()}",
            "reason": "Spring",
            **changed,
        }


def drinker(name: str = "Ann", **fields: Any) -> Contact:
    """Somebody in the segment who agreed to marketing."""
    return ContactFactory(**{"name": name, "tags": ["tea"], **fields})


def texter(**fields: Any) -> Actor:
    """Sam's agent over MCP."""
    return Actor.of_agent(AgentFactory(**fields), Face.MCP)


def use(tool: str, actor: Actor, now: datetime = NOON, **arguments: Any) -> Envelope[Any]:
    """Call one of the sms_marketing tools."""
    return call(f"sms_marketing.{tool}", arguments, actor, now)
