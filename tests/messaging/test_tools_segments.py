"""whatsapp.segments.list and whatsapp.segment.upsert through the door."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from messaging.models import Segment, SendState
from tests.approvals.tea_room import approved, at_once, codes_of, refused, request_of
from tests.factories import (
    NOON,
    AudienceFactory,
    PersonFactory,
    SegmentFactory,
    SendFactory,
    SuppressionFactory,
    harbour_tea,
    other_tenant,
)
from tests.messaging.spring_tea import drinker, tea_assistant

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Actor:
    """Under a policy that keeps segments at once."""
    Policy.objects.create(
        organisation=harbour_tea(), name="Segments", tools="whatsapp.segment.upsert", outcome=Policy.Outcome.AUTOMATIC
    )
    return tea_assistant()


def upsert(actor: Actor, now: Any = NOON, **fields: Any) -> Envelope[Any]:
    arguments = {
        "idempotency_key": f"key-{uuid4()}",
        "reason": "We want to know.",
        "name": "Regulars",
        "rule": "tag:tea",
    }
    return call("whatsapp.segment.upsert", {**arguments, **fields}, actor, now)


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


def listed(actor: Actor, **ask: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("whatsapp.segments.list", ask, actor, NOON).data["segments"]
    return rows


def test_a_segment_is_kept_in_the_canonical_spelling_of_its_rule(agent: Actor) -> None:
    answer = upsert(agent, rule="  tag:tea AND country in (hk,MO) ", purpose="Spring")
    segment = Segment.objects.get(pk=answer.data["segment_id"])
    assert (segment.name, segment.purpose, segment.version, segment.is_everyone) == ("Regulars", "Spring", 1, False)
    assert segment.rule == listed(agent)[0]["rule"]
    assert answer.data["version_token"] == listed(agent)[0]["version_token"]


def test_without_a_policy_a_person_decides() -> None:
    assert state(upsert(tea_assistant())) == "pending"
    assert Segment.objects.count() == 0


@pytest.mark.parametrize("rule", ["everyone", "everyone and not tag:staff", "tag:tea or everyone"])
def test_a_rule_that_says_everyone_is_always_decided_by_a_person(agent: Actor, rule: str) -> None:
    answer = upsert(agent, rule=rule)
    assert state(answer) == "pending"
    assert request_of(answer).preview.contract["means_everyone"] is True


@pytest.mark.parametrize(
    "rule", ["", "not tag:staff", "consent:marketing", "tag:tea and", "phone:+852", "tag:tea; drop"]
)
def test_a_rule_that_is_wrong_or_means_everybody_by_accident_is_refused(agent: Actor, rule: str) -> None:
    no = refused(lambda: upsert(agent, rule=rule))
    assert {reason.field for reason in no.reasons} == {"rule"}
    assert (Segment.objects.count(), ActionRequest.objects.count()) == (0, 0)


def test_an_edit_says_which_version_was_read(agent: Actor) -> None:
    made = upsert(agent).data
    edited = upsert(
        agent, segment_id=made["segment_id"], base_version_token=made["version_token"], rule="tag:tea and country = HK"
    )
    assert state(edited) == "succeeded"
    assert edited.data["version_token"] != made["version_token"]
    assert Segment.objects.get().version == 2


@pytest.mark.parametrize("token", ["", "v1-000000000000", "nonsense"])
def test_a_stale_or_missing_version_token_is_refused_and_changes_nothing(agent: Actor, token: str) -> None:
    made = upsert(agent).data
    no = refused(lambda: upsert(agent, segment_id=made["segment_id"], base_version_token=token, rule="tag:coffee"))
    assert [reason.as_dict() for reason in no.reasons] == [
        {
            "code": "stale_version",
            "text": "This has changed since you read it, or no base_version_token was passed.",
            "fix": "Read it again and pass the version_token you find there.",
            "field": "base_version_token",
        }
    ]
    assert Segment.objects.get().rule != "tag:coffee"


def test_an_edit_that_was_overtaken_while_it_waited_is_void(agent: Actor) -> None:
    made = upsert(agent).data
    old = {"segment_id": made["segment_id"], "base_version_token": made["version_token"]}
    waiting = request_of(upsert(agent, rule="everyone", **old))
    approved(waiting)
    upsert(agent, rule="tag:green", **old)
    ended = carry_out(waiting.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["stale_version"])
    assert Segment.objects.get().version == 2


def test_a_name_is_given_once(agent: Actor) -> None:
    upsert(agent)
    no = refused(lambda: upsert(agent))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("name_taken", "name")]
    SegmentFactory(organisation=other_tenant(), name="Elsewhere")
    assert state(upsert(agent, name="Elsewhere")) == "succeeded"


def test_editing_a_segment_that_open_broadcasts_use_is_decided_by_a_person(agent: Actor) -> None:
    made = upsert(agent).data
    segment = Segment.objects.get()
    send = SendFactory(audience=AudienceFactory(segment=segment))
    old = {"segment_id": made["segment_id"], "base_version_token": made["version_token"]}
    waiting = upsert(agent, rule="tag:green", **old)
    assert (state(waiting), request_of(waiting).preview.contract["used_by_open_broadcasts"]) == ("pending", 1)
    type(send).objects.filter(pk=send.pk).update(state=SendState.COMPLETED)
    assert state(upsert(agent, rule="tag:green", **old)) == "succeeded"


def test_another_tenants_segment_is_as_unknown_as_none(agent: Actor) -> None:
    theirs = SegmentFactory(organisation=other_tenant(), rule="tag:theirs")
    foreign = refused(lambda: upsert(agent, segment_id=str(theirs.pk), base_version_token="v1-x"))
    unknown = refused(lambda: upsert(agent, segment_id=str(uuid4()), base_version_token="v1-x"))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]
    assert Segment.objects.get().rule == "tag:theirs"


def test_the_list_counts_who_is_meant_and_who_may_be_written_to(agent: Actor) -> None:
    upsert(agent)
    drinker("Ann")
    SuppressionFactory(contact=drinker("Bob"))
    drinker("Cat", agreed=False)
    drinker("Dan", organisation=other_tenant())
    (row,) = listed(agent)
    assert (row["targeted"], row["reachable"]) == (3, 1)
    assert row["excluded"] == {"suppressed": 1, "no_consent": 1}
    assert listed(agent, counts=False)[0]["targeted"] is None
    assert listed(agent, category="utility")[0]["excluded"] == {"suppressed": 1, "no_consent": 1, "wrong_category": 1}


def test_another_tenants_segments_are_not_listed(agent: Actor) -> None:
    upsert(agent)
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="marketer"))
    assert listed(stranger) == []


def pages(actor: Actor, limit: int) -> list[list[str]]:
    """The names on each page, read to the end."""
    found, cursor = [], ""
    while True:
        answer = call("whatsapp.segments.list", {"limit": limit, "cursor": cursor, "counts": False}, actor, NOON).data
        found.append([row["name"] for row in answer["segments"]])
        cursor = answer["next_cursor"]
        if not cursor:
            return found


def test_pages_show_everything_once_though_many_were_made_in_one_moment(agent: Actor) -> None:
    for number in range(3):
        SegmentFactory(name=f"At noon {number}")
        SegmentFactory(name=f"Later {number}", created_at=NOON + timedelta(minutes=number + 1))
    read = pages(agent, 2)
    assert [len(page) for page in read] == [2, 2, 2]
    assert read[0] == ["Later 2", "Later 1"]
    assert sorted(name for page in read for name in page) == sorted(
        [f"{when} {number}" for when in ("At noon", "Later") for number in range(3)]
    )


@pytest.mark.parametrize("limit", [0, 51, -1])
def test_a_page_has_at_most_fifty_rows(agent: Actor, limit: int) -> None:
    no = refused(lambda: call("whatsapp.segments.list", {"limit": limit}, agent, NOON))
    assert [reason.field for reason in no.reasons] == ["limit"]


def test_a_cursor_of_another_list_or_of_nobody_is_refused(agent: Actor) -> None:
    for number in range(2):
        SegmentFactory(name=f"Segment {number}")
    cursor = call("whatsapp.segments.list", {"limit": 1}, agent, NOON).data["next_cursor"]
    for name, wrong in (
        ("whatsapp.contacts.list", cursor),
        ("whatsapp.templates.list", cursor),
        ("whatsapp.segments.list", cursor[:-2]),
        ("whatsapp.segments.list", "ünsinn"),
        ("whatsapp.segments.list", "a:b:c"),
    ):
        no = refused(lambda name=name, wrong=wrong: call(name, {"cursor": wrong}, agent, NOON))
        assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_cursor", "cursor")]


def test_somebody_elses_cursor_shows_only_ones_own_rows(agent: Actor) -> None:
    for number in range(3):
        SegmentFactory(name=f"Segment {number}")
    cursor = call("whatsapp.segments.list", {"limit": 1}, agent, NOON).data["next_cursor"]
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="marketer"))
    assert listed(stranger, cursor=cursor) == []


@pytest.mark.django_db(transaction=True)
def test_two_edits_of_one_version_at_once_leave_one() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="At once", outcome=Policy.Outcome.AUTOMATIC)
    actor = tea_assistant()
    made = upsert(actor).data
    old = {"segment_id": made["segment_id"], "base_version_token": made["version_token"]}
    outcomes = at_once(
        lambda: upsert(actor, rule="tag:green", **old),
        lambda: upsert(actor, rule="tag:black", **old),
        lambda: upsert(actor, rule="tag:white", **old),
    )
    kept = [outcome for outcome in outcomes if isinstance(outcome, Envelope) and state(outcome) == "succeeded"]
    assert len(kept) == 1
    assert Segment.objects.get().version == 2
