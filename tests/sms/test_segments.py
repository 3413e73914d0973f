"""sms_marketing.audiences.list, .segments.preview and .segments.create: sums close, nothing gets wider than shown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import Attempt, ImportBatch, MergeTask, Outcome, Segment
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import (
    NOON,
    MessagingRulesFactory,
    SegmentFactory,
    SuppressionFactory,
    harbour_tea,
    mei_chan,
    other_tenant,
)
from tests.sms.tea_texts import TeaTexts, carried_by, drinker, gateway_at, text_of, texter, use, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Actor:
    """Of an organisation with the policies one begins with."""
    default_policies(harbour_tea())
    return texter()


def everybody() -> None:
    """Two who get it, and one for each reason not to."""
    drinker("Ann"), drinker("Bo", country="MO")
    SuppressionFactory(contact=drinker("Cat"), channel="sms")
    drinker("Dan", agreed=False)
    drinker("Eve", invalid_at=NOON)
    drinker("Fay", country="CA", phone="+14165550123")
    ann_again = drinker("Ann")
    facts = {"organisation": ann_again.organisation, "found_at": NOON}
    MergeTask.objects.create(first=drinker("Ann"), second=ann_again, evidence="name", **facts)
    drinker("Theirs", organisation=other_tenant())


def previewed(actor: Actor, now: Any = NOON, **changed: Any) -> Any:
    return use("segments.preview", actor, now, **{"name": "Regulars", "rule": "tag:tea", **changed})


def create(actor: Actor, preview_id: Any, now: Any = NOON) -> Any:
    wish = {"idempotency_key": f"segment-{uuid4()}", "reason": "For the spring sale."}
    return use("segments.create", actor, now, segment_preview_id=str(preview_id), **wish)


def test_a_preview_names_every_reason_and_its_sums_close(agent: Actor) -> None:
    tea = TeaTexts()
    everybody()
    data = previewed(agent, sender_id=str(tea.identity.pk), parts=2).data
    assert data["excluded"] == {"invalid": 1, "suppressed": 1, "no_consent": 1, "duplicate": 1, "no_route": 1}
    assert (data["targeted"], data["included"]) == (8, 3)
    assert data["included"] + sum(data["excluded"].values()) == data["targeted"]
    assert [(one["country"], one["people"], one["price"], one["cost"]) for one in data["countries"]] == [
        ("HK", 2, "0.50000000", "2.00000000"),
        ("MO", 1, "0.55000000", "1.10000000"),
    ]
    assert (data["currency"], Decimal(data["estimate"])) == ("HKD", Decimal("3.10"))


def test_without_a_sender_id_the_dearest_gateway_that_delivers_there_is_reckoned(agent: Actor) -> None:
    tea = TeaTexts()
    dear = gateway_at("http://127.0.0.1:9", "third", 3, harbour_tea())
    carried_by(verified(harbour_tea(), "#THIRD"), dear, HK="0.90", CA="0.10")
    tea.second.countries = ["HK"]
    tea.second.save()
    in_dollars = gateway_at("http://127.0.0.1:9", "fourth", 4, harbour_tea())
    carried_by(verified(harbour_tea(), "#FOURTH"), in_dollars, HK="5.00")
    type(in_dollars).objects.filter(pk=in_dollars.pk).update(currency="USD")
    type(dear).objects.filter(pk=dear.pk).update(countries=["HK"])
    drinker("Ann"), drinker("Fay", country="CA", phone="+14165550123")
    data = previewed(agent).data
    assert [(one["country"], Decimal(one["price"])) for one in data["countries"]] == [("HK", Decimal("0.90"))]
    assert data["excluded"] == {"no_route": 1}


def test_whoever_was_written_to_often_enough_is_left_out(agent: Actor) -> None:
    message = text_of(TeaTexts(), drinker("Ann"))
    facts = {"category": "marketing", "started_at": NOON, "lease_until": NOON, "outcome": Outcome.ACCEPTED}
    Attempt.objects.create(contact=message.contact, sender=message.sender, message=message, **facts)
    MessagingRulesFactory(marketing_cap=1)
    assert previewed(agent).data["excluded"] == {"capped": 1}
    assert previewed(agent, category="utility").data["excluded"] == {"wrong_category": 1}


def test_a_preview_keeps_no_segment_and_a_created_one_is_what_was_previewed(agent: Actor) -> None:
    TeaTexts()
    drinker("Ann")
    preview = previewed(agent, rule="  tag:tea AND country in (hk,MO) ", purpose="Spring")
    assert not Segment.objects.filter(name="Regulars").exists()
    answer = create(agent, preview.preview_id)
    assert answer.request.state == "succeeded"
    segment = Segment.objects.get(pk=answer.data["segment_id"])
    assert (segment.rule, segment.rule) == (preview.data["rule"], "tag:tea and country in (HK, MO)")
    assert (segment.name, segment.purpose, segment.version) == ("Regulars", "Spring", 1)


def test_a_segment_is_only_made_of_ones_own_unexpired_preview(agent: Actor) -> None:
    TeaTexts()
    preview = previewed(agent)
    stranger = Actor.of_person(mei_chan(), Face.REST)
    for actor, key in ((stranger, preview.preview_id), (agent, uuid4())):
        no = refused(lambda actor=actor, key=key: create(actor, key))
        assert [(reason.code, reason.field) for reason in no.reasons] == [("preview_not_found", "segment_preview_id")]
    late = refused(lambda: create(agent, preview.preview_id, NOON + timedelta(minutes=31)))
    assert late.codes == ["preview_expired"]
    wish = {"idempotency_key": "segment-0001", "reason": "Spring", "rule": "everyone"}
    no = refused(lambda: use("segments.create", agent, segment_preview_id=str(preview.preview_id), **wish))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", "rule")]
    assert not Segment.objects.filter(name="Regulars").exists()


def test_a_rule_that_has_come_to_reach_more_people_than_were_shown_is_refused(agent: Actor) -> None:
    TeaTexts()
    drinker("Ann")
    preview = previewed(agent)
    drinker("Bo")
    no = refused(lambda: create(agent, preview.preview_id))
    assert no.codes == ["segment_grew"]
    assert str(no.reasons[0].text) == "The rule reaches 2 people now; before: 1."


def test_people_whom_the_rule_means_but_nobody_may_write_to_count_as_growing_too(agent: Actor) -> None:
    TeaTexts()
    drinker("Ann")
    preview = previewed(agent)
    drinker("Bo", agreed=False)
    assert refused(lambda: create(agent, preview.preview_id)).codes == ["segment_grew"]


def test_a_segment_that_grew_while_it_waited_is_not_made(agent: Actor) -> None:
    TeaTexts()
    drinker("Ann")
    answer = create(agent, previewed(agent, rule="everyone").preview_id)
    assert answer.request.state == "pending"
    request = approved(ActionRequest.objects.get(pk=answer.request.action_request_id))
    drinker("Bo")
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["segment_grew"])


def test_large_and_dear_segments_and_everyone_are_decided_by_a_person(
    agent: Actor,
) -> None:
    TeaTexts()
    for number in range(3):
        drinker(f"Customer {number}")
    policies = default_policies(harbour_tea())
    for policy in policies:
        policy.from_people = 3 if policy.from_people else 0
        policy.save()
    assert create(agent, previewed(agent).preview_id).request.state == "pending"
    for policy in policies:
        policy.from_people, policy.from_money = (9 if policy.from_people else 0), (1 if policy.from_money else 0)
        policy.save()
    assert create(agent, previewed(agent, name="Dear").preview_id).request.state == "pending"
    small = create(agent, previewed(agent, name="Small", rule="tag:nobody").preview_id)
    assert small.request.state == "succeeded"


def test_a_name_is_given_once(agent: Actor) -> None:
    tea = TeaTexts()
    preview = previewed(agent, name=tea.segment.name)
    assert any("name_taken" in warning for warning in preview.warnings)
    assert refused(lambda: create(agent, preview.preview_id)).codes == ["name_taken"]


@pytest.mark.parametrize("rule", ["not tag:staff", "consent:marketing", "tag:tea and"])
def test_a_rule_that_is_wrong_or_means_everybody_by_accident_is_refused(agent: Actor, rule: str) -> None:
    no = refused(lambda: previewed(agent, rule=rule))
    assert {reason.field for reason in no.reasons} == {"rule"}


def test_another_tenants_sender_id_is_as_unknown_as_none(agent: Actor) -> None:
    theirs = verified(other_tenant(), "#THEIRS")
    foreign = refused(lambda: previewed(agent, sender_id=str(theirs.pk)))
    unknown = refused(lambda: previewed(agent, sender_id=str(uuid4())))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_the_list_counts_by_country_source_and_what_is_known_and_shows_nobody(agent: Actor) -> None:
    batch = ImportBatch.objects.create(
        organisation=harbour_tea(), name="march.csv", digest="0" * 64, made_by="test", created_at=NOON
    )
    SegmentFactory(name="Tea drinkers", rule="tag:tea")
    SegmentFactory(name="Theirs", rule="tag:tea", organisation=other_tenant())
    drinker("Ann", phone="+85261230001", import_batch=batch, attributes={"order_status": "paid", "tier": "gold"})
    drinker("Bo", country="MO", attributes={"tier": "silver"})
    SuppressionFactory(contact=drinker("Cat", country="CA"))
    answer = use("audiences.list", agent)
    (row,) = answer.data["audiences"]
    assert (row["name"], row["targeted"], row["reachable"], row["excluded"]) == (
        "Tea drinkers",
        3,
        2,
        {"suppressed": 1},
    )
    assert row["countries"] == {"HK": 1, "MO": 1}
    assert row["sources"] == {"march.csv": 1, "none": 1}
    assert row["known"] == {"tier": 2, "order_status": 1}
    assert "61230001" not in str(answer.data)


def test_the_list_can_be_narrowed_and_left_uncounted(agent: Actor) -> None:
    SegmentFactory(name="Tea drinkers", rule="tag:tea")
    vips = SegmentFactory(name="Vips", rule="tag:vip")
    theirs = SegmentFactory(name="Theirs", rule="tag:tea", organisation=other_tenant())
    (row,) = use("audiences.list", agent, segment_id=str(vips.pk), counts=False).data["audiences"]
    assert (row["name"], row["targeted"], row["countries"]) == ("Vips", None, {})
    assert use("audiences.list", agent, segment_id=str(theirs.pk)).data["audiences"] == []
