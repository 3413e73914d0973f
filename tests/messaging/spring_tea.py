"""The spring tea broadcast: a segment, a template in two languages, a sender, prices, and short ways to add people."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actor import Actor, Face
from accounts.models import Organisation
from messaging.audiences.resolve import Purpose, resolve
from messaging.audiences.variables import Variable
from messaging.models import (
    Audience,
    AudienceMember,
    Category,
    Contact,
    Price,
    Segment,
    Sender,
    Template,
    TemplateTranslation,
    Verdict,
)
from messaging.pricing.whatsapp_fares import whatsapp_fare
from tests.factories import (
    NOON,
    AgentFactory,
    ContactFactory,
    SegmentFactory,
    SenderFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    harbour_tea,
)

PRICES = {"HK": "0.0732", "NORTH_AMERICA": "0.0250", "OTHER": "0.0604", "REST_OF_ASIA_PACIFIC": "0.0400"}
NAME = Variable(name="1", source="name")


@dataclass
class SpringTea:
    """What the broadcast stands on, all of Harbour Tea."""

    organisation: Organisation = field(default_factory=harbour_tea)
    segment: Segment = field(init=False)
    sender: Sender = field(init=False)
    template: Template = field(init=False)
    english: TemplateTranslation = field(init=False)

    def __post_init__(self) -> None:
        set_prices()
        self.segment = SegmentFactory(organisation=self.organisation, name="Tea drinkers", rule='tag = "tea"')
        self.sender = SenderFactory(account__organisation=self.organisation)
        self.template = TemplateFactory(account=self.sender.account, name="spring_tea")
        self.english = TemplateTranslationFactory(template=self.template, language="en")

    def translate(self, language: str) -> TemplateTranslation:
        """The template in one more language."""
        return TemplateTranslationFactory(template=self.template, language=language)

    def purpose(
        self, *, currency: str = "USD", due_at: datetime = NOON + timedelta(hours=2), **changed: Any
    ) -> Purpose:
        facts: dict[str, Any] = {
            "fare": whatsapp_fare(currency, changed.get("category", "marketing"), due_at.date()),
            "organisation": self.organisation,
            "segment": self.segment,
            "channel": "whatsapp",
            "category": "marketing",
            "translations": list(self.template.translations.order_by("language")),
            "default_language": "en",
            "variables": [NAME],
        }
        return Purpose(**{**facts, **changed})

    def resolved(self, now: datetime = NOON, **changed: Any) -> Audience:
        return resolve(self.purpose(**changed), now)

    def ask(self, **changed: Any) -> dict[str, Any]:
        """The arguments of whatsapp.broadcast.preview."""
        return {
            "name": "Spring tea",
            "segment_id": str(self.segment.pk),
            "template_id": str(self.template.pk),
            "sender_id": str(self.sender.pk),
            "variables": [{"name": "1", "source": "name"}],
            "due_at": "2026-03-02T14:00:00+08:00",
            **changed,
        }


def set_prices(on: date = date(2026, 1, 1), category: str = Category.MARKETING, **amounts: str) -> None:
    for market, amount in (amounts or PRICES).items():
        Price.objects.create(
            market=market, category=category, currency="USD", effective_from=on, amount=Decimal(amount)
        )


def drinker(name: str = "Mei", **fields: Any) -> Contact:
    """Somebody in the segment who agreed to marketing."""
    return ContactFactory(**{"name": name, "tags": ["tea"], **fields})


def verdict_on(audience: Audience, contact: Contact) -> str:
    return Verdict(member(audience, contact).verdict).name.lower()


def member(audience: Audience, contact: Contact) -> AudienceMember:
    return AudienceMember.objects.get(audience=audience, contact=contact)


def judged(tea: SpringTea, contact: Contact, **changed: Any) -> str:
    """What an audience resolved now says of this person."""
    return verdict_on(tea.resolved(**changed), contact)


def frozen(tea: SpringTea, contact: Contact, **changed: Any) -> AudienceMember:
    """How this person stands in an audience resolved now."""
    return member(tea.resolved(**changed), contact)


def tea_assistant(**fields: Any) -> Actor:
    """Sam's agent over MCP."""
    return Actor.of_agent(AgentFactory(**fields), Face.MCP)
