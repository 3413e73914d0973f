"""One template to one person: an audience of one, through the same gate; many of them are one large send."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from accounts.models import SaidUse
from approvals.calls import call
from approvals.composing import going_through
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import Policy
from approvals.registry import registry
from approvals.taint import note_untrusted_read
from messaging.engine.release import release_due
from messaging.invariants import broken_invariants
from messaging.models import Contact, Message, Outbox, Priority, Send
from tests.approvals.tea_room import approved, at_desk, codes_of, refused, request_of
from tests.factories import (
    NOON,
    AgentFactory,
    ConsentStateFactory,
    PersonFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    harbour_tea,
    sam_lee,
)
from tests.messaging.spring_tea import SpringTea, drinker, set_prices, tea_assistant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    """Its template is utility, and single utility templates are sent at once."""
    spring_tea = SpringTea()
    set_prices(category="utility")
    spring_tea.english.__class__.objects.update(reviewed_category="utility")
    spring_tea.template.__class__.objects.update(category="utility")
    send_at_once()
    return spring_tea


def send_at_once(category: str = "utility") -> None:
    Policy.objects.create(organisation=harbour_tea(), name=f"Single {category} templates", category=category,
                          tools="whatsapp.template_message.send", outcome=Policy.Outcome.AUTOMATIC)  # fmt: skip


def customer(name: str = "Ann") -> Contact:
    """Somebody who has agreed to word of their orders, and to nothing else."""
    contact = drinker(name, agreed=False)
    ConsentStateFactory(contact=contact, category="utility")
    return contact


def tell(tea: SpringTea, contact: Contact, actor: Actor, now: Any = NOON, **changed: Any) -> Envelope[Any]:
    ask = {
        "contact_id": str(contact.key), "template_id": str(tea.template.pk), "sender_id": str(tea.sender.pk),
        "variables": [{"name": "1", "source": "text", "text": "Ann"}],
        "idempotency_key": f"key-{uuid4()}", "reason": "Her tea has left.", **changed,
    }  # fmt: skip
    with going_through(registry.tools["send_template"]):  # for agents it is nothing by itself
        return call("whatsapp.template_message.send", ask, actor, now)


def test_one_person_gets_one_message_on_the_road_of_a_broadcast(tea: SpringTea, agent: Actor) -> None:
    answer = tell(tea, customer(), agent)
    send = Send.objects.get()
    assert answer.data == {"message_id": str(send.pk), "state": "scheduled", "due_at": "2026-03-02T04:00:00Z"}
    assert (send.kind, send.category, send.audience.segment, send.audience.included) == ("single", "utility", None, 1)
    assert release_due(NOON) == 1
    assert list(Message.objects.values_list("send", "values")) == [(send.pk, {"1": "Ann"})]
    assert Outbox.objects.get().priority == Priority.TRANSACTIONAL
    assert [str(one) for one in broken_invariants(NOON + timedelta(minutes=1))] == []


def test_marketing_to_one_person_waits_behind_what_somebody_waits_for(tea: SpringTea, agent: Actor) -> None:
    tea.template.translations.update(reviewed_category="marketing")
    send_at_once("marketing")
    tell(tea, drinker(), agent)
    assert release_due(NOON) == 1
    assert Outbox.objects.get().priority == Priority.BULK


def test_without_a_policy_a_person_decides_and_the_desk_says_what_and_whom(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.all().delete()
    request = request_of(tell(tea, customer(), agent))
    assert (request.state, request.people, Send.objects.count()) == ("pending", 1, 0)
    contract = request.preview.contract
    assert (contract["segment_id"], contract["segment_rule"], contract["targeted"]) == (None, "", 1)
    assert contract["recipient"].startswith("+852••••")
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    assert Send.objects.get().request_id == request.pk


def test_what_was_asked_for_after_reading_customers_waits_for_a_person(tea: SpringTea, agent: Actor) -> None:
    note_untrusted_read(agent, NOON)
    assert request_of(tell(tea, customer(), agent)).state == "pending"


@pytest.mark.parametrize(
    ("against", "code"),
    [("stop", "suppressed"), ("block", "blocked"), ("no consent", "wrong_category"), ("empty", "missing_variable")],
)
def test_the_gates_reason_is_told_and_nothing_is_frozen(tea: SpringTea, agent: Actor, against: str, code: str) -> None:
    contact = drinker("Bob") if against == "no consent" else customer("Bob")
    if against == "no consent":
        contact.consent_states.update(category="marketing")
    if against in ("stop", "block"):
        SuppressionFactory(contact=contact, reason="blocked" if against == "block" else "keyword")
    changed = {"variables": [{"name": "1", "source": "attribute", "attribute": "x"}]} if against == "empty" else {}
    assert refused(lambda: tell(tea, contact, agent, **changed)).codes == [code]
    assert Send.objects.count() == 0


def test_a_language_without_an_approved_text_is_refused(tea: SpringTea, agent: Actor) -> None:
    assert refused(lambda: tell(tea, customer(), agent, language="zh_HK")).codes == ["template_not_approved"]
    tea.translate("zh_HK").__class__.objects.update(reviewed_category="utility")
    tell(tea, customer("Bob"), agent, language="zh_HK")
    assert [part["language"] for part in Send.objects.get().preview.contract["translations"]] == ["zh_HK"]


def test_it_leaves_at_the_time_that_was_named(tea: SpringTea, agent: Actor) -> None:
    tell(tea, customer(), agent, due_at="2026-03-02T15:00:00+08:00")
    assert release_due(NOON + timedelta(hours=2)) == 0
    assert release_due(NOON + timedelta(hours=3)) == 1


def test_the_same_template_to_more_people_than_may_be_reached_unapproved_waits_for_a_person(tea: SpringTea) -> None:
    agent = tea_assistant(unapproved_people=2)
    first = [request_of(tell(tea, customer(name), agent)).state for name in ("Ann", "Bob")]
    answer = tell(tea, customer("Cat"), agent)
    request = request_of(answer)
    assert (first, request.state, codes_of(request)) == (["succeeded"] * 2, "pending", ["said_too_often"])
    assert "Propose one campaign" in answer.warnings[0]
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    assert SaidUse.objects.get().people == 2


def test_siblings_under_one_owner_count_together_and_other_owners_by_themselves(tea: SpringTea) -> None:
    def told(whom: str, **fields: Any) -> str:
        return str(request_of(tell(tea, customer(whom), tea_assistant(unapproved_people=1, **fields))).state)

    assert told("Ann", name="Day shift") == "succeeded"
    assert told("Bob", name="Night shift") == "pending"
    tom = PersonFactory(username="tom", organisation=harbour_tea(), role="marketer")
    assert told("Cat", owner=tom) == "succeeded"


def test_another_template_and_another_day_begin_anew(tea: SpringTea) -> None:
    agent = tea_assistant(unapproved_people=1)
    assert request_of(tell(tea, customer("Ann"), agent)).state == "succeeded"
    other = SpringTea.__new__(SpringTea)
    other.template, other.sender = another_template(tea), tea.sender
    assert request_of(tell(other, customer("Bob"), agent)).state == "succeeded"
    assert request_of(tell(tea, customer("Cat"), agent)).state == "pending"
    tomorrow = NOON + timedelta(days=1)
    assert request_of(tell(tea, customer("Dan"), agent, tomorrow)).state == "succeeded"
    assert SaidUse.objects.count() == 1


def another_template(tea: SpringTea) -> Any:
    made = TemplateFactory(account=tea.sender.account, name="order_left", category="utility")
    TemplateTranslationFactory(template=made, reviewed_category="utility")
    return made


def test_what_a_person_asks_for_counts_nothing(tea: SpringTea) -> None:
    AgentFactory(unapproved_people=0)
    assert request_of(tell(tea, customer(), at_desk(sam_lee()))).state == "succeeded"
    assert SaidUse.objects.count() == 0
