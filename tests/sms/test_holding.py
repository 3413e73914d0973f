"""What waits while the money at its gateways is too little, and what does not."""

import json
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.registry import Call
from approvals.versions import token_of
from messaging.engine.release import release_due
from messaging.models import Message, MessagingRules, Send, Status
from sms.balances.holding import WithinBalance, is_used_up
from sms.campaigns.contract import CampaignContract, CostAsk
from sms.campaigns.preview import preview_campaign
from sms.models import SmsGateway
from tests.approvals.tea_room import approved, at_once
from tests.factories import NOON, AudienceFactory, SendFactory, harbour_tea
from tests.sms.tea_texts import TeaTexts, campaign_of, drinker, texter, use

pytestmark = pytest.mark.django_db


def left_at(row: SmsGateway, amount: str, minutes: int = 1, reserve: str = "0") -> None:
    SmsGateway.objects.filter(pk=row.pk).update(
        balance=Decimal(amount), balance_at=NOON - timedelta(minutes=minutes), balance_reserve=Decimal(reserve)
    )


def begun(tea: TeaTexts, name: str = "Spring tea by SMS", state: str = "scheduled", **fields: Any) -> CampaignContract:
    """A campaign to the tea drinkers whose time has come: 0.50 for each of them."""
    campaign = campaign_of(tea, name)
    call = Call(Actor.system(tea.organisation, "executor"), NOON)
    contract = preview_campaign(
        call, CostAsk(campaign_id=campaign.pk, base_version_token=token_of(campaign), due_at=NOON)
    )
    send: Send = SendFactory(
        kind="campaign", channel="sms", name=name, state=state, sender=tea.identity.sender, template=campaign.texts,
        audience=AudienceFactory(segment=tea.segment), due_at=NOON, cost_ceiling=contract.cost_ceiling,
        request__preview__contract=contract.model_dump(mode="json"), **fields,
    )  # fmt: skip
    return contract.model_copy(update={"audience_id": send.audience_id})


def reasons(contract: CampaignContract) -> list[str]:
    call = Call(Actor.system(harbour_tea(), "executor"), NOON)
    return [str(reason.text) for reason in WithinBalance()(call, contract)]


def send_of(contract: CampaignContract) -> Send:
    return Send.objects.get(audience=contract.audience_id)


@pytest.mark.parametrize(("balance", "reserve", "holds"), [("1.00", "0", False), ("0.99", "0", True),
                                                          ("9", "8", False), ("9", "8.01", True)])  # fmt: skip
def test_a_send_is_held_when_its_gateways_cannot_pay_beside_what_is_to_stay(
    balance: str, reserve: str, holds: bool
) -> None:
    tea = TeaTexts()
    drinker("Ann")
    drinker("Bo")
    contract = begun(tea)
    left_at(tea.first, balance, reserve=reserve)
    left_at(tea.second, "0")
    assert bool(reasons(contract)) is holds


def test_a_held_send_says_what_is_missing_at_whom() -> None:
    tea = TeaTexts()
    drinker("Ann")
    contract = begun(tea)
    left_at(tea.first, "0.20")
    left_at(tea.second, "0.10")
    assert reasons(contract) == ["first, second can pay for 0.30 HKD, and this may still cost 0.50."]


@pytest.mark.parametrize("minutes", [59, 60])
def test_a_balance_of_an_hour_ago_holds_nothing(minutes: int) -> None:
    tea = TeaTexts()
    drinker("Ann")
    contract = begun(tea)
    left_at(tea.first, "0", minutes)
    left_at(tea.second, "0", minutes)
    assert bool(reasons(contract)) is (minutes < 60)


def test_a_gateway_that_has_told_nothing_is_not_guessed_at() -> None:
    tea = TeaTexts()
    drinker("Ann")
    contract = begun(tea)
    left_at(tea.first, "0")
    assert reasons(contract) == []


def test_before_its_time_a_send_is_not_held() -> None:
    tea = TeaTexts()
    drinker("Ann")
    contract = begun(tea)
    left_at(tea.first, "0")
    left_at(tea.second, "0")
    assert reasons(contract.model_copy(update={"due_at": NOON + timedelta(days=1)})) == []


def test_sends_that_began_before_keep_what_they_may_still_cost_and_later_ones_do_not() -> None:
    tea = TeaTexts()
    drinker("Ann")
    earlier = {"state": "sending", "started_at": NOON - timedelta(hours=2)}
    first, second = begun(tea, "First", **earlier), begun(tea, "Second")
    left_at(tea.first, "0.90")
    left_at(tea.second, "0")
    assert reasons(first) == []
    assert reasons(second) == ["first, second can pay for 0.90 HKD, and this may still cost 1.00."]
    Send.objects.filter(pk=send_of(first).pk).update(reserved=Decimal("0.50"))  # it has gone out, before the balance
    assert reasons(second) == []


def test_what_went_out_since_the_balance_was_told_is_not_in_it() -> None:
    tea = TeaTexts()
    ann = drinker("Ann")
    first, second = begun(tea, "First", state="completed", started_at=NOON, ended_at=NOON), begun(tea, "Second")
    left_at(tea.first, "0.90")
    left_at(tea.second, "0")
    send = send_of(first)
    Send.objects.filter(pk=send.pk).update(reserved=Decimal("0.50"))
    message = Message.objects.create(
        organisation=send.organisation, send=send, contact=ann, sender=send.sender, address=ann.phone,
        address_kind="phone", category="marketing", market="HK", price=Decimal("0.50"), status=Status.ACCEPTED,
        queued_at=NOON, handed_at=NOON,
    )  # fmt: skip
    assert reasons(second) == ["first, second can pay for 0.90 HKD, and this may still cost 1.00."]
    Message.objects.filter(pk=message.pk).update(handed_at=NOON - timedelta(hours=1))
    assert reasons(second) == []


def test_a_campaign_that_cannot_be_paid_for_is_said_in_its_preview_and_held_when_it_begins_until_it_can() -> None:
    tea = TeaTexts()
    drinker("Ann")
    left_at(tea.first, "0.20")
    left_at(tea.second, "0.20")
    MessagingRules.objects.create(organisation=tea.organisation)
    campaign = campaign_of(tea)
    actor = texter()
    due = NOON + timedelta(minutes=4)
    priced = use("cost_preview", actor, campaign_id=str(campaign.pk), base_version_token=token_of(campaign),
                 due_at=due.isoformat())  # fmt: skip
    assert priced.data["balance_pays"] is False
    assert [(one["gateway"], one["known"]) for one in priced.data["balances"]] == [
        ("first", "told"), ("second", "told"),
    ]  # fmt: skip
    wish = {"preview_id": str(priced.preview_id), "idempotency_key": "spring-by-sms", "reason": "Spring"}
    answer = use("campaigns.schedule", actor, **wish)
    assert answer.request is not None
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    assert release_due(due) == 0
    held = Send.objects.get(campaign=campaign)
    assert (held.state, held.messages.count()) == ("paused", 0)
    assert "can pay for 0.40 HKD" in held.pause_reason


def test_gateways_are_used_up_when_each_is_known_to_have_nothing_to_spend() -> None:
    tea = TeaTexts()
    keys = [tea.first.pk, tea.second.pk]
    left_at(tea.first, "5", reserve="5")
    assert not is_used_up(keys, NOON)
    left_at(tea.second, "0")
    assert is_used_up(keys, NOON)


def test_asking_for_others_counts_no_texts_while_all_would_fit() -> None:
    tea = TeaTexts()
    drinker("Ann")
    begun(tea, "First", state="sending", started_at=NOON - timedelta(hours=2), reserved=Decimal("0.50"))
    second = begun(tea, "Second")
    left_at(tea.first, "100")
    left_at(tea.second, "0")
    with CaptureQueriesContext(connection) as asked:
        assert reasons(second) == []
    assert not any("messaging_message" in one["sql"] for one in asked)


@pytest.mark.django_db(transaction=True)
def test_two_sends_released_at_once_do_not_take_the_same_money() -> None:
    tea = TeaTexts()
    drinker("Ann")
    left_at(tea.first, "0.90")
    left_at(tea.second, "0")
    contracts, both_asked = [begun(tea, "First"), begun(tea, "Second")], Barrier(2)

    def release(contract: CampaignContract) -> bool:
        with transaction.atomic():
            held = reasons(contract)
            with suppress(BrokenBarrierError):  # whoever holds the lock waits for nobody
                both_asked.wait(0.3)
            if not held:
                Send.objects.filter(audience=contract.audience_id).update(state="releasing", started_at=NOON)
            return not held

    assert sorted(at_once(*[partial(release, one) for one in contracts])) == [False, True]


def test_the_list_of_gateways_tells_how_much_is_known() -> None:
    tea = TeaTexts()
    left_at(tea.first, "5", minutes=90, reserve="2")
    told = use("gateways.list", texter()).data["gateways"]
    known = [(one["name"], one["balance_known"], json.loads(str(one["reserve"]))) for one in told]
    assert known == [("first", "stale", 2), ("second", "unknown", 0)]
