"""send_template and schedule_message: the flat names of one template, or one free text, to one customer."""

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import ActionRequest, Policy
from approvals.reasons import Refused
from approvals.registry import registry
from messaging.engine.release import release_due
from messaging.models import Send, SendState
from tests.approvals.tea_room import at_desk, refused
from tests.factories import NOON, ConversationFactory, SuppressionFactory, harbour_tea, mei_chan, other_tenant
from tests.messaging.meta.flat_tea import ann_and_her_tea, flat
from tests.messaging.spring_tea import SpringTea, drinker, tea_assistant

pytestmark = pytest.mark.django_db

ANN = "85261234567"
AT_THREE = "2026-03-02T15:00:00+08:00"


@pytest.fixture
def tea() -> SpringTea:
    return ann_and_her_tea()


def sent(actor: Actor, **changed: Any) -> dict[str, Any]:
    ask = {"to": f"+{ANN}", "template_name": "spring_tea", "variables": '["Ann"]', **changed}
    return flat("send_template", ask, actor)


def later(actor: Actor, **changed: Any) -> dict[str, Any]:
    content = {"template_name": "spring_tea", "variables": ["Ann"]}
    ask = {"customer_id": ANN, "message_type": "utility", "content": json.dumps(content), "deliver_at": AT_THREE}
    return flat("schedule_message", {**ask, **changed}, actor)


def test_a_template_is_queued_and_answers_with_its_own_keys_alone(tea: SpringTea, agent: Actor) -> None:
    answer = sent(agent)
    send = Send.objects.get()
    assert answer == {"status": "queued", "message_id": str(send.pk)}
    assert release_due(NOON) == 1
    assert list(send.messages.values_list("address", "values")) == [(f"+{ANN}", {"1": "Ann"})]


def test_an_agent_with_the_small_toolset_sends_through_what_it_is_not_shown(tea: SpringTea) -> None:
    assert sent(tea_assistant(toolset="meta"))["status"] == "queued"


def test_where_a_person_decides_the_answer_says_so_and_nothing_is_queued(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.all().delete()
    answer = sent(agent)
    asked = ActionRequest.objects.get()
    assert answer == {"status": "pending_approval", "message_id": None, "action_request_id": str(asked.pk)}
    assert (asked.tool, asked.reason) == ("whatsapp.template_message.send", "Asked for with send_template.")
    assert Send.objects.count() == 0


def test_many_small_sends_wait_for_a_person_and_are_told_to_be_one_campaign(tea: SpringTea) -> None:
    answer = sent(tea_assistant(unapproved_people=0))
    assert answer["status"] == "pending_approval"
    assert "Propose one campaign" in answer["note"]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"template_name": "winter_tea"}, [("TEMPLATE_REQUIRED", "template_name")]),
        ({"locale": "zh_HK"}, [("TEMPLATE_REQUIRED", "template_name")]),
        ({"variables": "[]"}, [("variables_do_not_match", "variables")]),
        ({"to": "85269999999"}, [("customer_not_found", "to")]),
        ({"channel": "sms"}, [("invalid_argument", "channel")]),
        ({"variables": "Ann"}, [("invalid_argument", "variables")]),
        ({"variables": '["\\u0000"]'}, [("invalid_argument", "variables.0.text")]),
    ],
)
def test_what_cannot_be_sent_is_refused_by_the_name_of_its_argument(
    tea: SpringTea, agent: Actor, changed: dict[str, Any], codes: list[tuple[str, str]]
) -> None:
    no = refused(lambda: sent(agent, **changed))
    assert [(reason.code, reason.field) for reason in no.reasons] == codes


def test_the_listed_codes_are_the_declared_ones() -> None:
    assert registry.find("send_template").refusals == ("TEMPLATE_REQUIRED", "USER_OPTED_OUT", "POLICY_RESTRICTION")
    assert registry.find("schedule_message").refusals == ("USER_OPTED_OUT",)


def test_who_has_opted_out_gets_nothing_now_or_later(tea: SpringTea, agent: Actor) -> None:
    SuppressionFactory(contact=tea.ann)
    assert refused(lambda: sent(agent)).codes == ["USER_OPTED_OUT"]
    assert refused(lambda: later(agent)).codes == ["USER_OPTED_OUT"]


@pytest.mark.parametrize("against", ["stopped", "blocked", "no consent", "forbidden"])
def test_house_rules_are_a_policy_restriction(tea: SpringTea, agent: Actor, against: str) -> None:
    if against == "stopped":
        harbour_tea().__class__.objects.update(sending_stopped_at=NOON)
    elif against == "blocked":
        SuppressionFactory(contact=tea.ann, reason="blocked")
    elif against == "no consent":
        tea.ann.consent_states.all().delete()
    else:
        Policy.objects.update(outcome=Policy.Outcome.REFUSE)
    assert refused(lambda: sent(agent)).codes == ["POLICY_RESTRICTION"]
    assert Send.objects.count() == 0


def test_a_rivals_template_and_customer_are_as_unknown_as_nobodys(tea: SpringTea) -> None:
    stranger = Actor.of_person(mei_chan().__class__.objects.create(
        username="lily", organisation=other_tenant(), role="admin"), Face.REST)  # fmt: skip
    assert refused(lambda: sent(stranger)).codes == ["customer_not_found"]


def test_english_of_one_country_is_found_as_english(tea: SpringTea, agent: Actor) -> None:
    tea.template.translations.update(language="en_US")
    assert sent(agent)["status"] == "queued"


def test_a_template_is_scheduled_for_its_time(tea: SpringTea, agent: Actor) -> None:
    answer = later(agent)
    send = Send.objects.get()
    assert answer == {
        "message_id": str(send.pk), "status": "scheduled", "deliver_at": AT_THREE, "customer_id": "••••567",
    }  # fmt: skip
    assert release_due(NOON + timedelta(hours=2)) == 0
    assert release_due(NOON + timedelta(hours=3)) == 1
    assert later(at_desk(mei_chan()))["customer_id"] == ANN


def test_a_scheduled_template_that_waits_for_a_person_says_so(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.all().delete()
    answer = later(agent)
    assert (answer["status"], answer["message_id"]) == ("pending_approval", None)
    assert answer["action_request_id"] == str(ActionRequest.objects.get().pk)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"deliver_at": "2026-03-02T12:00:00+08:00"}, "time_has_passed", "deliver_at"),
        ({"deliver_at": "2027-03-02T12:00:00+08:00"}, "too_far_ahead", "deliver_at"),
        ({"message_type": "marketing"}, "category_differs", "message_type"),
        ({"content": "{}"}, "invalid_argument", "content.template_name"),
        ({"content": "tea"}, "invalid_argument", "content"),
        ({"message_type": "poem"}, "invalid_argument", "message_type"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_by_the_name_of_its_argument(
    tea: SpringTea, agent: Actor, changed: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: later(agent, **changed))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]


class TestFreeText:
    """Only while the customer's window is open, now and when it leaves."""

    TEXT = json.dumps({"text": "Your tea is ready."})

    def of_mei(self, **changed: Any) -> dict[str, Any]:
        return later(at_desk(mei_chan()), message_type="service", content=self.TEXT, **changed)

    def test_it_is_scheduled_within_the_open_window(self, tea: SpringTea) -> None:
        Policy.objects.create(organisation=harbour_tea(), name="Answers", tools="whatsapp.session_message.send",
                              outcome=Policy.Outcome.AUTOMATIC)  # fmt: skip
        ConversationFactory(contact=tea.ann, sender=tea.sender, window_until=NOON + timedelta(hours=20))
        assert self.of_mei()["status"] == "scheduled"
        send = Send.objects.get()
        assert (send.kind, send.due_at) == ("reply", NOON + timedelta(hours=3))
        assert release_due(NOON + timedelta(hours=2)) == 0
        send.reply.conversation.__class__.objects.update(window_until=NOON + timedelta(hours=1))
        release_due(NOON + timedelta(hours=3))
        assert Send.objects.get().state == SendState.PAUSED

    def test_a_window_that_closes_before_is_told_now(self, tea: SpringTea) -> None:
        ConversationFactory(contact=tea.ann, sender=tea.sender, window_until=NOON + timedelta(hours=2))
        no = refused(self.of_mei)
        assert [(reason.code, reason.field) for reason in no.reasons] == [("TEMPLATE_REQUIRED", "deliver_at")]

    def test_without_a_conversation_a_template_is_the_way(self, tea: SpringTea) -> None:
        drinker("Bob")
        assert refused(self.of_mei).codes == ["TEMPLATE_REQUIRED"]


def test_both_refuse_who_may_not_ask(tea: SpringTea) -> None:
    reader = tea_assistant(scopes=["meta:read"])
    for tool in ("send_template", "schedule_message"):
        with pytest.raises(Refused) as no:
            call(tool, {}, reader, NOON)
        assert no.value.codes == ["scope_missing"]
