"""Harbour Tea under the harness: its people, its number, and a broadcast that went all the way through the door."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.actor import Actor, Face
from accounts.credentials import create_agent
from accounts.models import Agent, Organisation, Person
from accounts.roles import AGENT_SCOPES, Role
from approvals import decisions
from approvals.calls import call
from approvals.canonical import seal_of
from approvals.defaults import default_policies
from approvals.models import ActionRequest
from messaging.carriers import carrier
from messaging.models import (
    Category,
    ConsentState,
    Contact,
    Identity,
    IdentityKind,
    MessagingRules,
    Segment,
    Send,
    Sender,
    SendState,
    Template,
    TemplateTranslation,
    TranslationStatus,
    WhatsAppAccount,
)
from messaging.pricing.loading import load_shipped_card
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.meta import to_meta
from sms.models import SenderId, ShortLink
from tests.faults.stack import APP_SECRET, NUMBER, NUMBER_ID, TOKEN, VERIFY_TOKEN, WABA, Stack
from tests.faults.texting import Texting, open_texting

PEOPLE, PER_SECOND = 40, 25
BUDGET = {"people_per_day": 10**6, "messages_per_day": 10**6, "money_per_day": Decimal(10**6)}
RULES: dict[str, Any] = {
    "quiet_from": time(0), "quiet_until": time(0), "marketing_cap": 2, "pair_gap_seconds": 0,
    "failures_to_pause": 1000, "opt_outs_to_pause": 1000,
}  # fmt: skip


@dataclass(slots=True)
class Business:
    """Who and what every cell needs; each cell brings people of its own."""

    organisation: Organisation
    mei: Actor
    zoe: Actor
    ada: Actor
    agent: Actor
    key: str
    sender: Sender
    translation: TemplateTranslation
    texting: Texting
    people_made: int = 0

    def crowd(self, size: int = PEOPLE) -> tuple[Segment, list[Contact]]:
        """People nobody has written to yet, who agreed to marketing, and the segment of exactly them."""
        first, tag = self.people_made, f"cell-{uuid4().hex[:12]}"
        self.people_made += size
        contacts = Contact.objects.bulk_create(
            Contact(
                organisation=self.organisation, phone=f"+8526{first + n:07d}", name=f"Customer {first + n}",
                country="HK", language="en", tags=[tag],
            )
            for n in range(size)
        )  # fmt: skip
        Identity.objects.bulk_create(
            Identity(organisation=self.organisation, contact=one, kind=IdentityKind.PHONE, value=one.phone)
            for one in contacts
        )
        ConsentState.objects.bulk_create(
            ConsentState(
                organisation=self.organisation, contact=one, category=Category.MARKETING, state="granted",
                channel="any", since=timezone.now() - timedelta(days=90), source="shop form",
            )
            for one in contacts
        )  # fmt: skip
        now = timezone.now()
        segment = Segment.objects.create(
            organisation=self.organisation, name=tag, rule=f'tag = "{tag}"', created_at=now, updated_at=now
        )
        return segment, contacts

    def previewed(self, segment: Segment, due_at: datetime, **ask: Any) -> UUID:
        """The frozen contract of a broadcast to a segment."""
        shown = call(
            "whatsapp.broadcast.preview",
            {
                "name": f"Spring tea {segment.name}",
                "segment_id": str(segment.pk),
                "template_id": str(self.translation.template_id),
                "sender_id": str(self.sender.pk),
                "variables": [{"name": "1", "source": "name"}],
                "due_at": due_at.isoformat(),
                **ask,
            },
            self.agent,
            timezone.now(),
        )
        assert shown.preview_id
        return shown.preview_id

    def write(self, tool: str, preview_id: UUID, key: str = "") -> ActionRequest:
        """What the agent asks for, standing on a preview."""
        answer = call(tool, self.arguments(preview_id, key), self.agent, timezone.now())
        assert answer.request
        return ActionRequest.objects.get(pk=answer.request.action_request_id)

    @staticmethod
    def arguments(preview_id: UUID, key: str = "") -> dict[str, str]:
        return {"preview_id": str(preview_id), "idempotency_key": key or str(uuid4()), "reason": "Spring tea is in."}

    def asked(self, segment: Segment, due_in: float = 0.0) -> ActionRequest:
        """A drafted broadcast whose schedule waits for Mei."""
        preview = self.previewed(segment, timezone.now() + timedelta(seconds=due_in))
        drafted = self.write("whatsapp.broadcast.create", preview)
        assert drafted.state == "succeeded", drafted.reasons
        return self.write("whatsapp.broadcast.schedule", preview)

    def texted(self, segment: Segment, identity: SenderId, link: ShortLink | None = None) -> ActionRequest:
        """An SMS campaign whose schedule waits for Mei."""
        preview = self.texting.priced(segment, identity, self.agent, link)
        return self.write("sms_marketing.campaigns.schedule", preview)

    def countersign(self, request: ActionRequest, officer: Actor | None = None) -> ActionRequest:
        return decisions.approve(request.pk, officer or self.mei, timezone.now(), seal=request.seal)

    def recover(self) -> None:
        """Nothing of an earlier cell stands in the way of the next."""
        MessagingRules.objects.update(marketing_cap=RULES["marketing_cap"])
        Sender.objects.update(paused_at=None, pause_reason="", quality="GREEN")
        WhatsAppAccount.objects.update(restricted_at=None, restriction="")
        Organisation.objects.update(sending_stopped_at=None)
        TemplateTranslation.objects.update(
            status=TranslationStatus.APPROVED, reviewed_category="marketing", reviewed_at=None
        )
        self.organisation.refresh_from_db()


def open_business(stack: Stack) -> Business:
    """Make it all on an empty, migrated database; the Graph simulator reviews the template."""
    where = Organisation.objects.create(name="Harbour Tea", slug="harbour-tea")
    MessagingRules.objects.create(organisation=where, **RULES)
    default_policies(where)
    load_shipped_card()
    mei, zoe, ada, sam = (
        Person.objects.create_user(name, password=None, organisation=where, role=role)
        for name, role in (
            ("mei.chan", Role.COMPLIANCE), ("zoe.yip", Role.COMPLIANCE), ("ada.wong", Role.ADMIN),
            ("sam.lee", Role.MARKETER),
        )
    )  # fmt: skip
    agent, key = create_agent(where, sam, "Tea assistant", scopes=sorted(AGENT_SCOPES), **BUDGET)
    account = WhatsAppAccount.objects.create(
        organisation=where, name="Harbour Tea", waba_id=WABA, access_token=TOKEN, app_secret=APP_SECRET,
        verify_token=VERIFY_TOKEN,
    )  # fmt: skip
    sender = Sender.objects.create(
        organisation=where, account=account, provider_ref=NUMBER_ID, number=NUMBER, display_name="Harbour Tea",
        quality="GREEN", tier="TIER_100K", per_second=PER_SECOND,
    )  # fmt: skip
    officers = [Actor.of_person(person, Face.DESK) for person in (mei, zoe, ada)]
    assistant = Actor.of_agent(Agent.objects.select_related("owner", "organisation").get(pk=agent.pk), Face.MCP)
    return Business(where, *officers, assistant, key, sender, _template(account), open_texting(where, stack))


def _template(account: WhatsAppAccount) -> TemplateTranslation:
    now = timezone.now()
    definition = {
        "name": "spring_tea", "language": "en", "category": "MARKETING", "style": "POSITIONAL",
        "body": {"text": "Hello {{1}}, spring tea is in. Reply STOP to opt out.", "examples": {"1": "Mei"}},
    }  # fmt: skip
    made = (
        carrier("whatsapp")
        .api(account)
        .create_template(  # type: ignore[attr-defined]
            WABA, to_meta(Definition.model_validate(definition))
        )
    )
    template = Template.objects.create(
        organisation=account.organisation, account=account, name="spring_tea", category=Category.MARKETING,
        default_language="en", created_at=now, updated_at=now,
    )  # fmt: skip
    return TemplateTranslation.objects.create(
        organisation=account.organisation, template=template, language="en", definition=definition,
        digest=seal_of(definition), status=TranslationStatus.APPROVED, meta_id=made.id,
        reviewed_category=Category.MARKETING,
    )  # fmt: skip


def send_of(request: ActionRequest) -> Send:
    return Send.objects.select_related("organisation", "audience", "sender").get(preview_id=request.preview_id)


ENDED = frozenset({SendState.COMPLETED, SendState.STOPPED, SendState.EXPIRED})
