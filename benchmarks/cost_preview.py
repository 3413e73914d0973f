"""`sms_cost_preview`: an SMS campaign's audience frozen and priced, against a bare INSERT ... SELECT of its rows.

Statements end where a web worker's do. With `--scale 10 --rounds 1` it is a million people, once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.db import connection
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
WEB_SECONDS = 30  # `statement_timeout` in `config.wsgi`
TEXTS = {
    "en": "Harbour Tea: dear {{name}}, spring tea is in. Come and taste it, take 20 € off [all shops]. Stop: 21234567",
    "zh_hk": "海港茶：{{name}}，春茶到了，三月初採摘，歡迎到店品嘗，優惠至月底。取消 21234567",
}


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    people = PEOPLE * scale
    campaign = _stage(people)
    told: list[CampaignContract] = []
    longest: list[float] = []
    outcome = Outcome("sms_cost_preview", "s", "s bare INSERT ... SELECT", None)
    in_turns(
        outcome, rounds, partial(_previewed, campaign, people, told, longest),
        partial(bare, campaign.organisation, campaign.segment),
    )  # fmt: skip
    contract = told[-1]
    parts = sum(route.parts for route in contract.routes)
    outcome.notes.append(
        f"{people:,} contacts with {5 * people:,} earlier messages, texts in {len(TEXTS)} languages:"
        f" {contract.included:,} people in {parts:,} parts"
    )
    outcome.notes.append(f"longest statement {max(longest):.1f} s of {WEB_SECONDS} that web workers give one")
    outcome.notes.append(f"Python {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at the most")
    yield outcome


def _timed(longest: list[float], execute: Callable[..., Any], *asked: Any) -> Any:
    """Run one statement and note how long it took, in seconds."""
    began = perf_counter()
    answer = execute(*asked)
    longest.append(perf_counter() - began)
    return answer


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


def _previewed(campaign: Campaign, people: int, told: list[CampaignContract], longest: list[float]) -> float:
    call = Call(Actor.system(campaign.organisation, "executor"), timezone.now())
    ask = CostAsk(campaign_id=campaign.pk, base_version_token=token_of(campaign), due_at=call.now)
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{WEB_SECONDS}s'")
    with connection.execute_wrapper(partial(_timed, longest)):
        took = seconds(lambda: told.append(preview_campaign(call, ask)))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    contract = told[-1]
    assert contract.targeted == people, contract.targeted
    assert contract.included > people // 2, contract.excluded
    forget(Audience.objects.get(pk=contract.audience_id))
    return took
