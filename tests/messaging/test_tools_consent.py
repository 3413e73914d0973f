"""whatsapp.consent.update through the door: a no at once, a yes with proof and a person."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals import decisions
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from audit.models import Entry
from messaging.contacts.merging import merge
from messaging.models import ConsentEvidence, ConsentState, Contact, MergeTask, Suppression
from tests.approvals.tea_room import approved, at_desk, codes_of, fresh, refused, request_of
from tests.factories import (
    NOON,
    ContactFactory,
    SuppressionFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    vera_ng,
)
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db


def update(people: list[Contact], change: str, actor: Actor | None = None, **said: Any) -> Envelope[Any]:
    arguments = {
        "contact_ids": [str(person.key) for person in people],
        "change": change,
        "source": "phone call",
        "occurred_at": "2026-03-02T11:00:00+08:00",
        "idempotency_key": f"key-{uuid4()}",
        "reason": "The customer called.",
        **said,
    }
    return call("whatsapp.consent.update", arguments, actor or tea_assistant(), NOON)


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


def everything_is_forbidden() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="Nothing", outcome=Policy.Outcome.REFUSE)


def standing(person: Contact) -> set[tuple[str, str, str]]:
    rows = Suppression.objects.filter(contact=person, lifted_at=None)
    return set(rows.values_list("reason", "channel", "category"))


@pytest.mark.parametrize(("change", "reason"), [("opt_out", "request"), ("block", "blocked")])
def test_a_no_counts_at_once_everywhere_though_a_policy_forbids_everything(change: str, reason: str) -> None:
    everything_is_forbidden()
    ann = ContactFactory()
    answer = update([ann], change, tea_assistant(people_per_day=0, messages_per_day=0))
    assert (state(answer), answer.data) == ("succeeded", {"changed": 1, "change": change})
    assert standing(ann) == {(reason, "any", "any")}


def test_taking_consent_back_counts_at_once_though_a_policy_forbids_everything() -> None:
    everything_is_forbidden()
    ann = ContactFactory()
    assert state(update([ann], "withdraw", category="marketing")) == "succeeded"
    assert ConsentState.objects.get(contact=ann, channel="any", category="marketing").state == "withdrawn"


def test_a_no_of_a_thousand_people_is_no_bulk_change_that_waits() -> None:
    people = [ContactFactory() for _ in range(12)]
    answer = update(people, "opt_out")
    assert answer.data == {"changed": 12, "change": "opt_out"}


def test_a_no_reaches_whoever_may_be_the_same_person() -> None:
    ann, ann_too = ContactFactory(), ContactFactory()
    MergeTask.objects.create(organisation=harbour_tea(), first=ann, second=ann_too, evidence="phone", found_at=NOON)
    assert update([ann], "opt_out").data == {"changed": 2, "change": "opt_out"}
    assert standing(ann_too) == {("request", "any", "any")}


@pytest.mark.parametrize("change", ["opt_out", "grant"])
def test_whoever_still_names_a_contact_that_was_merged_away_means_the_person(change: str) -> None:
    kept, shell = ContactFactory(), ContactFactory()
    task = MergeTask.objects.create(organisation=kept.organisation, first=kept, second=shell, found_at=NOON)
    merge(task, kept.pk, Actor.of_person(mei_chan(), Face.DESK), NOON)
    answer = update([shell], change, category="utility", evidence="call 4711")
    if change == "opt_out":
        assert {reason for reason, *_rest in standing(kept)} == {"request"}
        return
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id)).pk, NOON)
    assert ConsentState.objects.filter(contact=kept, category="utility", state="granted").exists()
    assert not ConsentState.objects.filter(contact=shell, category="utility").exists()


def test_a_no_from_a_clock_that_is_ahead_was_said_now() -> None:
    ann = ContactFactory()
    assert state(update([ann], "opt_out", occurred_at="2031-01-01T00:00:00+00:00")) == "succeeded"
    assert Suppression.objects.get(contact=ann).at == NOON


def test_a_no_can_be_said_for_one_channel_and_kind_alone() -> None:
    ann = ContactFactory()
    update([ann], "opt_out", channel="whatsapp", category="marketing")
    assert standing(ann) == {("request", "whatsapp", "marketing")}


def test_a_no_is_written_into_the_audit_with_its_request() -> None:
    answer = update([ContactFactory()], "opt_out")
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "request.made", "request.approve", "request.start", "contact.opted_out", "request.succeed",
    ]  # fmt: skip
    assert request_of(answer).decisions.get().rule == "floor: nobody is asked"


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


@pytest.mark.parametrize("occurred_at", ["0001-01-01T00:00:00+14:00", "1969-12-31T00:00:00Z", "2026-03-02T11:00:00"])
def test_a_time_that_no_row_can_hold_or_nobody_means_is_refused_by_its_field(occurred_at: str) -> None:
    no = refused(lambda: update([ContactFactory()], "opt_out", occurred_at=occurred_at))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", "occurred_at")]


def test_another_tenants_contact_is_as_unknown_as_none_and_nothing_is_changed() -> None:
    theirs, ours = ContactFactory(organisation=other_tenant()), ContactFactory()
    unknown = ContactFactory.build(organisation=harbour_tea())
    told = []
    for stranger in (theirs, unknown):
        no = refused(lambda stranger=stranger: update([ours, stranger], "opt_out"))
        told.append([str(reason).replace(str(stranger.key), "…") for reason in no.reasons])
    assert told[0] == told[1] == ["contact_ids: There is no contact …. Use ids of whatsapp.contacts.list."]
    assert (Suppression.objects.count(), ActionRequest.objects.count(), ConsentEvidence.objects.count()) == (0, 0, 0)


def test_who_may_only_read_changes_nothing() -> None:
    viewer = Actor.of_person(vera_ng(), Face.REST)
    assert refused(lambda: update([ContactFactory()], "opt_out", viewer)).codes == ["scope_missing"]


def test_support_writes_a_no_down_at_once_and_asks_for_nothing_else() -> None:
    ann, support = ContactFactory(), Actor.of_person(ken_ho(), Face.DESK)
    assert state(update([ann], "opt_out", support)) == "succeeded"
    assert standing(ann) == {("request", "any", "any")}
    proof = {"customers_own_act": True, "evidence": "form 4", "category": "marketing"}
    for change in ("grant", "opt_in"):
        assert refused(lambda change=change: update([ann], change, support, **proof)).codes == ["scope_missing"]
    assert ActionRequest.objects.count() == 1


def test_the_officer_cannot_lift_a_no_by_themselves() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    mei = Actor.of_person(mei_chan(), Face.DESK)
    request = request_of(update([ann], "opt_in", mei, channel="any", customers_own_act=True, evidence="form 4"))
    no = refused(lambda: decisions.approve(request.pk, at_desk(mei_chan()), NOON, seal=request.seal))
    assert no.codes == ["four_eyes"]
    assert fresh(request).state == "pending"
