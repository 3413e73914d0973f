"""An event of the shop sets a text off: only of an enabled automation, within its limits, past the one gate."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import ActionRequest
from approvals.registry import registry
from approvals.toolsets import offered_to
from messaging.consent.optouts import Stop, opt_out
from messaging.contacts.merging import merge
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.models import Contact, MergeTask, Message, Send, Status, SuppressionReason, TemplateTranslation
from sms.automations.running import TOOL, run_waiting
from sms.models import Automation, AutomationRun, Campaign, SenderId, SenderIdState, ShopEvent, SmsGateway
from tests.approvals.tea_room import refused
from tests.factories import NOON, PersonFactory, harbour_tea, mei_chan, other_tenant, sam_lee
from tests.sms.shop.reports import report, shop_key
from tests.sms.tea_ships import WORDS, asked, enabled
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, drinker, texter, use

pytestmark = pytest.mark.django_db


HOUR = timedelta(hours=1)


@pytest.fixture
def shipped(tea: TeaTexts) -> Automation:
    """Paused; its text names the order."""
    campaign = campaign_of(tea, "Shipping")
    variables = [{"name": "order_no", "source": "attribute", "attribute": "order_no"}]
    Campaign.objects.filter(pk=campaign.pk).update(variables=variables)
    TemplateTranslation.objects.filter(template=campaign.texts).update(definition={"text": WORDS})
    return automation_of(Campaign.objects.get(pk=campaign.pk))


@pytest.fixture
def key() -> str:
    return shop_key(sam_lee())


def ships(key: str, contact: Contact, number: str = "1001", **changed: Any) -> tuple[int, Any]:
    return report(key, "events", **{
        "event_id": f"shipped-{number}", "kind": "order_shipped", "contact_id": str(contact.key),
        "values": {"order_no": number}, "occurred_at": NOON.isoformat(), **changed,
    })  # fmt: skip


def outcomes() -> list[str]:
    return list(AutomationRun.objects.order_by("pk").values_list("outcome", flat=True))


def test_an_event_sends_the_approved_words_to_whom_it_is_about_and_to_nobody_else(
    shipped: Automation, key: str
) -> None:
    ann = drinker("Ann")
    drinker("Bo")
    enabled(shipped)
    assert ships(key, ann) == (201, {"id": "shipped-1001", "is_new": True, "matched": True})
    assert run_waiting(NOON) == 1
    send = Send.objects.get(kind="automation")
    assert (send.state, send.audience.targeted, send.audience.included) == ("scheduled", 1, 1)
    release_due(NOON)
    (taken,) = take(send.sender, 5, NOON + timedelta(minutes=1))
    assert (taken.contact_id, taken.values) == (ann.pk, {"order_no": "1001"})
    assert Message.objects.get().status == Status.SENDING
    assert outcomes() == ["sent"]


def test_an_event_counts_once_however_often_it_is_reported(shipped: Automation, key: str) -> None:
    ann = drinker("Ann")
    enabled(shipped)
    assert [ships(key, ann)[0], ships(key, ann)[0]] == [201, 200]
    assert ships(key, ann, values={"order_no": "9"})[0] == 409
    assert (run_waiting(NOON), run_waiting(NOON)) == (1, 0)
    assert (ShopEvent.objects.count(), Send.objects.filter(kind="automation").count()) == (1, 1)


def test_a_paused_automation_is_set_off_by_nothing(shipped: Automation, key: str) -> None:
    ships(key, drinker("Ann"))
    assert run_waiting(NOON) == 0
    assert outcomes() == []


def test_one_person_gets_one_text_within_the_hours_that_were_agreed(shipped: Automation, key: str) -> None:
    ann = drinker("Ann")
    enabled(shipped)
    ships(key, ann, "1")
    ships(key, ann, "2")
    assert run_waiting(NOON) == 1
    ships(key, ann, "3")
    run_waiting(NOON + HOUR)
    assert outcomes() == ["sent", "repeated", "repeated"]
    ships(key, ann, "4")
    assert run_waiting(NOON + 24 * HOUR) == 1


@pytest.mark.parametrize("keep", [0, 1])
def test_the_hours_of_a_person_go_on_after_two_contacts_were_found_to_be_one(
    shipped: Automation, key: str, keep: int
) -> None:
    people = [drinker("Ann"), drinker("Ann Lee")]
    enabled(shipped)
    ships(key, people[0], "1")
    assert run_waiting(NOON) == 1
    task = MergeTask.objects.create(organisation=harbour_tea(), first=people[0], second=people[1], found_at=NOON)
    merge(task, people[keep].pk, Actor.of_person(mei_chan(), Face.DESK), NOON)
    ships(key, people[0], "2")  # the shop still knows her by either id
    ships(key, people[1], "3")
    run_waiting(NOON + HOUR)
    assert outcomes() == ["sent", "repeated", "repeated"]
    assert set(AutomationRun.objects.values_list("contact", flat=True)) == {people[keep].pk}


def test_while_no_gateway_has_money_events_wait(shipped: Automation, key: str) -> None:
    enabled(shipped)
    ships(key, drinker("Ann"))
    SmsGateway.objects.update(balance=Decimal(5), balance_reserve=Decimal(5), balance_at=NOON)
    assert (run_waiting(NOON), outcomes()) == (0, ["waiting"])
    SmsGateway.objects.update(balance=Decimal(6))
    assert run_waiting(NOON) == 1


def test_the_texts_of_a_day_are_used_up(shipped: Automation, key: str) -> None:
    enabled(shipped, daily_cap=1)
    ships(key, drinker("Ann"), "1")
    ships(key, drinker("Bo"), "2")
    run_waiting(NOON)
    assert outcomes() == ["sent", "over_cap"]


def test_what_would_cost_more_than_a_day_may_pauses_the_automation(shipped: Automation, key: str) -> None:
    enabled(shipped, cost_a_day="0.80")
    ships(key, drinker("Ann"), "1")
    assert run_waiting(NOON) == 1
    ships(key, drinker("Bo"), "2")
    assert run_waiting(NOON + HOUR) == 0
    automation = Automation.objects.get()
    assert automation.state == "paused"
    assert "cost more" in automation.pause_reason
    assert outcomes() == ["sent", "waiting"]


def test_late_and_unknown_people_get_nothing(shipped: Automation, key: str) -> None:
    enabled(shipped)
    ships(key, drinker("Ann"), "1", occurred_at=(NOON - 25 * HOUR).isoformat())
    report(key, "events", event_id="e2", kind="order_shipped", phone="+85261239999", occurred_at=NOON.isoformat())
    assert run_waiting(NOON) == 0
    assert outcomes() == ["too_late", "nobody"]


def test_whoever_opted_out_is_left_out_and_the_automation_goes_on(shipped: Automation, key: str) -> None:
    ann = drinker("Ann")
    enabled(shipped)
    ships(key, ann)
    opt_out([ann.pk], Stop(SuppressionReason.STOP, "test", NOON), Actor.system(harbour_tea(), "test"), NOON)
    assert run_waiting(NOON) == 0
    assert (outcomes(), Automation.objects.get().state) == (["left_out"], "enabled")


def test_who_is_outside_the_segment_gets_nothing(shipped: Automation, key: str) -> None:
    enabled(shipped)
    ships(key, drinker("Ann", tags=["coffee"]))
    assert run_waiting(NOON) == 0
    assert outcomes() == ["left_out"]


@pytest.mark.parametrize(
    ("moved", "code"),
    [
        (lambda: Campaign.objects.update(version=9), "edited"),
        (lambda: SenderId.objects.update(state=SenderIdState.SUSPENDED), "not verified"),
        (lambda: ActionRequest.objects.update(reason="Another one"), "countersigned"),
    ],
)
def test_what_it_stands_on_has_moved_so_it_pauses_and_says_why(
    shipped: Automation, key: str, moved: Callable[[], Any], code: str
) -> None:
    enabled(shipped)
    ships(key, drinker("Ann"))
    moved()
    assert run_waiting(NOON) == 0
    automation = Automation.objects.get()
    assert automation.state == "paused"
    assert code in automation.pause_reason
    assert Send.objects.filter(kind="automation").count() == 0


def test_a_send_that_waits_is_held_when_its_automation_is_paused(shipped: Automation, key: str) -> None:
    automation = enabled(shipped)
    ships(key, drinker("Ann"))
    run_waiting(NOON)
    assert asked(automation, state="paused").state == "succeeded"
    release_due(NOON)
    send = Send.objects.get(kind="automation")
    assert send.state == "paused"
    assert "not enabled" in send.pause_reason


def test_only_countersign_itself_runs_an_automation(shipped: Automation, key: str) -> None:
    enabled(shipped)
    ships(key, drinker("Ann"))
    for face in (Face.MCP, Face.REST):
        assert refused(lambda face=face: call(TOOL, {}, Actor.of_person(mei_chan(), face), NOON)).codes == [
            "unknown_tool"
        ]
    assert TOOL not in {tool.name for tool in registry}
    assert TOOL not in {tool.name for tool in offered_to(Actor.of_person(mei_chan(), Face.DESK))}


def test_the_list_shows_limits_opt_outs_version_and_what_became_of_events(shipped: Automation, key: str) -> None:
    enabled(shipped)
    ships(key, drinker("Ann"))
    run_waiting(NOON)
    (row,) = use("automations.list", texter()).data["automations"]
    assert (row["event"], row["state"], row["template_version"]) == ("order_shipped", "enabled", 1)
    assert (row["daily_cap"], row["per_contact_hours"], Decimal(row["cost_a_day"])) == (100, 24, Decimal(50))
    assert (row["last_day"], row["texts"], row["countries"]) == ({"sent": 1}, {"en": WORDS}, ["HK", "MO"])
    assert use("automations.list", texter(), event="pick_up").data["automations"] == []


def test_another_tenants_event_sets_nothing_off_here(shipped: Automation) -> None:
    enabled(shipped)
    rival = shop_key(PersonFactory(username="rival", organisation=other_tenant(), role="admin"))
    told = report(rival, "events", event_id="e1", kind="order_shipped", phone="+85261230001",
                  occurred_at=NOON.isoformat())  # fmt: skip
    assert told[0] == 201
    assert run_waiting(NOON) == 0
    assert outcomes() == []
