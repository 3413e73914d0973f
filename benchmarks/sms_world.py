"""The data that SMS benchmarks run on: consent to texts, a verified sender ID, gateways that carry it, its texts."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import as_login_role
from approvals.canonical import seal_of
from benchmarks.delivery import Terms
from messaging.models import Channel, Sender, Template, TemplateTranslation
from sms.callbacks import hash_of_key
from sms.models import GatewayPrice, GatewayRegistration, SenderId, SenderIdState, SmsGateway

COUNTRY = "HK"
SENDER_ID = "#BENCH"

_AGREED = """
INSERT INTO messaging_consentstate (organisation_id, contact_id, channel, category, state, since, source)
SELECT organisation_id, contact_id, 'sms', category, state, since, source
  FROM messaging_consentstate WHERE organisation_id = %s AND channel = 'whatsapp'
ON CONFLICT DO NOTHING
"""


def agree(where: Organisation) -> None:
    """Whoever agreed to WhatsApp agreed to texts as well."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, [where.pk])
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_consentstate")


def sender_id(where: Organisation, per_second: int = 100_000) -> SenderId:
    """A name that the regulator has registered, with a place in the engine that nothing holds up."""
    facts = {
        "kind": SenderId.Kind.REGISTERED, "countries": [COUNTRY], "brand": where.name, "created_at": timezone.now(),
    }  # fmt: skip
    identity, _ = SenderId.objects.get_or_create(organisation=where, value=SENDER_ID, defaults=facts)
    place, _ = Sender.objects.get_or_create(
        carrier="sms",
        provider_ref=str(identity.pk),
        defaults={
            "organisation": where, "channel": Channel.SMS, "number": SENDER_ID, "display_name": SENDER_ID,
            "quality": "GREEN", "per_second": per_second,
        },
    )  # fmt: skip
    SenderId.objects.filter(pk=identity.pk).update(state=SenderIdState.VERIFIED, sender=place)
    return SenderId.objects.select_related("sender").get(pk=identity.pk)


def gateway(identity: SenderId, kind: str, configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> SmsGateway:
    """An account at such a gateway that carries this sender ID at a known price, as fast as anybody likes."""
    key = f"callback-key-of-{kind}-at-{identity.organisation_id}"
    row, _ = SmsGateway.objects.update_or_create(
        organisation=identity.organisation,
        name=kind,
        defaults={
            "kind": kind, "configuration": configuration, "secrets": json.dumps(secrets), "callback_key": key,
            "callback_key_hash": hash_of_key(key), "per_second": 100_000, "currency": "HKD",
        },
    )  # fmt: skip
    GatewayRegistration.objects.get_or_create(
        identity=identity, gateway=row, defaults={"status": "active", "since": timezone.now()}
    )
    GatewayPrice.objects.get_or_create(
        gateway=row, country=COUNTRY, effective_from=date(2026, 1, 1), defaults={"amount": Decimal("0.40")}
    )
    return row


def texts(where: Organisation, words: Mapping[str, str]) -> Template:
    """Approved texts, language -> words."""
    earlier = timezone.now() - timedelta(days=9)
    dates = {"created_at": earlier, "updated_at": earlier}
    facts = {"category": "marketing", "default_language": next(iter(words)), **dates}
    template, _ = Template.objects.get_or_create(
        organisation=where, channel=Channel.SMS, name="bench texts", defaults=facts
    )
    for language, text in words.items():
        definition = {"text": text}
        kept = {"organisation": where, "definition": definition, "digest": seal_of(definition), "status": "APPROVED"}
        TemplateTranslation.objects.get_or_create(template=template, language=language, defaults=kept)
    return template


def terms(translation: TemplateTranslation, row: SmsGateway) -> Terms:
    """A campaign of this text that goes by this gateway, as far as the engine and the bodies read its contract."""
    contract = {
        "texts": [{"translation_id": str(translation.pk), "digest": translation.digest}],
        "routes": [{"country": COUNTRY, "gateway_ids": [str(row.pk)]}],
        "most_parts": 4,
    }
    return Terms("sms_marketing.campaigns.schedule", COUNTRY, contract)
