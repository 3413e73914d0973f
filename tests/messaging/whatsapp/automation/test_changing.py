"""Flows, rules and auto replies change by an officer's approval of what was previewed, and of nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.decisions import approve
from approvals.execution import carry_out
from approvals.versions import token_of
from messaging.models import AutoReply, Flow, FlowVersion, KeywordRule, Queue, Team
from tests.approvals.tea_room import approved, at_desk, refused
from tests.factories import NOON, TemplateFactory, TemplateTranslationFactory, ken_ho, mei_chan, sam_lee
from tests.messaging.whatsapp.automation.tea_bar import (
    TeaBar,
    enabled,
    flow_ask,
    previewed,
    reply_ask,
    rule_ask,
    sam,
    wished,
)
from tests.messaging.whatsapp.automation.tea_flows import PERSON, buttons, menu_of_harbour_tea, message

pytestmark = pytest.mark.django_db

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_a_flow_leads_nobody_before_it_is_approved(bar: TeaBar) -> None:
    request = wished(flow_ask())
    assert (request.state, request.role) == ("pending", "compliance")
    assert Flow.objects.count() == 0
    carry_out(approved(request).pk, NOON)
    flow = Flow.objects.get()
    assert flow.live is not None
    assert (flow.state, flow.live.number, flow.live.definition["start"]) == ("active", 1, "menu")
    assert flow.live.request_id == request.pk


@pytest.mark.parametrize("ask", [flow_ask(), rule_ask("refund", reply_text="Five days."), reply_ask(reply_text="Hi.")])
def test_whoever_asks_cannot_approve_it_themselves(bar: TeaBar, ask: dict[str, Any]) -> None:
    request = wished(ask)
    assert request.state == "pending"
    no = refused(lambda: approve(request.pk, at_desk(sam_lee()), NOON, seal=request.seal, password_given=True))
    assert no.reasons


def test_an_unsound_flow_is_refused_with_the_path_and_may_be_kept_paused(bar: TeaBar) -> None:
    unsound = {"start": "menu", "nodes": {"menu": buttons(Hours="hours"), "hours": message(), "person": PERSON}}
    no = refused(lambda: wished(flow_ask(unsound)))
    assert [(reason.code, str(reason.text)) for reason in no.reasons] == [
        ("dead_end", "menu → hours → next: The flow stops here, with the customer waiting.")
    ]
    assert previewed(flow_ask(unsound)).warnings
    kept = enabled(flow_ask(unsound, enabled=False))
    assert isinstance(kept, Flow)
    assert kept.state == "paused"


def test_a_flow_that_names_what_is_not_there_or_not_approved_is_refused(bar: TeaBar) -> None:
    template = TemplateFactory(account=bar.sender.account, name="sale", category="marketing")
    TemplateTranslationFactory(template=template, language="en")
    TemplateTranslationFactory(template=template, language="fr", status="PAUSED", meta_id="77")
    nodes = {
        "sale": {"kind": "template", "template": "sale", "language": "en", "values": {"1": "x"}, "next": "vente"},
        "vente": {"kind": "template", "template": "sale", "language": "fr", "values": {"1": "x"}, "next": "none"},
        "none": {"kind": "template", "template": "none", "language": "en", "next": "person"},
        "person": {"kind": "handover", "queue": "Nowhere"},
    }
    no = refused(lambda: wished(flow_ask({"start": "sale", "nodes": nodes})))
    assert sorted(no.codes) == [
        "queue_not_found", "template_not_approved", "template_not_found", "template_not_utility",
    ]  # fmt: skip


def test_an_edit_makes_a_new_version_and_the_old_one_stays_as_it_was(bar: TeaBar) -> None:
    flow = enabled(flow_ask())
    changed = menu_of_harbour_tea()
    changed["nodes"]["hours"]["text"] = "We are open from 8 to 8."
    edit = {"automation_id": str(flow.pk), "base_version_token": token_of(flow)}
    edited = enabled(flow_ask(changed, **edit))
    texts = [one.definition["nodes"]["hours"]["text"] for one in FlowVersion.objects.order_by("number")]
    assert texts == ["We are open from 9 to 6.", "We are open from 8 to 8."]
    assert isinstance(edited, Flow)
    assert edited.live is not None
    assert (edited.version, edited.live.number, edited.history.count() >= 2) == (2, 2, True)


def test_a_stale_token_and_a_taken_name_are_refused(bar: TeaBar) -> None:
    rule = enabled(rule_ask("refund", reply_text="Five days."))
    edit = {"automation_id": str(rule.pk), "base_version_token": "v1-000000000000"}
    assert refused(lambda: previewed(rule_ask("refund", reply_text="Six.", **edit))).codes == ["stale_version"]
    assert "name_taken" in refused(lambda: wished(rule_ask("refund", reply_text="Six."))).codes
    edit["base_version_token"] = token_of(rule)
    first, second = (wished(rule_ask("refund", reply_text=text, **edit)) for text in ("Six.", "Seven."))
    assert carry_out(approved(first).pk, NOON).state == "succeeded"
    assert "stale_version" in refused(lambda: approved(second)).codes
    assert KeywordRule.objects.get().reply_text == "Six."


def test_a_preview_is_carried_out_by_the_write_of_its_kind_alone(bar: TeaBar) -> None:
    preview = previewed(rule_ask("refund", reply_text="Five days."))
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "key-of-sam-1", "reason": "They ask for it."}
    for other in ("whatsapp.flow.upsert", "whatsapp.auto_reply.enable"):
        assert refused(lambda name=other: call(name, wish, sam(), NOON)).codes == ["preview_of_another"]
    assert preview.warnings == []
    one, other = (call("whatsapp.keyword_rule.upsert", wish, sam(), NOON) for _ in range(2))
    assert one.request == other.request


def test_a_preview_expires(bar: TeaBar) -> None:
    preview = previewed(rule_ask("refund", reply_text="Five days."))
    wish = {"preview_id": str(preview.preview_id), "idempotency_key": "key-of-sam-1", "reason": "They ask for it."}
    late = NOON + timedelta(hours=1)
    assert refused(lambda: call("whatsapp.keyword_rule.upsert", wish, sam(), late)).codes == ["preview_expired"]


def test_the_parts_of_an_ask_must_be_of_its_kind(bar: TeaBar) -> None:
    for ask in (
        {**rule_ask("refund", reply_text="x"), "kind": "flow"},
        {**flow_ask(), "reply_text": "Hello"},
        {**reply_ask({"from_day": "2026-03-03", "until_day": "2026-03-02"}, reply_text="x")},
    ):
        assert refused(lambda ask=ask: previewed(ask)).codes == ["invalid_argument"]


def test_a_rule_without_an_answer_or_with_two_is_refused(bar: TeaBar) -> None:
    flow = enabled(flow_ask())
    assert refused(lambda: wished(rule_ask("refund"))).codes == ["no_answer"]
    both = rule_ask("refund", reply_text="x", flow_id=str(flow.pk))
    assert refused(lambda: wished(both)).codes == ["no_answer"]
    assert refused(lambda: wished(reply_ask(queue_id=str(bar.queue("Tea").pk)))).codes == ["no_answer"]


def test_a_rule_may_not_begin_a_flow_that_is_paused_or_has_changed_since(bar: TeaBar) -> None:
    flow = enabled(flow_ask())
    request = wished(rule_ask("menu", flow_id=str(flow.pk)))
    changed = menu_of_harbour_tea()
    changed["nodes"]["hours"]["text"] = "We are open from 8 to 8."
    flow = enabled(flow_ask(changed, automation_id=str(flow.pk), base_version_token=token_of(flow)))
    assert refused(lambda: approved(request)).codes == ["flow_changed"]
    Flow.objects.update(state="paused")
    assert refused(lambda: wished(rule_ask("menu", flow_id=str(flow.pk)))).codes == ["flow_not_active"]


def test_enabling_an_auto_reply_checks_the_way_to_a_person_again(bar: TeaBar) -> None:
    template = TemplateFactory(account=bar.sender.account, name="hello", category="utility")
    translation = TemplateTranslationFactory(template=template, reviewed_category="utility")
    says = {"kind": "template", "template": "hello", "language": "en", "values": {"1": "x"}, "next": "person"}
    flow = enabled(flow_ask({"start": "says", "nodes": {"says": says, "person": PERSON}}))
    translation.status = "PAUSED"
    translation.save()
    assert refused(lambda: wished(reply_ask(flow_id=str(flow.pk)))).codes == ["template_not_approved"]


def test_disabling_is_an_officers_decision_too_and_asks_for_nothing_more(bar: TeaBar) -> None:
    reply = enabled(reply_ask(reply_text="Away."))
    edit = {"automation_id": str(reply.pk), "base_version_token": token_of(reply), "enabled": False}
    request = wished(reply_ask(reply_text="Away.", **edit))
    assert request.state == "pending"
    carry_out(approved(request).pk, NOON)
    assert AutoReply.objects.get().enabled is False


def test_rules_that_collide_at_one_priority_are_refused_and_at_two_are_not(bar: TeaBar) -> None:
    enabled(rule_ask("refund", reply_text="Five days."))
    collides = rule_ask("refund status", reply_text="Look here.")
    assert refused(lambda: wished(collides)).codes == ["rules_conflict"]
    assert wished({**collides, "keyword_rule": {"phrases": ["refund status"], "priority": 60}}).state == "pending"


def test_rules_that_met_the_same_messages_lately_collide_too(bar: TeaBar) -> None:
    bar.say("refund of my order", NOON - DAY)
    enabled(rule_ask("refund", reply_text="Five days."))
    no = refused(lambda: wished(rule_ask("order", reply_text="On its way.")))
    assert no.codes == ["rules_conflict"]


def test_a_keyword_that_met_too_much_of_what_customers_wrote_is_refused(bar: TeaBar) -> None:
    for number in range(20):
        bar.say("oolong" if number < 5 else "jasmine", NOON - DAY + number * MINUTE)
    no = refused(lambda: wished(rule_ask("oolong", reply_text="Sold out.")))
    assert no.codes == ["rule_too_broad"]
    assert "25 %" in str(no.reasons[0].text)


def test_routing_is_shown_to_who_may_see_the_configuration_alone(bar: TeaBar) -> None:
    refunds = bar.queue("Refunds")
    enabled(rule_ask("refund", queue_id=str(refunds.pk)))
    nodes = {"hello": message(next="person"), "person": {"kind": "handover", "queue": "Refunds"}}
    enabled(flow_ask({"start": "hello", "nodes": nodes}))
    seen = {}
    for person in (mei_chan(), ken_ho()):
        actor = Actor.of_person(person, Face.REST)
        rules = call("whatsapp.keyword_rules.list", {}, actor, NOON)
        flows = call("whatsapp.flows.list", {}, actor, NOON).data["flows"]
        (row,) = rules.data["keyword_rules"]
        seen[person.first_name] = (row["queue"], row["priority"], flows[0]["definition"]["nodes"]["person"]["queue"])
    assert seen == {"Mei": ("Refunds", 50, "Refunds"), "Ken": ("••••", "••••", "••••")}


def test_a_restricted_queue_is_unknown_to_whoever_is_not_of_its_team(bar: TeaBar) -> None:
    team = Team.objects.create(organisation=bar.sender.organisation, name="Fraud")
    secret = bar.queue("Fraud", is_restricted=True, team=team)
    assert refused(lambda: previewed(rule_ask("fraud", queue_id=str(secret.pk)))).codes == ["queue_not_found"]
    nodes = {"hello": message(next="person"), "person": {"kind": "handover", "queue": "Fraud"}}
    assert refused(lambda: wished(flow_ask({"start": "hello", "nodes": nodes}))).codes == ["queue_not_found"]
    team.members.add(sam_lee())
    assert wished(rule_ask("fraud", queue_id=str(secret.pk))).state == "pending"
    assert Queue.objects.filter(is_restricted=True).count() == 1


def test_a_version_of_a_flow_cannot_be_rewritten(bar: TeaBar) -> None:
    enabled(flow_ask())
    with pytest.raises(Exception, match="frozen"):
        FlowVersion.objects.update(digest="0" * 64)
