"""A broadcast through the door: drafted, scheduled, countersigned, and all that may stand in its way."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.models import BudgetUse
from approvals import decisions
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy
from audit.models import Entry
from messaging.engine.sends import move_send
from messaging.engine.standing import reasons_against
from messaging.models import Contact, Message, Outbox, Send, SendState
from tests.approvals.tea_room import approved, at_desk, codes_of, refused, request_of, tamper
from tests.factories import NOON, PersonFactory, SuppressionFactory, mei_chan, other_tenant
from tests.messaging.spring_broadcasts import drafted, preview, scheduled, send_of, tea_for_three, write
from tests.messaging.spring_tea import SpringTea, drinker, tea_assistant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    return tea_for_three()


def test_a_broadcast_goes_from_preview_to_schedule_and_sends_nothing_by_itself(tea: SpringTea, agent: Actor) -> None:
    shown = preview(tea, agent)
    assert (shown.data["targeted"], shown.data["included"], shown.data["excluded"]) == (3, 2, {"suppressed": 1})
    assert (shown.data["cost_high"], shown.data["cost_low"], shown.data["currency"]) == ("0.146400", "0.146400", "USD")
    assert shown.data["cost_ceiling"] == "0.146400"
    assert Send.objects.count() == 0

    created = write("create", shown.preview_id, agent)
    assert created.data["state"] == "draft"
    assert created.request is not None
    assert created.request.anything_sent == "Carried out. It sends no messages."

    waiting = write("schedule", shown.preview_id, agent)
    assert waiting.request is not None
    assert waiting.request.state == "pending"
    send = Send.objects.get()
    assert (send.state, send.request) == (SendState.DRAFT, None)

    done = carry_out(approved(request_of(waiting)).pk, NOON)
    send = Send.objects.get()
    assert done.state == "succeeded"
    assert (send.state, send.request_id, send.due_at) == (SendState.SCHEDULED, done.pk, NOON + timedelta(hours=2))
    assert (send.cost_ceiling, send.per_second, send.category) == (Decimal("0.146400"), 80, "marketing")
    assert send.not_after == send.due_at + timedelta(hours=24)
    assert list(reasons_against(send, NOON, ask_audience=True)) == []
    assert (Message.objects.count(), Outbox.objects.count()) == (0, 0)


def test_the_audit_tells_the_whole_way_of_a_broadcast(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent)
    carry_out(approved(request).pk, NOON)
    told = Entry.objects.filter(request_id=request.pk).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["request.made", "request.approve", "request.start", "send.schedule", "request.succeed"]


def test_a_draft_takes_nothing_from_the_days_budget_and_its_schedule_takes_it_once(
    tea: SpringTea, agent: Actor
) -> None:
    request = scheduled(tea, agent)
    assert (request.people, request.messages, request.money) == (2, 2, Decimal("0.146400"))
    assert list(BudgetUse.objects.values_list("people", "money")) == [(2, Decimal("0.146400"))]
    decisions.reject(request.pk, at_desk(mei_chan()), NOON, note="Not today.")
    assert list(BudgetUse.objects.values_list("people", "money")) == [(0, Decimal(0))]


def test_without_a_policy_even_a_draft_waits_for_a_person(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.all().delete()
    answer = write("create", preview(tea, agent).preview_id, agent)
    assert answer.request is not None
    assert answer.request.state == "pending"


def test_no_policy_schedules_without_a_person(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.update(tools="*")
    assert scheduled(tea, agent).state == "pending"


def test_nothing_is_scheduled_that_was_not_drafted(tea: SpringTea, agent: Actor) -> None:
    no = refused(lambda: write("schedule", preview(tea, agent).preview_id, agent))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("not_drafted", "preview_id")]


def test_a_preview_is_drafted_once(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    assert refused(lambda: write("create", made, agent)).codes == ["already_drafted"]
    assert Send.objects.count() == 1


def test_a_broadcast_is_scheduled_once_though_two_people_asked_for_it(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    first, second = (request_of(write("schedule", made, agent)) for _ in range(2))
    approved(first)
    approved(second)
    assert carry_out(first.pk, NOON).state == "succeeded"
    late = carry_out(second.pk, NOON)
    assert (late.state, codes_of(late)) == ("voided", ["wrong_state"])
    assert send_of(first).request_id == first.pk
    assert refused(lambda: write("schedule", made, agent)).codes == ["wrong_state"]


def test_a_stopped_draft_is_not_scheduled(tea: SpringTea, agent: Actor) -> None:
    request = approved(scheduled(tea, agent))
    move_send(send_of(request), "stop", at_desk(mei_chan()), NOON)
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["wrong_state"])


@pytest.mark.parametrize(
    ("due_at", "quiet"),
    [
        ("2026-03-02T20:59:00+08:00", False),
        ("2026-03-02T21:00:00+08:00", True),
        ("2026-03-03T08:59:00+08:00", True),
        ("2026-03-03T09:00:00+08:00", False),
        ("2026-03-02T14:00:00+00:00", True),
    ],
)
def test_marketing_does_not_begin_in_quiet_hours(tea: SpringTea, agent: Actor, due_at: str, quiet: bool) -> None:
    shown = preview(tea, agent, due_at=due_at)
    assert any(warning.startswith("quiet_hours:") for warning in shown.warnings) is quiet
    if quiet:
        no = refused(lambda: write("create", shown.preview_id, agent))
        assert [(reason.code, reason.field) for reason in no.reasons] == [("quiet_hours", "due_at")]


def test_a_broadcast_whose_last_moment_is_over_is_not_scheduled(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent, not_after="2026-03-02T15:00:00+08:00")
    three = NOON + timedelta(hours=3)
    assert refused(lambda: approved(request, now=three)).codes == ["too_late"]
    assert approved(request, now=three - timedelta(seconds=1)).state == "approved"
    ended = carry_out(request.pk, three)
    assert (ended.state, codes_of(ended)) == ("voided", ["too_late"])


def test_a_broadcast_to_nobody_is_not_drafted(tea: SpringTea, agent: Actor) -> None:
    for contact in Contact.objects.all():
        SuppressionFactory(contact=contact, reason="blocked")
    shown = preview(tea, agent)
    assert shown.data["included"] == 0
    assert refused(lambda: write("create", shown.preview_id, agent)).codes == ["nobody_to_write_to"]


def test_a_contract_altered_after_the_approval_schedules_nothing(tea: SpringTea, agent: Actor) -> None:
    request = approved(scheduled(tea, agent))
    tamper("UPDATE approvals_preview SET contract = jsonb_set(contract, '{cost_ceiling}', '\"9999\"') WHERE id = %s",
           request.preview_id)  # fmt: skip
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["seal_broken"])


def test_an_opt_out_after_the_preview_does_not_break_the_frozen_audience(tea: SpringTea, agent: Actor) -> None:
    """Who leaves is left out at the moment of sending; what was countersigned stays what it was."""
    request = approved(scheduled(tea, agent))
    SuppressionFactory(contact=Contact.objects.get(name="Ann"))
    drinker("Too late")
    assert carry_out(request.pk, NOON).state == "succeeded"
    assert send_of(request).audience.targeted == 3


def listed(actor: Actor, **ask: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("whatsapp.broadcasts.list", ask, actor, NOON).data["broadcasts"]
    return rows


def test_the_list_tells_where_each_broadcast_stands_with_numbers_that_add_up(tea: SpringTea, agent: Actor) -> None:
    drafted(tea, agent, name="Only drafted")
    carry_out(approved(scheduled(tea, agent, name="To be sent")).pk, NOON)
    rows = listed(agent)
    assert {row["name"]: row["state"] for row in rows} == {"To be sent": "scheduled", "Only drafted": "draft"}
    for row in rows:
        assert (row["targeted"], row["included"]) == (3, 2)
        assert sum(row["outcomes"].values()) == 3
        assert row["outcomes"]["excluded_suppressed"] == 1
    assert [row["name"] for row in listed(agent, state="draft")] == ["Only drafted"]


def test_another_tenants_broadcasts_are_not_listed(tea: SpringTea, agent: Actor) -> None:
    drafted(tea, agent)
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="marketer"))
    assert listed(stranger) == []


def forged(send: Send, request: ActionRequest) -> list[str]:
    """Why a send does not leave that somebody has scheduled by hand, under this request."""
    Send.objects.filter(pk=send.pk).update(state=SendState.SCHEDULED, request=request)
    return [reason.code for reason in reasons_against(Send.objects.get(pk=send.pk), NOON, ask_audience=True)]


def test_the_request_that_kept_the_draft_is_no_countersignature_for_sending_it(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    kept = ActionRequest.objects.get(preview_id=made)
    assert kept.state == "succeeded"
    assert forged(Send.objects.get(), kept) == ["not_countersigned"]


def test_a_request_that_was_moved_to_its_end_by_hand_under_a_rules_name_lets_nothing_leave(
    tea: SpringTea, agent: Actor
) -> None:
    request = scheduled(tea, agent)
    Decision.objects.create(request=request, rule="policy: x", verdict="approve", seal=request.seal, at=NOON)
    for state in ("approved", "executing", "succeeded"):
        ActionRequest.objects.filter(pk=request.pk).update(state=state)
    assert forged(send_of(request), ActionRequest.objects.get(pk=request.pk)) == ["seal_broken"]


def test_a_request_that_waits_lets_nothing_leave(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent)
    assert forged(send_of(request), request) == ["not_countersigned"]
    assert forged(send_of(request), approved(request)) == ["not_countersigned"]
