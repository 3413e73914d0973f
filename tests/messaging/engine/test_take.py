"""Marking a batch: who goes, who waits, who is left out, and what keeps everybody in."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction

from accounts.models import Organisation
from messaging.consent.optouts import Stop, opt_out
from messaging.contacts.last_written import with_last_outbound
from messaging.engine.release import release_due
from messaging.engine.sends import system
from messaging.engine.take import LEASE, take
from messaging.models import (
    Attempt,
    Contact,
    MergeTask,
    Message,
    Outbox,
    Outcome,
    Send,
    Sender,
    Status,
    SuppressionReason,
    TemplateTranslation,
    Verdict,
    WhatsAppAccount,
)
from tests.factories import (
    NOON,
    ConsentStateFactory,
    MessagingRulesFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)
from tests.messaging.engine.stage import (
    countersigned,
    crowd,
    fresh,
    message_to,
    released,
    someone,
    translation_of,
    witness_sender,
)

pytestmark = pytest.mark.django_db

AT_NIGHT = NOON.replace(hour=23)


def verdict_of(person: Contact, send: Send) -> Verdict:
    message = message_to(person, send)
    assert message.status == Status.EXCLUDED
    assert not Outbox.objects.filter(message=message).exists()
    return Verdict(message.verdict)


def test_a_due_message_is_marked_with_an_open_attempt() -> None:
    ming = someone(name="Ming", phone="+85260000001")
    send = released([ming])
    (taken,) = take(send.sender, 10, NOON)
    assert (taken.address, taken.address_kind, taken.values) == ("+85260000001", "phone", {"1": "Ming"})
    message = message_to(ming, send)
    assert (message.status, message.handed_at) == (Status.SENDING, NOON)
    attempt = Attempt.objects.get(pk=taken.attempt_id)
    assert (attempt.message, attempt.outcome, attempt.lease_until) == (message, Outcome.OPEN, NOON + LEASE)
    assert not Outbox.objects.exists()
    assert with_last_outbound(Contact.objects.filter(pk=ming.pk)).get().last_outbound_at == NOON


def test_a_message_is_marked_once() -> None:
    send = released(crowd(3))
    assert len(take(send.sender, 10, NOON)) == 3
    assert take(send.sender, 10, NOON) == []


def test_marking_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that crashed and forgot a mark would let the message go out twice."""
    said: list[str] = []

    def look(point: str) -> None:
        if point == "take.before_commit":
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('synchronous_commit')")
                said.extend(cursor.fetchone())

    monkeypatch.setattr("messaging.engine.take.faultpoint", look)
    assert len(take(released(crowd(1)).sender, 10, NOON)) == 1
    assert said == ["on"]


def test_no_more_than_wanted_are_marked() -> None:
    send = released(crowd(3))
    assert len(take(send.sender, 2, NOON)) == 2
    assert Outbox.objects.count() == 1


def test_a_message_that_is_not_due_yet_waits() -> None:
    send = released(crowd(1))
    Outbox.objects.update(due_at=NOON + timedelta(seconds=1))
    assert take(send.sender, 10, NOON) == []


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


def test_marketing_rests_in_quiet_hours_and_receipts_do_not() -> None:
    ming, yan = crowd(2)
    ConsentStateFactory(contact=yan, category="utility")
    sender = witness_sender()
    released([ming], sender=sender, not_after=AT_NIGHT + timedelta(hours=1))
    receipt = TemplateFactory(account=sender.account, category="utility")
    TemplateTranslationFactory(template=receipt, reviewed_category="utility")
    released([yan], sender=sender, template=receipt, category="utility", not_after=AT_NIGHT + timedelta(hours=1))
    (taken,) = take(sender, 10, AT_NIGHT)
    assert taken.contact_id == yan.pk
    assert Outbox.objects.count() == 1


def _pause(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(state="paused")


def _stop_everything(send: Send) -> None:
    Organisation.objects.update(sending_stopped_at=NOON)


def _pause_sender(send: Send) -> None:
    Sender.objects.update(paused_at=NOON)


def _lose_number(send: Send) -> None:
    Sender.objects.update(status="RESTRICTED")


def _may_send_nothing(send: Send) -> None:
    Sender.objects.update(per_second=0)


def _restrict_account(send: Send) -> None:
    WhatsAppAccount.objects.update(restricted_at=NOON)


def _forget_request(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(request=None)


def _be_too_late(send: Send) -> None:
    Send.objects.filter(pk=send.pk).update(not_after=NOON)


@pytest.mark.parametrize(
    "happens",
    [
        _pause,
        _stop_everything,
        _pause_sender,
        _lose_number,
        _may_send_nothing,
        _restrict_account,
        _forget_request,
        _be_too_late,
    ],
)
def test_nothing_is_taken_from_what_stands_still(happens: Callable[[Send], None]) -> None:
    send = released(crowd(1))
    happens(send)
    assert take(send.sender, 10, NOON) == []
    assert Outbox.objects.count() == 1


def test_a_paused_send_does_not_stand_in_the_way_of_another() -> None:
    sender = witness_sender()
    _pause(released(crowd(3), sender=sender))
    released(crowd(1), sender=sender)
    assert len(take(sender, 1, NOON)) == 1


@pytest.mark.parametrize("changed", [{"status": "PAUSED"}, {"status": "DRAFT"}], ids=["paused by Meta", "edited here"])
def test_a_template_that_is_not_approved_any_more_pauses_its_send(changed: dict[str, str]) -> None:
    send = released(crowd(2))
    TemplateTranslation.objects.update(**changed)
    assert take(send.sender, 10, NOON) == []
    assert fresh(send).state == "paused"
    assert Outbox.objects.count() == 2


def test_a_receipt_that_meta_charges_as_marketing_pauses_its_send() -> None:
    ming = someone(agreed=False)
    ConsentStateFactory(contact=ming, category="utility")
    sender = witness_sender()
    receipt = TemplateFactory(account=sender.account, category="utility")
    TemplateTranslationFactory(template=receipt, reviewed_category="utility")
    send = released([ming], sender=sender, template=receipt, category="utility")
    TemplateTranslation.objects.filter(pk=translation_of(send).pk).update(reviewed_category="MARKETING")
    assert take(sender, 10, NOON) == []
    assert fresh(send).state == "paused"


def test_a_message_that_a_webhook_has_settled_is_not_sent() -> None:
    ming = someone()
    send = released([ming], price=Decimal("0.04"), cost_ceiling=Decimal("0.03"))
    Message.objects.update(status=Status.DELIVERED)
    assert take(send.sender, 10, NOON) == []
    assert message_to(ming, send).status == Status.DELIVERED
    assert fresh(send).state == "sending"  # what is settled costs nothing more
    assert not Outbox.objects.exists()


def test_the_cost_is_reserved_and_never_passes_the_ceiling() -> None:
    send = released(crowd(3), price=Decimal("0.04"), cost_ceiling=Decimal("0.08"))
    assert len(take(send.sender, 10, NOON)) == 2
    send = fresh(send)
    assert (send.reserved, send.state) == (Decimal("0.08"), "paused")
    assert send.pause_reason == "The cost ceiling is reached."
    assert Outbox.objects.count() == 1


def test_what_somebody_waits_for_goes_before_bulk() -> None:
    sender = witness_sender()
    released(crowd(2), sender=sender)
    reply = countersigned(crowd(1), sender=sender, kind=Send.Kind.REPLY)
    release_due(NOON)
    (taken,) = take(sender, 1, NOON)
    assert taken.send_id == reply.pk


def test_a_slow_send_gets_its_share_of_a_batch() -> None:
    sender = witness_sender(per_second=80)
    slow = released(crowd(5), sender=sender, per_second=4)
    released(crowd(9), sender=sender)
    batch = take(sender, 8, NOON)
    assert len(batch) == 8
    assert sum(taken.send_id == slow.pk for taken in batch) == 2


def test_a_slow_send_is_not_marked_further_ahead_than_its_pace_needs() -> None:
    sender = witness_sender(per_second=80)
    slow = released(crowd(5), sender=sender, per_second=4)
    assert len(take(sender, 8, NOON)) == 2
    assert len(take(sender, 8, NOON, {slow.pk: 1})) == 1
    assert take(sender, 8, NOON, {slow.pk: 2}) == []


@pytest.mark.django_db(transaction=True)
def test_a_contact_that_somebody_else_holds_waits_a_second() -> None:
    ming = someone()
    send = released([ming])
    with transaction.atomic():
        Contact.objects.select_for_update(no_key=True).get(pk=ming.pk)
        assert _elsewhere(lambda: take(send.sender, 10, NOON)) == []
    assert Outbox.objects.get().due_at == NOON + timedelta(seconds=1)
    assert len(take(send.sender, 10, NOON + timedelta(seconds=1))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_stop_that_is_being_written_down_at_this_very_moment_prevents_the_send() -> None:
    ming = someone()
    send = released([ming])
    with transaction.atomic():
        opt_out([ming.pk], Stop(SuppressionReason.STOP, "whatsapp", NOON), system(send), NOON)
        assert _elsewhere(lambda: take(send.sender, 10, NOON)) == []
    assert take(send.sender, 10, NOON + timedelta(seconds=1)) == []
    assert verdict_of(ming, send) is Verdict.SUPPRESSED


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_do_not_pass_the_cap_together() -> None:
    MessagingRulesFactory(marketing_cap=1, pair_gap_seconds=0)
    people = crowd(40)
    senders = [witness_sender(), witness_sender()]
    for sender in senders:
        released(people, sender=sender)
    both, found = Barrier(2), []

    def send_all(sender: Sender) -> None:
        both.wait()
        for second in range(30):
            found.extend(take(sender, 7, NOON + timedelta(seconds=second)))
        connection.close()

    threads = [Thread(target=send_all, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken.contact_id for taken in found) == sorted(person.pk for person in people)
    assert Message.objects.filter(status=Status.EXCLUDED, verdict=Verdict.CAPPED).count() == 40


@pytest.mark.django_db(transaction=True)
def test_nobody_else_takes_from_a_send_that_is_being_taken_from() -> None:
    """A lane that was frozen past its lease and the one that replaced it would pass the ceiling together."""
    send = released(crowd(20), price=Decimal("0.04"), cost_ceiling=Decimal("0.20"))
    is_marked, may_commit = Event(), Event()

    def take_slowly() -> None:
        with transaction.atomic():
            take(send.sender, 5, NOON)
            is_marked.set()
            may_commit.wait(2)
        connection.close()

    thread = Thread(target=take_slowly)
    thread.start()
    is_marked.wait(10)
    others = take(send.sender, 20, NOON)
    may_commit.set()
    thread.join()
    assert others == []
    assert fresh(send).reserved == Decimal("0.20")


@pytest.mark.django_db(transaction=True)
def test_stopping_a_send_while_it_is_being_taken_leaves_nobody_between() -> None:
    from messaging.engine.sends import move_send

    send = released(crowd(60))
    taken: list[int] = []
    begun = Barrier(2)

    def take_all() -> None:
        begun.wait()
        while batch := take(send.sender, 5, NOON):
            taken.extend(one.message_id for one in batch)
        connection.close()

    thread = Thread(target=take_all)
    thread.start()
    begun.wait()
    move_send(send, "stop", system(send), NOON)
    thread.join()
    assert Message.objects.filter(status=Status.SENDING).count() == len(taken)
    assert Message.objects.filter(status=Status.EXCLUDED, verdict=Verdict.STOPPED).count() == 60 - len(taken)
    assert not Outbox.objects.exists()


def _elsewhere(work: Callable[[], object]) -> object:
    """The result of work that another process might do."""
    answers: list[object] = []

    def run() -> None:
        answers.append(work())
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
