"""Campaigns that use up a month's quota, and what is left of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.actor import Actor, Face
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.models import Message, Send, Status
from sms.campaigns.contract import CampaignContract
from sms.models import Quota
from sms.quotas import Use, WithinQuota, left_of, month_of, use_of
from tests.factories import NOON, AudienceFactory, SendFactory, harbour_tea, mei_chan
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
LATER = NOON + timedelta(days=31)


def sent(tea: TeaTexts, name: str = "Winter tea by SMS", **changed: Any) -> Send:
    """A campaign in Hong Kong dollars with one text of 0.50 that was handed over at noon."""
    facts = {"state": "sending", "started_at": NOON, "reserved": Decimal("0.50"), "cost_ceiling": Decimal(10)}
    send: Send = SendFactory(
        kind="campaign", channel="sms", name=name, sender=tea.identity.sender, template=campaign_of(tea, name).texts,
        audience=AudienceFactory(segment=tea.segment), request__preview__contract={"currency": "HKD"},
        **{**facts, **changed},
    )  # fmt: skip
    text(send, "0.50", Status.ACCEPTED, NOON)
    return send


def text(send: Send, price: str, status: Status, at: datetime) -> Message:
    """One more text of a send."""
    contact = drinker()
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=contact, sender=send.sender, address=contact.phone,
        address_kind="phone", category="marketing", market="HK", price=Decimal(price), status=status, queued_at=at,
        handed_at=at,
    )  # fmt: skip


def used(at: datetime = NOON, now: datetime = NOON) -> Use | None:
    return use_of(harbour_tea(), month_of(harbour_tea(), at), now).get("HKD")


def limit(amount: str, currency: str = "HKD") -> None:
    Quota.objects.create(organisation=harbour_tea(), currency=currency, monthly=Decimal(amount))


def contract(tea: TeaTexts, ceiling: str, due_at: datetime = NOON, name: str = "Summer tea") -> Any:
    audience = sent(tea, name, state="draft", reserved=Decimal(0)).audience_id
    return CampaignContract.model_construct(
        audience_id=audience, currency="HKD", cost_ceiling=Decimal(ceiling), due_at=due_at
    )


def reasons(asked: Any) -> list[Reason]:
    return list(WithinQuota()(call(), asked))


def call() -> Call:
    return Call(Actor.of_person(mei_chan(), Face.REST), NOON)


def left(at: datetime = NOON) -> Decimal:
    return left_of(Quota.objects.get(currency="HKD"), month_of(harbour_tea(), at), at)
