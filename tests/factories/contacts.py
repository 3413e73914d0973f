"""Who is written to, from which number, under which rules."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from messaging.models import (
    Category,
    Channel,
    ConsentAct,
    ConsentState,
    Contact,
    Identity,
    IdentityKind,
    MessagingRules,
    Segment,
    Sender,
    Suppression,
    SuppressionReason,
    WhatsAppAccount,
)
from tests.factories.people import NOON, OrganisationFactory


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
