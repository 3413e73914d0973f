"""A no stands over every consent until the customer's own later act, as far as that reaches."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.models import Entry
from messaging.consent.evidence import write_down
from messaging.contacts.identities import find_or_make
from messaging.models import ConsentEvidence, ConsentState, MergeTask, Suppression, SuppressionReason
from tests.factories import NOON, ContactFactory, harbour_tea
from tests.messaging.saying_no import GRANTED, WITHDRAWN, act, ago, standing, start, state_of, stop
from tests.messaging.spring_tea import SpringTea, drinker, judged

pytestmark = pytest.mark.django_db


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
