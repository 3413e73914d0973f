"""schedule_campaign, cancel_campaign and pause_campaign: a broadcast by another name, which a person decides on."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from audit.models import Entry
from messaging.engine.release import release_due
from messaging.engine.sends import move_send
from messaging.models import Segment, Send, SendState
from messaging.segments import describe, parse
from tests.approvals.tea_room import approved, at_desk, codes_of, refused
from tests.factories import NOON, SegmentFactory, SenderFactory, SendFactory, harbour_tea, mei_chan, other_tenant
from tests.messaging.meta.flat_tea import flat
from tests.messaging.spring_broadcasts import tea_for_three
from tests.messaging.spring_tea import SpringTea, drinker, tea_assistant

pytestmark = pytest.mark.django_db

AT_TWO = "2026-03-02T14:00:00+08:00"


@pytest.fixture
def tea() -> SpringTea:
    """Drafts and segments are kept at once; scheduling always waits for Mei."""
    Policy.objects.create(organisation=harbour_tea(), name="Segments", tools="whatsapp.segment.upsert",
                          outcome=Policy.Outcome.AUTOMATIC)  # fmt: skip
    return tea_for_three()


def planned(actor: Actor, **changed: Any) -> dict[str, Any]:
    ask = {
        "name": "Summer Sale", "type": "marketing", "template_name": "spring_tea", "deliver_at": AT_TWO,
        "variables": json.dumps({"1": {"source": "name", "fallback": "friend"}}),
        "audience_filter": json.dumps({"tags": ["tea"]}), **changed,
    }  # fmt: skip
    return flat("schedule_campaign", ask, actor)


def scheduled(tea: SpringTea, **facts: Any) -> Send:
    return SendFactory(sender=tea.sender, template=tea.template, audience__segment=tea.segment, **facts)


def test_a_campaign_waits_for_a_person_and_is_scheduled_once_they_agree(tea: SpringTea, agent: Actor) -> None:
    answer = planned(agent)
    send, request = Send.objects.get(), ActionRequest.objects.get(tool="whatsapp.broadcast.schedule")
    assert answer == {
        "campaign_id": str(send.pk), "status": "pending_approval", "name": "Summer Sale", "type": "marketing",
        "deliver_at": AT_TWO, "action_request_id": str(request.pk),
    }  # fmt: skip
    assert (send.state, request.people, send.audience.targeted) == (SendState.DRAFT, 2, 3)
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    assert release_due(NOON + timedelta(hours=2)) == 1
    assert sorted(values["1"] for values in send.messages.values_list("values", flat=True)) == ["Ann", "Bob"]


def test_an_agent_with_the_small_toolset_proposes_one_too(tea: SpringTea) -> None:
    assert planned(tea_assistant(toolset="meta"))["status"] == "pending_approval"


def test_the_same_filter_asks_the_same_segment_again(tea: SpringTea, agent: Actor) -> None:
    for asked in (
        {"tags": ["tea"]},
        {"tags": ["tea"]},
        {"segment": "Tea drinkers"},
        {"segment_id": str(tea.segment.pk)},
    ):
        assert planned(agent, audience_filter=json.dumps(asked))["campaign_id"]
    assert list(Segment.objects.order_by("created_at").values_list("name", flat=True)) == [
        "Tea drinkers", "Summer Sale · a4b542c0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"tags": ["vip", 'a "b"']}, 'tag in (vip, "a \\"b\\"")'),
        ({"countries": ["HK"], "languages": ["en"], "rule": "tag:vip or tag:staff"},
         "country in (HK) and language in (en) and (tag:vip or tag:staff)"),
    ],
)  # fmt: skip
def test_a_filter_becomes_a_rule_that_the_officer_reads(
    tea: SpringTea, agent: Actor, asked: dict[str, Any], rule: str
) -> None:
    for name in ("Ann", "Bob", "Cat"):
        drinker(name, tags=["vip", 'a "b"'], language="en")
    planned(agent, audience_filter=json.dumps(asked))
    contract = Send.objects.get().preview.contract
    assert contract["segment_rule"] == describe(parse(rule))


def test_without_a_filter_everybody_is_meant_which_a_person_decides_on_first(tea: SpringTea, agent: Actor) -> None:
    answer = planned(agent, audience_filter="{}")
    request = ActionRequest.objects.get(pk=answer["action_request_id"])
    assert (request.tool, request.preview.contract["rule"]) == ("whatsapp.segment.upsert", "everyone")
    carry_out(approved(request).pk, NOON)
    assert planned(agent, audience_filter="{}")["campaign_id"] is not None


def test_a_segment_that_waits_for_a_person_is_told_and_nothing_is_drafted(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.filter(tools="whatsapp.segment.upsert").delete()
    answer = planned(agent, audience_filter=json.dumps({"tags": ["oolong"]}))
    request = ActionRequest.objects.get(tool="whatsapp.segment.upsert")
    assert (answer["status"], answer["campaign_id"]) == ("pending_approval", None)
    assert answer["action_request_id"] == str(request.pk)
    assert "ask again" in answer["note"]
    carry_out(approved(request).pk, NOON)
    drinker("Dan", tags=["oolong"])
    assert planned(agent, audience_filter=json.dumps({"tags": ["oolong"]}))["campaign_id"] is not None


def test_without_a_policy_for_drafts_the_draft_waits(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.filter(tools="whatsapp.broadcast.create").delete()
    answer = planned(agent)
    request = ActionRequest.objects.get(tool="whatsapp.broadcast.create")
    assert (answer["campaign_id"], answer["action_request_id"]) == (None, str(request.pk))


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"template_name": "winter_tea"}, "TEMPLATE_NOT_APPROVED", "template_name"),
        ({"locale": "zh_HK"}, "TEMPLATE_NOT_APPROVED", "template_name"),
        ({"type": "utility"}, "category_differs", "type"),
        ({"deliver_at": "2026-03-02T12:00:00+08:00"}, "time_has_passed", "deliver_at"),
        ({"deliver_at": "2026-03-02T22:00:00+08:00"}, "quiet_hours", "deliver_at"),
        ({"variables": "{}"}, "variables_do_not_match", "variables"),
        ({"audience_filter": '{"segment": "Nobody"}'}, "segment_not_found", "audience_filter"),
        ({"audience_filter": '{"tag": ["vip"]}'}, "invalid_argument", "audience_filter.tag"),
        ({"audience_filter": '{"rule": "tag:"}'}, "rule_syntax", "audience_filter"),
        ({"audience_filter": '{"tags": ["nobody"]}'}, "nobody_to_write_to", ""),
    ],
)
def test_what_cannot_be_scheduled_is_refused_by_the_name_of_its_argument(
    tea: SpringTea, agent: Actor, changed: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: planned(agent, **changed))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]
    assert (Send.objects.count(), Segment.objects.count()) == (0, 1)


def test_a_rivals_segment_is_as_unknown_as_nobodys(tea: SpringTea, agent: Actor) -> None:
    theirs = SegmentFactory(organisation=other_tenant())
    for key in (theirs.pk, uuid4()):
        no = refused(lambda key=key: planned(agent, audience_filter=json.dumps({"segment_id": str(key)})))
        assert no.codes == ["segment_not_found"]


@pytest.mark.parametrize(
    ("state", "was"), [("draft", "draft"), ("scheduled", "scheduled"), ("releasing", "running"),
                       ("sending", "sending"), ("paused", "paused")],
)  # fmt: skip
def test_a_campaign_is_cancelled_from_every_state_that_is_no_end(
    tea: SpringTea, agent: Actor, state: str, was: str
) -> None:
    send = scheduled(tea, state=state)
    answer = flat("cancel_campaign", {"campaign_id": str(send.pk), "reason": "It rains."}, agent)
    assert answer == {"campaign_id": str(send.pk), "status": "cancelled", "from_status": was}
    assert Send.objects.get().state == SendState.STOPPED
    assert Entry.objects.get(action="send.stop").facts["reason"] == "It rains."


@pytest.mark.parametrize("state", ["completed", "stopped", "expired"])
def test_what_has_ended_is_neither_cancelled_nor_paused(tea: SpringTea, agent: Actor, state: str) -> None:
    ask = {"campaign_id": str(scheduled(tea, state=state).pk)}
    assert refused(lambda: flat("cancel_campaign", ask, agent)).codes == ["CAMPAIGN_TERMINAL_STATE"]
    assert refused(lambda: flat("pause_campaign", ask, agent)).codes == ["INVALID_STATE_TRANSITION"]


def test_the_approval_of_a_cancelled_draft_schedules_nothing(tea: SpringTea, agent: Actor) -> None:
    campaign = planned(agent)["campaign_id"]
    request = approved(ActionRequest.objects.get(tool="whatsapp.broadcast.schedule"))
    flat("cancel_campaign", {"campaign_id": campaign}, agent)
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["wrong_state"])


@pytest.mark.parametrize(
    ("state", "was"), [("scheduled", "scheduled"), ("releasing", "running"), ("sending", "sending")]
)
def test_a_campaign_is_paused_until_a_person_lets_it_go_on(tea: SpringTea, agent: Actor, state: str, was: str) -> None:
    send = scheduled(tea, state=state)
    answer = flat("pause_campaign", {"campaign_id": str(send.pk)}, agent)
    assert answer.pop("note").startswith("0 have been written to and 0 wait.")
    assert answer == {"campaign_id": str(send.pk), "status": "paused", "from_status": was}
    assert Send.objects.get().state == SendState.PAUSED


@pytest.mark.parametrize("state", ["draft", "paused"])
def test_a_draft_and_a_paused_campaign_are_not_paused(tea: SpringTea, agent: Actor, state: str) -> None:
    ask = {"campaign_id": str(scheduled(tea, state=state).pk)}
    assert refused(lambda: flat("pause_campaign", ask, agent)).codes == ["INVALID_STATE_TRANSITION"]


def test_a_rivals_campaign_is_as_unknown_as_nobodys(tea: SpringTea, agent: Actor) -> None:
    theirs = SendFactory(sender=SenderFactory(account__organisation=other_tenant()))
    for tool in ("cancel_campaign", "pause_campaign"):
        for key in (theirs.pk, uuid4()):
            no = refused(lambda tool=tool, key=key: flat(tool, {"campaign_id": str(key)}, agent))
            assert [(reason.code, reason.field) for reason in no.reasons] == [("campaign_not_found", "campaign_id")]


@pytest.mark.parametrize("tool", ["schedule_campaign", "cancel_campaign", "pause_campaign"])
def test_campaigns_belong_to_the_large_edition(tea: SpringTea, agent: Actor, tool: str) -> None:
    Organisation.objects.update(edition="oss")
    agent.organisation.refresh_from_db()
    assert refused(lambda: flat(tool, {}, agent)).codes == ["FEATURE_NOT_AVAILABLE"]


def test_people_at_the_desk_go_on_where_an_agent_paused(tea: SpringTea, agent: Actor) -> None:
    send = scheduled(tea, state="scheduled", started_at=None)
    flat("pause_campaign", {"campaign_id": str(send.pk)}, agent)
    assert move_send(send, "reschedule", at_desk(mei_chan()), NOON).state == SendState.SCHEDULED
