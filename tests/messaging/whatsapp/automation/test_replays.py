"""What a preview says a rule, a flow or an auto reply would have done over the last thirty days."""

from datetime import timedelta

import pytest

from approvals.versions import token_of
from tests.factories import NOON, ContactFactory
from tests.messaging.whatsapp.automation.tea_bar import (
    TeaBar,
    enabled,
    flow_ask,
    previewed,
    reply_ask,
    rule_ask,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_the_replay_tells_whom_the_rule_would_have_answered_and_sends_nothing(bar: TeaBar) -> None:
    ann = ContactFactory(organisation=bar.sender.organisation, name="Ann", agreed=False)
    bar.say("Where is my order?", NOON - 2 * DAY)
    bar.say("my ORDER", NOON - DAY)
    bar.say("order!", NOON - DAY, of=ann)
    bar.say("STOP my order", NOON - DAY, intent="stop")
    bar.say("order", NOON - 31 * DAY)
    enabled(rule_ask("my order", rule={"priority": 90}, reply_text="Wait."))
    told = previewed(rule_ask("order", reply_text="On its way.")).data["replay"]
    assert {name: told[name] for name in ("looked_at", "matched", "answered", "people", "conversations")} == {
        "looked_at": 4, "matched": 3, "answered": 1, "people": 1, "conversations": 1,
    }  # fmt: skip
    assert (told["outranked_by"], told["taken_over"]) == ({"my order": 2}, {})
    (example,) = told["examples"]
    assert (example["contact_id"], example["receives"]) == (str(ann.key), "On its way.")
    assert "Ann" not in str(told)
    assert "ORDER" not in str(told)


def test_the_replay_tells_what_is_taken_from_other_rules(bar: TeaBar) -> None:
    bar.say("Where is my order?", NOON - DAY)
    enabled(rule_ask("my order", rule={"priority": 10}, reply_text="Here."))
    told = previewed(rule_ask("order", reply_text="On its way.")).data["replay"]
    assert told["taken_over"] == {"my order": 1}


def test_the_replay_of_an_auto_reply_counts_what_no_rule_met_once_in_its_hours(bar: TeaBar) -> None:
    enabled(rule_ask("menu", reply_text="Here."))
    for hour, text in ((1, "hello"), (2, "anybody?"), (3, "menu"), (20, "and now?")):
        bar.say(text, NOON - DAY + timedelta(hours=hour))
    told = previewed(reply_ask({"hours_between": 12}, reply_text="Away.")).data["replay"]
    assert (told["matched"], told["answered"], told["outranked_by"]) == (4, 2, {"menu": 1})


def test_the_replay_of_a_flow_counts_what_its_rules_would_have_begun(bar: TeaBar) -> None:
    flow = enabled(flow_ask())
    enabled(rule_ask("menu", flow_id=str(flow.pk)))
    bar.say("the menu", NOON - DAY)
    told = previewed(flow_ask(automation_id=str(flow.pk), base_version_token=token_of(flow))).data["replay"]
    assert (told["answered"], told["examples"][0]["receives"]) == (1, "How can we help?")
