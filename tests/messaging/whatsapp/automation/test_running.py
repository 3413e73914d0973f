"""What answers customers: approved flows and rules, in order, once, and as the organisation itself."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.models import (
    AutomaticTurn,
    Conversation,
    Flow,
    FlowRun,
    Reply,
    Send,
    TemplateTranslation,
)
from messaging.whatsapp.automation.answering import TOOL
from messaging.whatsapp.automation.running import take_turns
from tests.approvals.tea_room import at_once
from tests.factories import NOON, TemplateFactory, TemplateTranslationFactory
from tests.messaging.whatsapp.automation.tea_bar import MENU, TeaBar, enabled, flow_ask, outcomes, rule_ask
from tests.messaging.whatsapp.automation.tea_flows import PERSON, message

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_a_keyword_begins_the_approved_flow_and_the_customers_answers_lead_through_it(bar: TeaBar, menu: Flow) -> None:
    assert bar.answers("The menu, please") == [MENU]
    assert bar.answers("Opening hours", NOON + MINUTE, payload="menu.0") == ["We are open from 9 to 6.", MENU]
    assert FlowRun.objects.get(ended_at=None).node == "menu"
    assert bar.answers("talk to US", NOON + 2 * MINUTE) == []
    assert bar.conversation.by_hand_since == NOON + 2 * MINUTE
    assert FlowRun.objects.filter(ended_at=None).count() == 0
    assert bar.answers("menu", NOON + 3 * MINUTE) == []
    assert outcomes() == [("answered", ""), ("answered", ""), ("handed_over", ""), ("silent", "by_hand")]


def test_an_answer_leaves_through_the_engine_as_countersign_itself(bar: TeaBar, menu: Flow) -> None:
    bar.answers("menu")
    send = Send.objects.get()
    assert send.request is not None
    assert (send.kind, send.category, send.request.tool) == ("reply", "service", TOOL)
    assert (send.request.requester, send.request.state) == ("system:automations", "succeeded")
    release_due(NOON)
    (taken,) = take(send.sender, 5, NOON + MINUTE)
    assert taken.contact_id == bar.mrs_lam.pk
    assert Reply.objects.get().origin == "automation"


def test_what_fits_no_choice_goes_to_the_fallback(bar: TeaBar, menu: Flow) -> None:
    bar.answers("menu")
    assert bar.answers("Do you sell kettles?", NOON + MINUTE) == []
    assert bar.conversation.by_hand_since == NOON + MINUTE


def test_a_button_of_another_question_is_no_answer(bar: TeaBar, menu: Flow) -> None:
    bar.answers("menu")
    bar.answers("Opening hours", NOON + MINUTE, payload="greeting.0", kind="interactive")
    assert bar.conversation.by_hand_since is not None


def test_another_keyword_is_heard_within_a_flow_before_the_fallback(bar: TeaBar, menu: Flow) -> None:
    enabled(rule_ask("refund", reply_text="Refunds take five days."))
    bar.answers("menu")
    assert bar.answers("and my refund?", NOON + MINUTE) == ["Refunds take five days."]
    assert FlowRun.objects.get().ended_at == NOON + MINUTE


def test_a_message_is_answered_once_however_often_the_bell_rings(bar: TeaBar, menu: Flow) -> None:
    bar.say("menu")
    assert (take_turns(NOON), take_turns(NOON)) == (1, 0)
    assert Reply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_one_answer(bar: TeaBar, menu: Flow) -> None:
    bar.say("menu")
    decided = at_once(lambda: take_turns(NOON), lambda: take_turns(NOON))
    assert sorted(decided) == [0, 1]
    assert (Reply.objects.count(), Send.objects.count()) == (1, 1)


def test_messages_are_answered_in_the_order_in_which_they_came(bar: TeaBar, menu: Flow) -> None:
    bar.say("menu")
    bar.say("Opening hours", NOON + MINUTE)
    assert take_turns(NOON + MINUTE) == 2
    assert Reply.objects.count() == 3


def test_a_conversation_that_breaks_off_does_not_keep_the_others_waiting(
    bar: TeaBar, menu: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("messaging.whatsapp.automation.running.answer", breaks)
    bar.say("menu")
    take_turns(NOON)
    assert outcomes() == [("refused", "broke_off")]
    assert bar.conversation.by_hand_since == NOON


def test_a_rule_may_only_move_the_conversation(bar: TeaBar) -> None:
    refunds = bar.queue("Refunds")
    enabled(rule_ask("refund", queue_id=str(refunds.pk)))
    assert bar.answers("my refund") == []
    assert (bar.conversation.queue, bar.conversation.by_hand_since) == (refunds, None)
    assert outcomes() == [("routed", "")]


def test_two_rules_of_one_priority_leave_the_message_to_people(bar: TeaBar) -> None:
    enabled(rule_ask("refund", reply_text="Five days."))
    enabled(rule_ask("order", reply_text="Your order is on its way."))
    assert bar.answers("refund of my order") == []
    assert outcomes() == [("silent", "two_rules_meet")]


def test_a_flow_labels_assigns_and_hands_over(bar: TeaBar) -> None:
    refunds = bar.queue("Refunds")
    nodes = {
        "ask": {"kind": "question", "text": "Your order number?", "expects": "number", "next": "tag",
                "fallback": "person"},
        "tag": {"kind": "tag", "labels": ["refund"], "next": "assign"},
        "assign": {"kind": "assign", "queue": "Refunds", "next": "thanks"},
        "thanks": message("We look into it.", next="person"),
        "person": {"kind": "handover", "note": "Refund"},
    }  # fmt: skip
    flow = enabled(flow_ask({"start": "ask", "nodes": nodes}))
    enabled(rule_ask("refund", flow_id=str(flow.pk)))
    assert bar.answers("refund") == ["Your order number?"]
    assert bar.answers("１００１", NOON + MINUTE) == ["We look into it."]
    conversation = bar.conversation
    assert (conversation.labels, conversation.queue, conversation.by_hand_since) == (["refund"], refunds, NOON + MINUTE)
    assert FlowRun.objects.get().answers == {"ask": "１００１"}


def test_conditions_go_by_labels_language_answers_and_business_hours(bar: TeaBar) -> None:
    night = bar.queue("Night", business_hours={"0": [["18:00", "23:00"]]})
    tests = (
        ("vip", {"test": "label", "value": "vip"}), ("zh", {"test": "language", "value": "zh_HK"}),
        ("open", {"test": "open"}),
    )  # fmt: skip
    nodes: dict[str, Any] = {"person": PERSON}
    names = [*(name for name, _ in tests), "shut"]
    for (name, test), other in zip(tests, names[1:], strict=True):
        nodes[name] = {"kind": "condition", **test, "then": f"{name}_says", "otherwise": other}
        nodes[f"{name}_says"] = message(name, next="person")
    nodes["shut"] = message("shut", next="person")
    flow = enabled(flow_ask({"start": "vip", "nodes": nodes}))
    enabled(rule_ask("hello", flow_id=str(flow.pk)))

    def afresh(**changed: Any) -> list[str]:
        bar.say("…", NOON)
        AutomaticTurn.objects.all().delete()
        Conversation.objects.update(**{"by_hand_since": None, "labels": [], **changed})
        return bar.answers("hello")

    assert afresh() == ["open"]
    assert afresh(labels=["vip"]) == ["vip"]
    assert afresh(queue=night) == ["shut"]
    bar.mrs_lam.language = "zh-Hant"
    bar.mrs_lam.save()
    assert afresh() == ["zh"]


def test_a_flow_says_an_approved_utility_template_and_leaves_a_paused_one_to_people(bar: TeaBar) -> None:
    template = TemplateFactory(account=bar.sender.account, name="shipping", category="utility")
    TemplateTranslationFactory(template=template, reviewed_category="utility")
    says = {"kind": "template", "template": "shipping", "language": "en", "values": {"1": "Mrs Lam"}, "next": "person"}
    flow = enabled(flow_ask({"start": "says", "nodes": {"says": says, "person": PERSON}}))
    enabled(rule_ask("shipping", flow_id=str(flow.pk)))
    assert bar.answers("shipping") == ["template shipping"]
    Conversation.objects.update(by_hand_since=None)
    TemplateTranslation.objects.update(status="PAUSED")
    assert bar.answers("shipping", NOON + MINUTE) == []
    assert outcomes()[-1] == ("refused", "template_not_approved")
