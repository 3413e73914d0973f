"""Who is left out of a batch: whoever said no, has changed, or was written to often enough."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from messaging.consent.optouts import Stop, opt_out
from messaging.engine.sends import system
from messaging.engine.take import take
from messaging.models import (
    Attempt,
    Contact,
    MergeTask,
    Message,
    Outbox,
    Outcome,
    Send,
    SuppressionReason,
    Verdict,
)
from tests.factories import (
    NOON,
    MessagingRulesFactory,
    SuppressionFactory,
)
from tests.messaging.engine.stage import (
    crowd,
    released,
    someone,
    verdict_of,
    witness_sender,
)

pytestmark = pytest.mark.django_db


def test_a_stop_between_release_and_taking_prevents_the_send() -> None:
    ming, yan = crowd(2)
    send = released([ming, yan])
    opt_out([ming.pk], Stop(SuppressionReason.STOP, "whatsapp", NOON), system(send), NOON)
    (taken,) = take(send.sender, 10, NOON)
    assert taken.contact_id == yan.pk
    assert verdict_of(ming, send) is Verdict.SUPPRESSED


def test_a_stop_by_business_scoped_id_alone_prevents_the_send() -> None:
    ming = someone(phone=None, bsuid="HK.13491208655302741918")
    send = released([ming])
    SuppressionFactory(contact=ming)
    assert take(send.sender, 10, NOON) == []
    assert verdict_of(ming, send) is Verdict.SUPPRESSED


def test_a_stop_of_what_may_be_the_same_person_prevents_the_send() -> None:
    ming, other = crowd(2)
    send = released([ming])
    SuppressionFactory(contact=other)
    MergeTask.objects.create(organisation=ming.organisation, first=other, second=ming, evidence="-", found_at=NOON)
    assert take(send.sender, 10, NOON) == []
    assert verdict_of(ming, send) is Verdict.SUPPRESSED


def _withdraw(person: Contact) -> None:
    person.consent_states.update(state="withdrawn")


def _block(person: Contact) -> None:
    SuppressionFactory(contact=person, reason=SuppressionReason.BLOCKED)


def _invalidate(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(invalid_at=NOON)


def _agree_to_receipts_only(person: Contact) -> None:
    person.consent_states.update(category="utility")


def _move_house(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(phone="+85269999999")


@pytest.mark.parametrize(
    ("happens", "verdict"),
    [
        (_withdraw, Verdict.NO_CONSENT),
        (_block, Verdict.BLOCKED),
        (_invalidate, Verdict.INVALID),
        (_agree_to_receipts_only, Verdict.WRONG_CATEGORY),
        (_move_house, Verdict.CHANGED),
    ],
)
def test_what_happens_to_a_person_after_the_approval_counts(
    happens: Callable[[Contact], None], verdict: Verdict
) -> None:
    ming = someone()
    send = released([ming])
    happens(ming)
    assert take(send.sender, 10, NOON) == []
    assert verdict_of(ming, send) is verdict


@pytest.mark.parametrize(
    "forged",
    [{"address": "+85269999999"}, {"values": {"1": "dear winner"}}, {"price": Decimal(0)}, {"translation": None}],
)
def test_a_message_that_is_not_what_the_frozen_audience_says_is_left_out(forged: dict[str, object]) -> None:
    ming = someone()
    send = released([ming])
    Message.objects.update(**forged)
    if "address" in forged:
        Contact.objects.update(phone=forged["address"])
    assert take(send.sender, 10, NOON) == []
    assert verdict_of(ming, send) is Verdict.CHANGED


def test_a_message_to_somebody_who_was_never_in_the_audience_is_left_out() -> None:
    ming, stranger = crowd(2)
    send = released([ming])
    Message.objects.update(contact=stranger, address=stranger.phone)
    assert take(send.sender, 10, NOON) == []
    assert verdict_of(stranger, send) is Verdict.CHANGED


def test_a_person_who_was_written_to_often_enough_is_left_out() -> None:
    MessagingRulesFactory(marketing_cap=1, pair_gap_seconds=0)
    ming, sender = someone(), witness_sender()
    released([ming], sender=sender)
    assert len(take(sender, 10, NOON)) == 1
    second = released([ming], sender=sender)
    later = NOON + timedelta(days=6)
    Send.objects.filter(pk=second.pk).update(not_after=later + timedelta(days=1))
    assert take(sender, 10, later) == []
    assert verdict_of(ming, second) is Verdict.CAPPED


def test_the_cap_forgets_after_its_days() -> None:
    MessagingRulesFactory(marketing_cap=1, marketing_cap_days=7)
    ming, sender = someone(), witness_sender()
    released([ming], sender=sender)
    take(sender, 10, NOON)
    later = NOON + timedelta(days=7)
    released([ming], sender=sender, not_after=later + timedelta(hours=1))
    assert len(take(sender, 10, later)) == 1


def test_a_try_that_never_reached_the_person_does_not_count_towards_the_cap() -> None:
    MessagingRulesFactory(marketing_cap=1)
    ming, sender = someone(), witness_sender()
    released([ming], sender=sender)
    take(sender, 10, NOON)
    Attempt.objects.update(outcome=Outcome.NOT_ATTEMPTED)
    released([ming], sender=sender)
    assert len(take(sender, 10, NOON)) == 1


def test_two_messages_to_one_person_in_a_batch_do_not_pass_the_cap_together() -> None:
    MessagingRulesFactory(marketing_cap=1, pair_gap_seconds=0)
    ming, sender = someone(), witness_sender()
    first, second = released([ming], sender=sender), released([ming], sender=sender)
    (taken,) = take(sender, 10, NOON)
    assert taken.send_id == first.pk
    assert take(sender, 10, NOON + timedelta(seconds=1)) == []
    assert verdict_of(ming, second) is Verdict.CAPPED


def test_two_messages_to_one_person_keep_their_distance() -> None:
    ming, sender = someone(), witness_sender()
    released([ming], sender=sender)
    second = released([ming], sender=sender)
    (taken,) = take(sender, 1, NOON)
    assert take(sender, 10, NOON + timedelta(seconds=2)) == []
    assert Outbox.objects.get(send=second).due_at == NOON + timedelta(seconds=6)
    assert len(take(sender, 10, NOON + timedelta(seconds=6))) == 1
    assert taken.send_id != second.pk
