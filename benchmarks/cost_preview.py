"""`sms_cost_preview`: an SMS campaign's audience frozen and priced, against a bare INSERT ... SELECT of its rows."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from resource import RUSAGE_SELF, getrusage
from uuid import uuid4

from django.utils import timezone

from accounts.actor import Actor
from approvals.registry import Call
from approvals.versions import token_of
from benchmarks import sms_world, world
from benchmarks.audience import bare, forget
from benchmarks.measuring import Outcome, in_turns, seconds
from messaging.models import Audience
from sms.campaigns.contract import CampaignContract, CostAsk
from sms.campaigns.preview import preview_campaign
from sms.models import Campaign, SenderId

PEOPLE = 100_000  # times the scale: at 10 it is a million
TEXTS = {
    "en": "Harbour Tea: dear {{name}}, spring tea is in. Come and taste it, take 20 € off [all shops]. Stop: 21234567",
    "zh_hk": "海港茶：{{name}}，春茶到了，三月初採摘，歡迎到店品嘗，優惠至月底。取消 21234567",
}


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    people = PEOPLE * scale
    campaign = _stage(people)
    told: list[CampaignContract] = []
    outcome = Outcome("sms_cost_preview", "s", "s bare INSERT ... SELECT", None)
    in_turns(
        outcome, rounds, partial(_previewed, campaign, people, told),
        partial(bare, campaign.organisation, campaign.segment),
    )  # fmt: skip
    contract = told[-1]
    parts = sum(route.parts for route in contract.routes)
    outcome.notes.append(
        f"{people:,} contacts with {5 * people:,} earlier messages, texts in {len(TEXTS)} languages:"
        f" {contract.included:,} people in {parts:,} parts"
    )
    outcome.notes.append(f"Python {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at the most")
    yield outcome


def _stage(people: int) -> Campaign:
    where = world.organisation(f"bench-cost-preview-{people}")
    world.contacts(where, people)
    sms_world.agree(where)
    identity = sms_world.sender_id(where)
    assert identity.sender is not None
    world.history(where, identity.sender)
    sms_world.gateway(identity, "twilio", {"account_sid": f"AC{1:032d}"}, {"auth_token": "bench-auth-token"})
    return _campaign(identity, timezone.now())


def _campaign(identity: SenderId, now: datetime) -> Campaign:
    where = identity.organisation
    return Campaign.objects.create(
        organisation=where, name=f"bench {uuid4()}", segment=world.segment(where, now), identity=identity,
        texts=sms_world.texts(where, TEXTS), created_at=now, updated_at=now,
        variables=[{"name": "name", "source": "name", "fallback": "friend"}],
    )  # fmt: skip


def _previewed(campaign: Campaign, people: int, told: list[CampaignContract]) -> float:
    call = Call(Actor.system(campaign.organisation, "executor"), timezone.now())
    ask = CostAsk(campaign_id=campaign.pk, base_version_token=token_of(campaign), due_at=call.now)
    took = seconds(lambda: told.append(preview_campaign(call, ask)))
    contract = told[-1]
    assert contract.targeted == people, contract.targeted
    assert contract.included > people // 2, contract.excluded
    forget(Audience.objects.get(pk=contract.audience_id))
    return took
