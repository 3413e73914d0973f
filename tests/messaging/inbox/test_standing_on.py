"""What stands on a template ends the moment Meta takes the template away or charges it otherwise."""

from typing import Any

import pytest

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.inbox.apply import apply_waiting
from messaging.models import Send, TemplateTranslation
from tests.approvals.tea_room import approved, codes_of
from tests.factories import NOON, ConsentStateFactory
from tests.messaging.spring_broadcasts import scheduled, send_of, tea_for_three, update
from tests.messaging.spring_tea import SpringTea, drinker, set_prices, tea_assistant
from tests.webhooks import arrived, body_of

pytestmark = pytest.mark.django_db

TIME = int(NOON.timestamp())
DAY = 24 * 3600
PAUSED = {"event": "PAUSED"}
WARNING = {"new_category": "UTILITY", "correct_category": "MARKETING"}
CHANGED = {"previous_category": "UTILITY", "new_category": "MARKETING"}


@pytest.fixture
def agent() -> Actor:
    return tea_assistant()


@pytest.fixture
def tea() -> SpringTea:
    """Spring tea as a delivery notice: utility, until Meta thinks otherwise."""
    tea = tea_for_three()
    set_prices(category="utility")
    update(TemplateTranslation, reviewed_category="utility")
    update(type(tea.template), category="utility")
    ConsentStateFactory(contact=drinker("Dan"), category="utility")
    return tea


def tell(tea: SpringTea, field: str, time: int = TIME, **told: Any) -> None:
    named = {"message_template_id": 77, "message_template_name": "spring_tea", "message_template_language": "en"}
    arrived(tea.sender, body_of(tea.sender.account.waba_id, field, {**named, **told}, time))
    apply_waiting(NOON)


def now_is(request: ActionRequest) -> tuple[str, list[str]]:
    found = ActionRequest.objects.get(pk=request.pk)
    return found.state, codes_of(found)


NEWS = {
    "paused": ("message_template_status_update", PAUSED, "template_not_approved"),
    "disabled": ("message_template_status_update", {"event": "DISABLED"}, "template_not_approved"),
    "recategorised": ("template_category_update", CHANGED, "template_recategorised"),
    "to be recategorised": ("template_category_update", WARNING, "template_recategorised"),
    "edited at Meta": ("message_template_components_update", {}, "template_not_approved"),
}


@pytest.mark.parametrize("news", NEWS)
def test_requests_that_wait_and_requests_that_were_approved_are_voided(tea: SpringTea, agent: Actor, news: str) -> None:
    field, told, code = NEWS[news]
    waiting = scheduled(tea, agent)
    tell(tea, field, **told)
    assert now_is(waiting) == ("voided", [code])


def test_an_approval_counts_for_nothing_once_its_template_is_paused(tea: SpringTea, agent: Actor) -> None:
    request = approved(scheduled(tea, agent))
    tell(tea, "message_template_status_update", **PAUSED)
    assert now_is(request) == ("voided", ["template_not_approved"])


@pytest.mark.parametrize("news", NEWS)
def test_a_send_that_was_scheduled_pauses_and_says_why(tea: SpringTea, agent: Actor, news: str) -> None:
    field, told, _code = NEWS[news]
    request = approved(scheduled(tea, agent))
    assert carry_out(request.pk, NOON).state == "succeeded"
    tell(tea, field, **told)
    send = send_of(request)
    assert (send.state, "spring_tea" in send.pause_reason) == ("paused", True)


def test_what_has_left_before_the_category_changes_may_leave(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent, not_after="2026-03-02T20:00:00+08:00")
    tell(tea, "template_category_update", **WARNING, category_update_timestamp=TIME + DAY)
    assert now_is(request)[0] == "pending"
    tell(tea, "template_category_update", **WARNING, category_update_timestamp=TIME + 3600)
    assert now_is(request) == ("voided", ["template_recategorised"])


def test_a_warning_that_meta_takes_back_harms_nothing_any_more(tea: SpringTea, agent: Actor) -> None:
    tell(tea, "template_category_update", **WARNING)
    tell(tea, "template_category_update", new_category="UTILITY", previous_category="UTILITY")
    assert now_is(scheduled(tea, agent))[0] == "pending"


def test_a_better_quality_and_another_templates_pause_end_nothing(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent)
    tell(tea, "message_template_quality_update", previous_quality_score="RED", new_quality_score="GREEN")
    tell(tea, "message_template_status_update", **PAUSED, message_template_name="winter_tea", message_template_id=78)
    assert now_is(request)[0] == "pending"
    assert not Send.objects.filter(state="paused").exists()
