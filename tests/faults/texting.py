"""Harbour Tea's texts under the harness: one sender ID that two gateways carry, one at a message centre, campaigns."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.calls import call
from approvals.canonical import seal_of
from approvals.versions import token_of
from messaging.models import Category, Channel, Segment, Sender, Template, TemplateTranslation, TranslationStatus
from sms.callbacks import hash_of_key
from sms.models import Campaign, GatewayPrice, GatewayRegistration, SenderId, SenderIdState, ShortLink, SmsGateway
from tests.faults.stack import AUTH_TOKEN, INFOBIP_KEY, PROCESS_SECRET, TEXT_SENDER, Stack

TEXT = "Harbour Tea: spring tea is in. Stop: 21234567"
PER_SECOND = 25


@dataclass(frozen=True, slots=True)
class Texting:
    """`marked` goes to `first`, and to `second` where that refuses; `bound` goes over the bind."""

    first: SmsGateway
    second: SmsGateway
    marked: SenderId
    bound: SenderId

    def priced(self, segment: Segment, identity: SenderId, agent: Actor, link: ShortLink | None = None) -> UUID:
        """The frozen contract of a campaign to a segment that begins now, with that link in its texts."""
        now = timezone.now()
        campaign = _campaign(segment, identity, link)
        ask = {"campaign_id": str(campaign.pk), "base_version_token": token_of(campaign), "due_at": now.isoformat()}
        shown = call("sms_marketing.cost_preview", ask, agent, now)
        assert shown.preview_id
        return shown.preview_id


def open_texting(organisation: Organisation, stack: Stack) -> Texting:
    """Everything that a campaign needs beside its people."""
    at_twilio = {"account_sid": "AC" + "0" * 32, "base_url": stack.gateways.base_url}
    first = _gateway(organisation, "twilio", 1, at_twilio, {"auth_token": AUTH_TOKEN})
    second = _gateway(
        organisation, "infobip", 2, {"base_url": stack.gateways.base_url}, {"api_key": INFOBIP_KEY}
    )  # fmt: skip
    marked, bound = _sender_id(organisation, TEXT_SENDER), _sender_id(organisation, "#HARBOURSMS")
    line = {
        "host": "127.0.0.1", "port": stack.centre.smpp_port, "system_id": stack.centre.system_id,
        "process_url": stack.smpp_url, "answer_seconds": 1.5,
    }  # fmt: skip
    secrets = {"password": stack.centre.password, "process_secret": PROCESS_SECRET}
    centre = _gateway(organisation, "smpp", 3, line, secrets)
    for identity, gateway in ((marked, first), (marked, second), (bound, centre)):
        GatewayRegistration.objects.create(
            identity=identity, gateway=gateway, status=GatewayRegistration.Status.ACTIVE, since=timezone.now()
        )
    return Texting(first, second, marked, bound)


def _gateway(
    organisation: Organisation, kind: str, position: int, configuration: dict[str, Any], secrets: dict[str, str]
) -> SmsGateway:
    key = uuid4().hex
    gateway = SmsGateway.objects.create(
        organisation=organisation, kind=kind, name=kind, configuration=configuration, secrets=json.dumps(secrets),
        callback_key=key, callback_key_hash=hash_of_key(key), position=position, per_second=500, currency="HKD",
    )  # fmt: skip
    GatewayPrice.objects.create(
        gateway=gateway, country="HK", amount=Decimal("0.50"), effective_from=date(2026, 1, 1)
    )  # fmt: skip
    return gateway


def _sender_id(organisation: Organisation, value: str) -> SenderId:
    key = uuid4()
    sender = Sender.objects.create(
        organisation=organisation, channel=Channel.SMS, carrier="sms", provider_ref=str(key), number=value,
        display_name=value, quality=Sender.Quality.GREEN, per_second=PER_SECOND,
    )  # fmt: skip
    SenderId.objects.create(
        pk=key, organisation=organisation, value=value, kind=SenderId.Kind.REGISTERED, countries=["HK"],
        brand="Harbour Tea", sender=sender, created_at=timezone.now(),
    )  # fmt: skip
    SenderId.objects.filter(pk=key).update(state=SenderIdState.VERIFIED)
    return SenderId.objects.get(pk=key)


def _campaign(segment: Segment, identity: SenderId, link: ShortLink | None) -> Campaign:
    """A draft in English, as an agent would have made it."""
    own: dict[str, Any] = {"organisation": segment.organisation}
    dates: dict[str, Any] = {"created_at": timezone.now(), "updated_at": timezone.now()}
    name = f"Spring tea {uuid4().hex[:8]}"
    texts = Template.objects.create(
        channel=Channel.SMS, name=name, category=Category.MARKETING, default_language="en", **own, **dates
    )
    definition = {"text": f"{TEXT} {{{{shop}}}}" if link else TEXT}
    TemplateTranslation.objects.create(
        template=texts, language="en", definition=definition, digest=seal_of(definition),
        status=TranslationStatus.APPROVED, **own,
    )  # fmt: skip
    links = {"shop": str(link.pk)} if link else {}
    return Campaign.objects.create(
        name=name, segment=segment, texts=texts, identity=identity, links=links, **own, **dates
    )
