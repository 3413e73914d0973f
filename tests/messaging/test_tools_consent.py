"""whatsapp.consent.update through the door: a no counts at once, and who may say it."""

import pytest

from accounts.actor import Actor, Face
from approvals.execution import carry_out
from approvals.models import ActionRequest
from audit.models import Entry
from messaging.contacts.merging import merge
from messaging.models import ConsentEvidence, ConsentState, MergeTask, Suppression
from tests.approvals.tea_room import approved, refused, request_of
from tests.factories import (
    NOON,
    ContactFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    vera_ng,
)
from tests.messaging.consent_by_tool import everything_is_forbidden, standing, state, update
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db


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
