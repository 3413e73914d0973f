"""whatsapp.consent.update says yes, or lifts a no: with proof, and by a person."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from messaging.models import ConsentState
from tests.approvals.tea_room import approved, at_desk, codes_of, fresh, refused, request_of
from tests.factories import (
    NOON,
    ContactFactory,
    SuppressionFactory,
    harbour_tea,
    mei_chan,
)
from tests.messaging.consent_by_tool import standing, state, update

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("outcome", [None, Policy.Outcome.AUTOMATIC])
def test_lifting_a_no_is_always_decided_by_a_person(outcome: str | None) -> None:
    if outcome:
        Policy.objects.create(organisation=harbour_tea(), name="All of it", outcome=outcome)
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    answer = update([ann], "opt_in", channel="any", customers_own_act=True, evidence="recording 17")
    assert state(answer) == "pending"
    assert standing(ann) == {("stop", "any", "any")}
    request = approved(request_of(answer))
    assert carry_out(request.pk, NOON).result == {"changed": 1, "change": "opt_in"}
    assert standing(ann) == set()


@pytest.mark.parametrize(
    "proof",
    [{}, {"customers_own_act": True}, {"evidence": "recording 17"}, {"customers_own_act": True, "evidence": "  "}],
)
def test_lifting_a_no_needs_the_customers_own_act_and_evidence(proof: dict[str, Any]) -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    assert refused(lambda: update([ann], "opt_in", **proof)).codes == ["opt_out_stands"]
    assert ActionRequest.objects.count() == 0


def test_an_old_yes_lifts_nothing_and_says_so_before_anybody_decides() -> None:
    proof = {"customers_own_act": True, "evidence": "form 4", "occurred_at": "2026-02-20T12:00:00+08:00"}
    no = refused(lambda: update([ContactFactory()], "opt_in", **proof))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("too_long_ago", "occurred_at")]


def test_a_yes_that_grew_old_while_it_waited_is_void() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann, at=NOON - timedelta(days=9))
    proof = {"customers_own_act": True, "evidence": "form 4", "occurred_at": "2026-02-24T12:00:00+08:00"}
    request = approved(request_of(update([ann], "opt_in", channel="any", **proof)))
    ended = carry_out(request.pk, NOON + timedelta(days=1, minutes=1))
    assert (ended.state, codes_of(ended)) == ("voided", ["too_long_ago"])
    assert standing(ann) == {("stop", "any", "any")}


def test_a_yes_lifts_no_further_than_was_countersigned() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    SuppressionFactory(contact=ann, reason="request", channel="whatsapp", category="utility")
    proof = {"customers_own_act": True, "evidence": "form 4"}
    request = approved(request_of(update([ann], "opt_in", channel="whatsapp", category="utility", **proof)))
    carry_out(request.pk, NOON)
    assert standing(ann) == {("stop", "any", "any")}


def test_a_yes_does_not_lift_a_block() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann, reason="blocked")
    request = approved(request_of(update([ann], "opt_in", channel="any", customers_own_act=True, evidence="form 4")))
    assert carry_out(request.pk, NOON).result == {"changed": 0, "change": "opt_in"}
    assert standing(ann) == {("blocked", "any", "any")}


def test_a_yes_older_than_the_no_lifts_nothing() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann, at=NOON - timedelta(minutes=5))
    proof = {"customers_own_act": True, "evidence": "form 4", "occurred_at": "2026-03-02T11:50:00+08:00"}
    request = approved(request_of(update([ann], "opt_in", channel="any", **proof)))
    carry_out(request.pk, NOON)
    assert standing(ann) == {("stop", "any", "any")}


def test_consent_given_waits_for_a_person_unless_a_policy_says_otherwise_and_many_always_do() -> None:
    ann, bob = ContactFactory(agreed=False), ContactFactory(agreed=False)
    assert state(update([ann], "grant", category="marketing")) == "pending"
    Policy.objects.create(organisation=harbour_tea(), name="All of it", outcome=Policy.Outcome.AUTOMATIC)
    assert state(update([ann], "grant", category="marketing")) == "succeeded"
    assert ConsentState.objects.get(contact=ann, channel="whatsapp", category="marketing").state == "granted"
    assert state(update([ann, bob], "grant", category="marketing")) == "pending"


def test_consent_is_given_for_one_kind_of_message() -> None:
    no = refused(lambda: update([ContactFactory()], "grant"))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("category_missing", "category")]


@pytest.mark.parametrize("change", ["grant", "opt_in"])
def test_a_yes_in_the_future_is_refused(change: str) -> None:
    said = {
        "category": "marketing",
        "customers_own_act": True,
        "evidence": "x",
        "occurred_at": "2026-03-02T12:00:01+08:00",
    }
    assert refused(lambda: update([ContactFactory()], change, **said)).codes == ["in_the_future"]


def test_the_officer_cannot_lift_a_no_by_themselves() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    mei = Actor.of_person(mei_chan(), Face.DESK)
    request = request_of(update([ann], "opt_in", mei, channel="any", customers_own_act=True, evidence="form 4"))
    no = refused(lambda: decisions.approve(request.pk, at_desk(mei_chan()), NOON, seal=request.seal))
    assert no.codes == ["four_eyes"]
    assert fresh(request).state == "pending"
