"""The people, numbers and contracts that the tests speak of. Everything happens at Harbour Tea unless told otherwise.

Mei Chan is its compliance officer, Sam Lee its marketer; Sam owns the agent. It is noon in Hong Kong.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import Agent, Organisation, Person
from accounts.roles import AGENT_SCOPES, Role
from approvals.canonical import seal_of
from approvals.models import ActionRequest, Decision, Preview, State
from messaging.models import (
    Audience,
    AudienceMember,
    Category,
    Channel,
    ConsentAct,
    ConsentState,
    Contact,
    Identity,
    IdentityKind,
    MessagingRules,
    Segment,
    Send,
    Sender,
    SendState,
    Suppression,
    SuppressionReason,
    Template,
    TemplateTranslation,
    TranslationStatus,
    Verdict,
    WhatsAppAccount,
)

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=HONG_KONG)
PASSWORD = "steeped-4-minutes"  # of everybody


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation
        django_get_or_create = ("slug",)

    name = "Harbour Tea"
    slug = "harbour-tea"


def harbour_tea() -> Organisation:
    return OrganisationFactory()


def other_tenant() -> Organisation:
    return OrganisationFactory(name="Peak Coffee", slug="peak-coffee")


class PersonFactory(DjangoModelFactory[Person]):
    class Meta:
        model = Person
        django_get_or_create = ("username",)
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    username = factory.Sequence(lambda number: f"person-{number}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@harbour-tea.test")
    password = factory.django.Password(PASSWORD)
    role = Role.VIEWER
    is_staff = True


def mei_chan() -> Person:
    """The compliance officer."""
    return PersonFactory(username="mei.chan", first_name="Mei", last_name="Chan", role=Role.COMPLIANCE)


def sam_lee() -> Person:
    """The marketer, who owns the agent."""
    return PersonFactory(username="sam.lee", first_name="Sam", last_name="Lee", role=Role.MARKETER)


def ada_wong() -> Person:
    """The administrator."""
    return PersonFactory(username="ada.wong", first_name="Ada", last_name="Wong", role=Role.ADMIN)


def ken_ho() -> Person:
    """Support."""
    return PersonFactory(username="ken.ho", first_name="Ken", last_name="Ho", role=Role.SUPPORT)


def vera_ng() -> Person:
    """The viewer."""
    return PersonFactory(username="vera.ng", first_name="Vera", last_name="Ng", role=Role.VIEWER)


class AgentFactory(DjangoModelFactory[Agent]):
    """Sam's agent, with every scope there is. Where its key matters, use `accounts.credentials.create_agent`."""

    class Meta:
        model = Agent

    organisation = factory.SelfAttribute("owner.organisation")
    owner = factory.LazyFunction(sam_lee)
    name = "Tea assistant"
    key_prefix = factory.Sequence(lambda number: f"{number:010x}")
    key_hash = "0" * 64
    scopes = sorted(AGENT_SCOPES)


class MessagingRulesFactory(DjangoModelFactory[MessagingRules]):
    class Meta:
        model = MessagingRules
        django_get_or_create = ("organisation",)

    organisation = factory.SubFactory(OrganisationFactory)


class WhatsAppAccountFactory(DjangoModelFactory[WhatsAppAccount]):
    class Meta:
        model = WhatsAppAccount

    organisation = factory.SubFactory(OrganisationFactory)
    name = "Harbour Tea"
    waba_id = factory.Sequence(lambda number: f"1020{number:011d}")
    app_id = "555000111"
    access_token = "token-of-harbour-tea"
    app_secret = "secret-of-harbour-tea"
    verify_token = "verify-harbour-tea"


class SenderFactory(DjangoModelFactory[Sender]):
    class Meta:
        model = Sender

    account = factory.SubFactory(WhatsAppAccountFactory)
    organisation = factory.SelfAttribute("account.organisation")
    provider_ref = factory.Sequence(lambda number: f"1060{number:011d}")
    number = "+85223456789"
    display_name = "Harbour Tea"
    quality = Sender.Quality.GREEN
    tier = "TIER_10K"


class ContactFactory(DjangoModelFactory[Contact]):
    """Somebody in Hong Kong who is known by phone. `agreed` grants marketing on every channel."""

    class Meta:
        model = Contact
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    phone = factory.Sequence(lambda number: f"+8526{number:07d}")
    name = factory.Sequence(lambda number: f"Customer {number}")
    country = "HK"
    language = "en"

    @factory.post_generation
    def identities(self: Contact, create: bool, extracted: Any, **_: Any) -> None:
        known = ((IdentityKind.PHONE, self.phone), (IdentityKind.BSUID, self.bsuid))
        for kind, value in known if create else ():
            if value:
                Identity.objects.create(organisation=self.organisation, contact=self, kind=kind, value=value)

    @factory.post_generation
    def agreed(self: Contact, create: bool, extracted: bool | None, **_: Any) -> None:
        if create and extracted is not False:
            ConsentStateFactory(contact=self)


class ConsentStateFactory(DjangoModelFactory[ConsentState]):
    class Meta:
        model = ConsentState

    contact = factory.SubFactory(ContactFactory, agreed=False)
    organisation = factory.SelfAttribute("contact.organisation")
    channel = Channel.ANY
    category = Category.MARKETING
    state = ConsentAct.GRANTED
    since = NOON - timedelta(days=90)
    source = "shop form"


class SuppressionFactory(DjangoModelFactory[Suppression]):
    class Meta:
        model = Suppression

    contact = factory.SubFactory(ContactFactory)
    organisation = factory.SelfAttribute("contact.organisation")
    reason = SuppressionReason.STOP
    source = "test"
    at = NOON - timedelta(days=1)


class SegmentFactory(DjangoModelFactory[Segment]):
    class Meta:
        model = Segment

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Tea drinkers {number}")
    rule = 'tag = "tea"'
    created_at = NOON
    updated_at = NOON


class TemplateFactory(DjangoModelFactory[Template]):
    class Meta:
        model = Template

    account = factory.SubFactory(WhatsAppAccountFactory)
    organisation = factory.SelfAttribute("account.organisation")
    name = factory.Sequence(lambda number: f"spring_tea_{number}")
    category = Category.MARKETING
    default_language = "en"
    created_at = NOON
    updated_at = NOON


class TemplateTranslationFactory(DjangoModelFactory[TemplateTranslation]):
    """Approved by Meta, with one variable: Hello {{1}}, spring tea is in."""

    class Meta:
        model = TemplateTranslation

    template = factory.SubFactory(TemplateFactory)
    organisation = factory.SelfAttribute("template.organisation")
    language = "en"
    definition = factory.LazyAttribute(lambda translation: definition_of(translation.template, translation.language))
    digest = factory.LazyAttribute(lambda translation: seal_of(translation.definition))
    status = TranslationStatus.APPROVED
    meta_id = factory.Sequence(lambda number: f"{594425479261596 + number}")
    reviewed_category = Category.MARKETING


def definition_of(template: Template, language: str) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": language,
        "category": str(template.category).upper(),
        "style": "POSITIONAL",
        "body": {"text": "Hello {{1}}, spring tea is in. Reply STOP to opt out.", "examples": {"1": "Mei"}},
    }


class AudienceFactory(DjangoModelFactory[Audience]):
    class Meta:
        model = Audience

    segment = factory.SubFactory(SegmentFactory)
    organisation = factory.SelfAttribute("segment.organisation")
    segment_version = 1
    targeted = 0
    included = 0
    digest = ""
    created_at = NOON


class AudienceMemberFactory(DjangoModelFactory[AudienceMember]):
    class Meta:
        model = AudienceMember

    audience = factory.SubFactory(AudienceFactory)
    contact = factory.SubFactory(ContactFactory)
    verdict = 0
    address = factory.LazyAttribute(lambda member: member.contact.phone or member.contact.bsuid or "")
    address_kind = factory.LazyAttribute(lambda member: "phone" if member.contact.phone else "bsuid")
    values = factory.LazyAttribute(lambda member: {"1": member.contact.name})
    market = "Hong Kong"
    price = Decimal("0.0732")


class PreviewFactory(DjangoModelFactory[Preview]):
    class Meta:
        model = Preview

    organisation = factory.SubFactory(OrganisationFactory)
    tool = "whatsapp.broadcast.preview"
    maker = "agent:tea-assistant"
    contract = factory.LazyFunction(dict)
    seal = factory.LazyAttribute(lambda preview: seal_of(preview.contract))
    created_at = NOON - timedelta(hours=2)
    expires_at = NOON - timedelta(hours=1, minutes=30)


class ActionRequestFactory(DjangoModelFactory[ActionRequest]):
    """Asked for by Sam, sealed, waiting. `decided=True` has Mei approve it and the engine carry it out."""

    class Meta:
        model = ActionRequest
        skip_postgeneration_save = True

    preview = factory.SubFactory(PreviewFactory)
    organisation = factory.SelfAttribute("preview.organisation")
    tool = "whatsapp.broadcast.schedule"
    owner = factory.LazyFunction(sam_lee)
    requester = factory.LazyAttribute(lambda request: f"person:{request.owner.pk}")
    face = "rest"
    reason = "Spring tea is in."
    role = Role.COMPLIANCE
    created_at = NOON - timedelta(hours=1)
    expires_at = NOON + timedelta(days=3)
    seal = ""

    @factory.post_generation
    def sealed(self: ActionRequest, create: bool, extracted: Any, **_: Any) -> None:
        if create:
            self.seal = seal_of(ActionRequest.objects.get(pk=self.pk).terms())  # as the database spells its times
            self.save()

    @factory.post_generation
    def decided(self: ActionRequest, create: bool, extracted: bool | None, **_: Any) -> None:
        if create and extracted:
            countersign(self, mei_chan(), NOON - timedelta(minutes=30))
            self.__dict__["state"] = State.SUCCEEDED  # the field is protected, also against being read again


def countersign(request: ActionRequest, person: Person, now: datetime) -> None:
    """Approve and carry out a request, as far as its own row goes: what its tool does is up to the test."""
    Decision.objects.create(request=request, person=person, verdict=Decision.Verdict.APPROVE, seal=request.seal, at=now)
    row = ActionRequest.objects.filter(pk=request.pk)
    row.update(state=State.APPROVED, approved_at=now)
    row.update(state=State.EXECUTING, started_at=now)
    row.update(state=State.SUCCEEDED, ended_at=now)


class SendFactory(DjangoModelFactory[Send]):
    """A countersigned marketing broadcast that is due at noon. `people` get a frozen place in its audience."""

    class Meta:
        model = Send
        skip_postgeneration_save = True

    sender = factory.SubFactory(SenderFactory)
    organisation = factory.SelfAttribute("sender.organisation")
    kind = Send.Kind.BROADCAST
    channel = Channel.WHATSAPP
    name = "Spring tea"
    state = SendState.SCHEDULED
    request = factory.SubFactory(ActionRequestFactory, decided=True)
    preview = factory.SelfAttribute("request.preview")
    audience = factory.SubFactory(AudienceFactory)
    template = factory.SubFactory(TemplateFactory, account=factory.SelfAttribute("..sender.account"))
    category = Category.MARKETING
    due_at = NOON
    not_after = NOON + timedelta(hours=6)
    per_second = 80
    cost_ceiling = Decimal(1000)
    created_at = NOON - timedelta(hours=1)

    @factory.post_generation
    def people(self: Send, create: bool, extracted: list[Contact] | None, **_: Any) -> None:
        if not create or extracted is None:
            return
        translation = TemplateTranslationFactory(template=self.template)
        for contact in extracted:
            AudienceMemberFactory(audience=self.audience, contact=contact, translation=translation)
        freeze(self.audience)


def freeze(audience: Audience) -> None:
    """Count the audience and take its digest, as resolving a segment would."""
    from messaging.audiences.digest import digest_of

    members = audience.members
    audience.targeted = members.count()
    audience.included = members.filter(verdict=0).count()
    audience.excluded = {}
    for verdict in members.exclude(verdict=0).values_list("verdict", flat=True):
        name = Verdict(verdict).name.lower()
        audience.excluded[name] = audience.excluded.get(name, 0) + 1
    audience.digest = digest_of(audience)
    audience.save()
