"""Consent is what the evidence amounts to, whatever order it arrived in; a no stands over it for every address."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actor import Actor
from audit.models import Entry
from messaging.consent.evidence import Act, write_down
from messaging.consent.optouts import Stop, opt_back_in, opt_out
from messaging.contacts.identities import contacts_known_as, find_or_make
from messaging.models import (
    ConsentAct,
    ConsentEvidence,
    ConsentState,
    Contact,
    MergeTask,
    Suppression,
    SuppressionReason,
)
from messaging.phones import normalise
from tests.approvals.tea_room import at_once
from tests.factories import NOON, ContactFactory, harbour_tea, other_tenant
from tests.messaging.spring_tea import SpringTea, drinker, judged

pytestmark = pytest.mark.django_db

GRANTED, WITHDRAWN = ConsentAct.GRANTED, ConsentAct.WITHDRAWN


def ago(**how: float) -> datetime:
    return NOON - timedelta(**how)


def engine() -> Actor:
    return Actor.system(harbour_tea(), "test")


def act(kind: str = GRANTED, at: datetime = NOON, **fields: Any) -> Act:
    return Act(
        **{"channel": "any", "category": "marketing", "act": kind, "source": "form", "occurred_at": at, **fields}
    )


def stop(contact: Contact, at: datetime = NOON, **fields: Any) -> list[Suppression]:
    said = Stop(**{"reason": SuppressionReason.STOP, "source": "whatsapp message", "at": at, **fields})
    return opt_out([contact.pk], said, engine(), NOON)


def start(contact: Contact, at: datetime = NOON, now: datetime = NOON, **fields: Any) -> int:
    return opt_back_in(contact.pk, "whatsapp message", at, engine(), now, **fields)


def standing(contact: Contact) -> list[str]:
    return sorted(Suppression.objects.filter(contact=contact, lifted_at=None).values_list("reason", flat=True))


def state_of(contact: Contact, channel: str = "any", category: str = "marketing") -> tuple[str, datetime]:
    state = ConsentState.objects.get(contact=contact, channel=channel, category=category)
    return state.state, state.since


ACTS = st.lists(st.tuples(st.sampled_from([GRANTED, WITHDRAWN]), st.integers(0, 3)), min_size=1, max_size=5)


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_in_which_evidence_arrives_does_not_matter(data: st.DataObject) -> None:
    history = data.draw(ACTS)
    shuffled = data.draw(st.permutations(history))
    states = []
    for told in (history, shuffled):
        ann = ContactFactory(agreed=False)
        for kind, day in told:
            write_down(ann, act(kind, ago(days=day)), "test", NOON)
        states.append(state_of(ann))
    newest = min(day for _kind, day in history)
    kinds = {kind for kind, day in history if day == newest}
    expected = (WITHDRAWN if WITHDRAWN in kinds else GRANTED, ago(days=newest))
    assert states == [expected, expected]


def test_the_newest_act_counts_though_it_was_told_first() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(WITHDRAWN, ago(days=1)), "test", NOON)
    write_down(ann, act(GRANTED, ago(days=2)), "test", NOON)
    assert state_of(ann) == (WITHDRAWN, ago(days=1))


@pytest.mark.parametrize("told", [(GRANTED, WITHDRAWN), (WITHDRAWN, GRANTED)])
def test_a_withdrawal_wins_a_tie(told: tuple[str, str]) -> None:
    ann = ContactFactory(agreed=False)
    for kind in told:
        write_down(ann, act(kind, NOON), "test", NOON)
    assert state_of(ann) == (WITHDRAWN, NOON)


def test_each_channel_and_category_is_its_own() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(channel="whatsapp"), "test", NOON)
    write_down(ann, act(WITHDRAWN, channel="whatsapp", category="utility"), "test", NOON)
    assert state_of(ann, "whatsapp") == (GRANTED, NOON)
    assert state_of(ann, "whatsapp", "utility") == (WITHDRAWN, NOON)


def test_evidence_is_never_changed_or_deleted() -> None:
    ann = ContactFactory(agreed=False)
    write_down(ann, act(), "test", NOON)
    for forbidden in (
        "UPDATE messaging_consentevidence SET act = 'withdrawn'",
        "DELETE FROM messaging_consentevidence",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forbidden)
    assert ConsentEvidence.objects.get().act == GRANTED


def test_a_standing_no_is_never_deleted_and_lifted_only_by_evidence() -> None:
    ann = ContactFactory()
    stop(ann)
    with pytest.raises(DatabaseError), transaction.atomic():
        Suppression.objects.all().delete()
    with pytest.raises(IntegrityError, match="lifted_only_by_evidence"), transaction.atomic():
        Suppression.objects.update(lifted_at=NOON)


def test_a_stop_withdraws_marketing_and_is_told_in_the_audit_by_reference() -> None:
    ann = ContactFactory()
    stop(ann)
    assert state_of(ann) == (WITHDRAWN, NOON)
    entry = Entry.objects.get(action="contact.opted_out")
    assert entry.facts == {"reason": "stop", "source": "whatsapp message", "channel": "any", "category": "any"}
    assert ann.phone not in str(entry.facts)


def test_a_stop_said_twice_is_one_stop() -> None:
    ann = ContactFactory()
    stop(ann)
    stop(ann)
    assert (standing(ann), ConsentEvidence.objects.count(), Entry.objects.count()) == (["stop"], 1, 1)


def test_a_stop_said_again_later_outlasts_a_start_in_between() -> None:
    """STOP, START, STOP, told as STOP, STOP, START: the last word is the last in time, not in arrival."""
    ann = ContactFactory()
    stop(ann, ago(hours=3))
    stop(ann, ago(hours=1))
    assert start(ann, ago(hours=2)) == 0
    assert standing(ann) == ["stop"]


def test_an_older_stop_told_later_does_not_make_the_newer_one_older() -> None:
    ann = ContactFactory()
    stop(ann, ago(hours=1))
    stop(ann, ago(hours=3))
    assert start(ann, ago(hours=2)) == 0


def test_a_start_after_the_stop_lifts_it_with_evidence() -> None:
    ann = ContactFactory()
    stop(ann, ago(hours=2))
    assert start(ann, ago(hours=1)) == 1
    lifted = Suppression.objects.get(contact=ann)
    assert lifted.lifted_at == NOON
    assert lifted.lifted_by is not None
    assert (lifted.lifted_by.act, lifted.lifted_by.customers_own_act) == (GRANTED, True)
    assert state_of(ann) == (GRANTED, ago(hours=1))
    assert Entry.objects.filter(action="contact.opted_in").count() == 1


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_start_not_later_than_the_stop_lifts_nothing(minutes: int) -> None:
    ann = ContactFactory()
    stop(ann, ago(hours=1))
    assert start(ann, ago(hours=1, minutes=minutes)) == 0
    assert standing(ann) == ["stop"]
    assert state_of(ann) == (WITHDRAWN, ago(hours=1))


def test_a_start_told_more_than_seven_days_late_lifts_nothing() -> None:
    ann = ContactFactory()
    stop(ann, ago(days=9))
    assert start(ann, ago(days=7, seconds=1)) == 0
    assert start(ann, ago(days=7)) == 1


@pytest.mark.parametrize("reason", [SuppressionReason.BLOCKED, SuppressionReason.COMPLAINT])
def test_blocks_and_complaints_stay_whatever_the_person_writes(reason: SuppressionReason) -> None:
    ann = ContactFactory()
    stop(ann, ago(hours=2), reason=reason)
    stop(ann, ago(hours=2))
    assert start(ann, ago(hours=1)) == 1
    assert standing(ann) == [reason]


def test_the_switch_in_whatsapp_lifts_only_what_it_set() -> None:
    ann = ContactFactory()
    stop(ann, ago(hours=2))
    stop(ann, ago(hours=2), reason=SuppressionReason.PROVIDER, channel="whatsapp", category="marketing")
    assert start(ann, ago(hours=1), only=SuppressionReason.PROVIDER) == 1
    assert standing(ann) == ["stop"]


def test_a_yes_to_one_kind_of_message_is_no_yes_to_marketing() -> None:
    ann = ContactFactory(agreed=False)
    stop(ann, ago(hours=2), reason=SuppressionReason.REQUEST, channel="whatsapp", category="utility")
    assert start(ann, ago(hours=1)) == 1
    assert state_of(ann, "whatsapp", "utility") == (GRANTED, ago(hours=1))
    assert not ConsentState.objects.filter(contact=ann, category="marketing").exists()


@pytest.mark.parametrize(
    ("scope", "lifted"),
    [
        ({}, {"any/any", "whatsapp/marketing", "sms/utility"}),
        ({"channel": "whatsapp"}, {"whatsapp/marketing"}),
        ({"category": "utility"}, {"sms/utility"}),
        ({"channel": "whatsapp", "category": "utility"}, set()),
    ],
)
def test_a_yes_lifts_no_further_than_it_reaches(scope: dict[str, Any], lifted: set[str]) -> None:
    ann = ContactFactory()
    everything = ("any/any", "whatsapp/marketing", "sms/utility")
    for reach in everything:
        channel, category = reach.split("/")
        stop(ann, ago(hours=2), reason=SuppressionReason.REQUEST, channel=channel, category=category)
    start(ann, ago(hours=1), **scope)
    gone = Suppression.objects.filter(lifted_at__isnull=False)
    assert {f"{one.channel}/{one.category}" for one in gone} == lifted


def test_importing_a_yes_after_a_stop_brings_nobody_back() -> None:
    tea = SpringTea()
    ann = drinker("Ann")
    stop(ann, ago(hours=2))
    write_down(ann, act(GRANTED, NOON, source="import"), "import", NOON)
    assert judged(tea, ann) == "suppressed"


SPELLINGS = [
    "+852 6123 4567",
    "6123 4567",
    "00852-6123-4567",
    "(852) 61234567",
    "＋８５２　６１２３　４５６７",
    "852 61234567",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_stop_by_the_phone_in_any_spelling_reaches_the_person(spelling: str) -> None:
    tea = SpringTea()
    ann = drinker("Ann", phone="+85261234567")
    written = normalise(spelling, "HK").e164
    (found,) = contacts_known_as(harbour_tea(), {"phone": written})
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_a_stop_by_business_scoped_id_alone_reaches_the_person() -> None:
    tea = SpringTea()
    ann = drinker("Ann", bsuid="HK.4111222333444")
    (found,) = find_or_make(harbour_tea(), {"bsuid": "HK.4111222333444"}, NOON)
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_a_stop_of_somebody_unknown_is_kept_for_when_they_become_known() -> None:
    (unknown,) = find_or_make(harbour_tea(), {"phone": "+85261234567", "wa_id": "85261234567"}, NOON)
    stop(unknown)
    (again,) = find_or_make(harbour_tea(), {"wa_id": "85261234567"}, NOON)
    assert (again, standing(again)) == (unknown, ["stop"])


def test_a_stop_reaches_whoever_may_be_the_same_person() -> None:
    """A webhook names a phone and a user id that we knew as two people."""
    tea = SpringTea()
    by_phone, by_id = drinker("Ann", phone="+85261234567"), drinker("A.", phone=None, bsuid="HK.4111222333444")
    known = find_or_make(harbour_tea(), {"phone": "+85261234567", "bsuid": "HK.4111222333444"}, NOON)
    assert known == [by_phone, by_id]
    assert MergeTask.objects.get().settled_at is None
    stop(by_id)
    assert (standing(by_phone), standing(by_id)) == (["stop"], ["stop"])
    assert (judged(tea, by_phone), judged(tea, by_id)) == ("suppressed", "suppressed")


def test_a_new_address_is_noted_on_the_person_so_that_a_stop_by_it_counts() -> None:
    tea = SpringTea()
    ann = drinker("Ann", phone="+85261234567")
    find_or_make(harbour_tea(), {"bsuid": "HK.4111222333444"}, NOON, beside=ann)
    (found,) = contacts_known_as(harbour_tea(), {"bsuid": "HK.4111222333444"})
    assert (found, Contact.objects.get(pk=ann.pk).bsuid) == (ann, "HK.4111222333444")
    stop(found)
    assert judged(tea, ann) == "suppressed"


def test_the_same_number_at_another_tenant_is_another_person() -> None:
    ours, theirs = drinker(phone="+85261234567"), drinker(phone="+85261234567", organisation=other_tenant())
    assert contacts_known_as(harbour_tea(), {"phone": "+85261234567"}) == [ours]
    stop(ours)
    assert standing(theirs) == []


def test_nobody_is_known_by_an_empty_address() -> None:
    drinker(phone=None, bsuid="HK.1")
    assert contacts_known_as(harbour_tea(), {"phone": "", "wa_id": ""}) == []
    with pytest.raises(ValueError, match="at least one address"):
        find_or_make(harbour_tea(), {"phone": ""}, NOON)


@pytest.mark.django_db(transaction=True)
def test_two_stops_at_once_are_one_standing_no() -> None:
    ann = drinker("Ann")
    outcomes = at_once(*[lambda: stop(ann)] * 6)
    assert not [problem for problem in outcomes if isinstance(problem, Exception)]
    assert standing(ann) == ["stop"]
    assert ConsentEvidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_webhooks_at_once_make_one_person_of_one_address() -> None:
    organisation = harbour_tea()
    outcomes = at_once(*[lambda: find_or_make(organisation, {"phone": "+85261234567"}, NOON)] * 6)
    assert not [problem for problem in outcomes if isinstance(problem, Exception)]
    assert Contact.objects.count() == 1
