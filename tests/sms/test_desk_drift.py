"""What the decision page says has moved while failed texts, or an automation, wait to be agreed to."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.actor import Actor
from approvals.models import ActionRequest
from messaging.models import Message, Segment, Status, TemplateTranslation
from sms.models import Automation, GatewayPrice, GatewayRegistration
from tests.desk.harbour import page
from tests.factories import NOON, SuppressionFactory, mei_chan
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, drinker, failed_text, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The desk reads the clock: it stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def tea() -> TeaTexts:
    return TeaTexts()


def decision(request: ActionRequest) -> str:
    """The decision page in plain words, without its tags."""
    text = re.sub(r"<[^>]+>", " ", page(mei_chan(), "approvals_actionrequest_change", request.pk))
    return re.sub(r"\s+", " ", text)


def asked(tool: str, actor: Actor, **arguments: Any) -> ActionRequest:
    answer = use(tool, actor, idempotency_key=uuid4().hex, reason="They ask for it.", **arguments)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


@pytest.fixture
def retry(tea: TeaTexts) -> ActionRequest:
    """Ann's, Bo's and Cy's texts have failed; sending them again waits for Mei."""
    ann = drinker("Ann")
    drinker("Bo")
    drinker("Cy")
    failed = failed_text(tea, ann)
    sams = texter()
    handle = use("failed_messages.retry_preview", sams, batch_id=str(failed.send_id)).preview_id
    return asked("failed_messages.resend", sams, retry_preview_id=str(handle))


def test_a_retry_of_which_nothing_has_moved_is_calm_however_large_the_segment_is(retry: ActionRequest) -> None:
    drinker("Dee")
    assert "nothing has moved since the preview" in decision(retry)


def test_a_retry_says_whose_text_arrived_after_all_and_who_opted_out(retry: ActionRequest) -> None:
    Message.objects.filter(contact__name="Ann").update(status=Status.DELIVERED)
    SuppressionFactory(contact=Message.objects.get(contact__name="Bo").contact)
    told = decision(retry)
    assert "The outcome for 1 person is another by now: Delivered sent again not written to again" in told
    assert "1 person is left out by now: Opted out included left out at sending" in told


def test_a_retry_says_that_a_part_costs_less_by_now_and_goes_another_way(retry: ActionRequest, tea: TeaTexts) -> None:
    GatewayPrice.objects.filter(gateway=tea.first, country="HK").update(amount=Decimal("0.30"))
    GatewayRegistration.objects.filter(gateway=tea.second).delete()
    told = decision(retry)
    assert "Texts to HK are carried by first → second first" in told
    assert "A part to HK costs 0.50 HKD 0.30 HKD" in told


def test_a_retry_that_has_ended_says_nothing_of_what_moved_since(retry: ActionRequest) -> None:
    ActionRequest.objects.filter(pk=retry.pk).update(state="rejected")
    Message.objects.update(status=Status.DELIVERED)
    assert "another by now" not in decision(retry)


@pytest.fixture
def automation(tea: TeaTexts) -> Automation:
    campaign = campaign_of(tea, "Shipping")
    TemplateTranslation.objects.filter(template=campaign.texts).update(
        definition={"text": "Your tea is on its way. Stop: 21234567"}
    )
    return automation_of(campaign)


def enabling(automation: Automation) -> ActionRequest:
    return asked(
        "automations.update_state", texter(), state="enabled", name="Shipped", event="order_shipped",
        campaign_id=str(automation.campaign_id), daily_cap=1, per_contact_hours=12, cost_a_day="120",
    )  # fmt: skip


def test_an_automation_shows_what_countries_say_of_its_texts(automation: Automation) -> None:
    told = decision(enabling(automation))
    assert "Enable the automation “Shipped”, up to 1 text a day" in told
    assert "What the rules of countries say about it" in told
    assert "Cap. 593A" in told


def test_an_automation_says_that_its_segment_and_its_prices_have_changed(automation: Automation) -> None:
    request = enabling(automation)
    assert "The segment means others" not in decision(request)
    rule = Segment.objects.get(pk=automation.campaign.segment_id).rule
    Segment.objects.update(rule="everyone")
    GatewayPrice.objects.filter(country="HK").update(amount=Decimal("0.90"), effective_from=NOON - timedelta(days=1))
    told = decision(request)
    assert f"The segment means others {rule} everyone" in told
    assert "A part to HK costs 0.50 HKD 0.90 HKD" in told
