"""What is sent: templates, audiences, requests that somebody has countersigned, sends."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Person
from accounts.roles import Role
from approvals.canonical import seal_of
from approvals.models import ActionRequest, Decision, Preview, State
from messaging.models import (
    Audience,
    AudienceMember,
    Category,
    Channel,
    Contact,
    Send,
    SendState,
    Template,
    TemplateTranslation,
    TranslationStatus,
    Verdict,
)
from tests.factories.contacts import ContactFactory, SegmentFactory, SenderFactory, WhatsAppAccountFactory
from tests.factories.people import NOON, OrganisationFactory, mei_chan, sam_lee


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
