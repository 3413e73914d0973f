"""What the SMS story needs beside the cast: gateways, a registered sender ID, prices, people who agreed to SMS."""

import io
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from config.demo.seeding import Cast
from messaging.imports.merge import merge
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.models import Channel, Contact, Sender
from sms.callbacks import hash_of_key
from sms.models import GatewayPrice, GatewayRegistration, LinkDomain, LinkRules, SenderId, SenderIdState, SmsGateway

SHOP = "shop.harbour-tea.example"
SENDER, TAG = "#HARBOURTEA", "sms-club"
ACCOUNT_SID, INFOBIP_KEY = "AC" + "0" * 32, "simulated-infobip-key"
PRICES = {"first": {"HK": "0.38", "MO": "0.52"}, "second": {"HK": "0.44", "MO": "0.50", "SG": "0.61"}}
PACES = {"first": 40, "second": 24}  # texts a second; the first gateway takes less than it was said to
PEOPLE = 600


@dataclass(frozen=True, slots=True)
class SmsCast:
    identity: SenderId
    first: SmsGateway
    second: SmsGateway


def accounts_at_simulator() -> dict[str, dict[str, Any]]:
    """The accounts that the pretend gateways play."""
    return {
        "twilio": {"senders": [SENDER], "auth_token": _token(), "account_sid": ACCOUNT_SID, "currency": "HKD"},
        "infobip": {"senders": [SENDER], "api_key": INFOBIP_KEY, "currency": "HKD"},
    }


def _token() -> str:
    return "simulated-auth-token-of-harbour-tea"


def seed_sms(cast: Cast, base_url: str, now: datetime) -> SmsCast:
    """Make or find it all; `base_url` is where the pretend gateways answer this time."""
    twilio = {"account_sid": ACCOUNT_SID, "base_url": base_url}
    first = _gateway(cast, "first", "twilio", 1, twilio, {"auth_token": _token()}, now)
    infobip = {"base_url": base_url, "balance_path": "/account/1/balance"}
    second = _gateway(cast, "second", "infobip", 2, infobip, {"api_key": INFOBIP_KEY}, now)
    identity = _identity(cast, now)
    for gateway in (first, second):
        GatewayRegistration.objects.get_or_create(
            identity=identity, gateway=gateway, defaults={"status": "active", "since": now}
        )
    _where_links_lead(cast)
    _people(cast, now)
    return SmsCast(identity, first, second)


def _gateway(
    cast: Cast,
    name: str,
    kind: str,
    position: int,
    configuration: dict[str, str],
    hidden: dict[str, str],
    now: datetime,
) -> SmsGateway:
    key = secrets.token_urlsafe(24)
    facts: dict[str, Any] = {
        "configuration": configuration,
        "secrets": json.dumps(hidden),
        "kind": kind,
        "position": position,
    }
    facts |= {"per_second": PACES[name], "currency": "HKD"}
    gateway, is_new = SmsGateway.objects.update_or_create(
        organisation=cast.organisation,
        name=name,
        defaults={**facts, "paused_at": None},
        create_defaults={**facts, "callback_key": key, "callback_key_hash": hash_of_key(key)},
    )  # fmt: skip
    for country, amount in PRICES[name].items() if is_new else ():
        GatewayPrice.objects.create(
            gateway=gateway, country=country, amount=Decimal(amount), effective_from=now.date(), source="demo"
        )
    return SmsGateway.objects.get(pk=gateway.pk)


def _identity(cast: Cast, now: datetime) -> SenderId:
    known = SenderId.objects.filter(organisation=cast.organisation, value=SENDER).first()
    if known is not None:
        return known
    key = uuid4()
    sender = Sender.objects.create(
        organisation=cast.organisation, channel=Channel.SMS, carrier="sms", provider_ref=str(key), number=SENDER,
        display_name=SENDER, quality=Sender.Quality.GREEN, per_second=40,
    )  # fmt: skip
    identity = SenderId(
        pk=key, organisation=cast.organisation, value=SENDER, kind=SenderId.Kind.REGISTERED,
        countries=["HK", "MO", "SG"], brand="Harbour Tea", company="Harbour Tea Limited", sender=sender,
        register_reference="SSRS (simulated)", opt_out_number="+85221234567", created_at=now,
    )  # fmt: skip
    identity.apply(now)
    identity.verify(now)
    identity.save(force_insert=True)
    assert identity.state == SenderIdState.VERIFIED
    return identity


def _where_links_lead(cast: Cast) -> None:
    """The shop's domain. All of the demo's people come from one machine, which would be a burst anywhere else."""
    LinkDomain.objects.get_or_create(
        organisation=cast.organisation, purpose=LinkDomain.Purpose.DESTINATION, host=SHOP
    )  # fmt: skip
    LinkRules.objects.get_or_create(organisation=cast.organisation, defaults={"burst_codes": 10_000})


def _people(cast: Cast, now: datetime) -> None:
    """Members of the SMS club, brought in by the same road as any contact file."""
    if Contact.objects.filter(organisation=cast.organisation, tags__contains=[TAG]).exists():
        return
    lines = ["phone,name,language,tags,consent_source,consent_at"]
    for n in range(PEOPLE):
        country = "+8536" if n % 10 == 3 else "+658" if n % 25 == 7 else "+8525"
        number = f"{country}{1_000_000 + n * 37:07d}" if country != "+8525" else f"+85251{n:06d}"
        name, language = (f"陳小姐{n}", "zh-HK") if n % 2 else (f"Customer {n}", "en")
        source = "" if n % 40 == 5 else "club form"
        lines.append(f"{number},{name},{language},{TAG},{source},2025-05-05")
    customs = Customs("HK", ZoneInfo("Asia/Hong_Kong"), now)
    file = open_file(io.BytesIO("\n".join(lines).encode()), customs)
    batch = stage(cast.organisation, file, name="sms-club.csv", channel=Channel.SMS, made_by="demo", now=now)
    merge(batch, Actor.system(cast.organisation, "demo"), now)


def simulator_folder(folder: Path) -> Path:
    return folder / "sms-simulator"
