"""What must hold is held to hold: a whole life breaks nothing, and each rule tells when it is broken."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.actor import Actor
from approvals.models import ActionRequest
from audit.models import Entry
from audit.record import record
from audit.seal import seal
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.finish import finish
from messaging.engine.reap import reap
from messaging.engine.sends import move_send, system
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.invariants import Broken, Scope, assert_invariants, broken_invariants
from messaging.invariants.handed import Handed
from messaging.models import Attempt, Outcome, SendState, Status, SuppressionReason
from tests.audit.tampering import tampered
from tests.factories import NOON, harbour_tea
from tests.messaging.engine.broken_rules import (
    AT_ONCE,
    BREAKS,
    LATER,
    engine,
    half_way,
    message,
    recorded,
    reserved_too_much,
    two_attempts,
    unguarded,
)
from tests.messaging.engine.stage import crowd, fresh, released, someone
from tests.sealing import other_databases_do_not_hold_up_the_sealer as other_databases_do_not_hold_up_the_sealer

pytestmark = pytest.mark.django_db


def broken(now: Any = NOON + timedelta(seconds=3), scope: Scope = AT_ONCE, **witnesses: Any) -> list[str]:
    return [one.code for one in broken_invariants(now, scope, **witnesses)]


def test_a_send_half_way_breaks_nothing() -> None:
    half_way()
    assert_invariants(NOON + timedelta(seconds=3), AT_ONCE)


def test_a_send_that_went_through_breaks_nothing() -> None:
    send = recorded(released(crowd(3)))
    batch = take(send.sender, 3, NOON)
    finish([Result(one, Ending.ACCEPTED, provider_id=f"wamid.{one.message_id}") for one in batch], send.sender, NOON)
    reap(LATER)
    assert fresh(send).state == SendState.COMPLETED
    journal = [Handed(str(one.attempt_id), one.address, NOON) for one in batch]
    assert_invariants(LATER, AT_ONCE, journal=journal)


@pytest.mark.parametrize("code", BREAKS)
def test_a_rule_tells_when_it_is_broken(code: str) -> None:
    half_way()
    BREAKS[code]()
    # Webhooks are stamped by the real clock, which is anywhere beside the story's noon.
    now = NOON + timedelta(days=3650) if code == "webhooks_are_applied" else NOON + timedelta(seconds=4)
    assert code in broken(now)


@pytest.mark.django_db(transaction=True)
def test_a_changed_record_does_not_verify() -> None:
    for name in ("made the kettle hot", "poured"):
        with transaction.atomic():
            record("policy.changed", harbour_tea(), Actor.system(harbour_tea(), name), now=NOON)
    assert seal(LATER).entries == 2
    assert broken() == []
    tampered("UPDATE audit_entry SET actor_label = 'somebody else' WHERE id = (SELECT max(id) FROM audit_entry)")
    assert broken() == ["record_verifies"]


def test_an_approved_request_may_not_lie_about() -> None:
    send = half_way()
    unguarded("approvals_actionrequest")
    ActionRequest.objects.filter(pk=send.request_id).update(state="approved")
    assert "approved_is_carried_out" in broken()


def test_a_start_after_the_stop_makes_the_next_message_right() -> None:
    half_way()
    contact = message(Status.READ).contact
    opt_out([contact.pk], Stop(SuppressionReason.STOP, "test", NOON), engine(), NOON)
    record("contact.opted_in", contact, engine(), now=NOON + timedelta(seconds=1), source="whatsapp message")
    assert "stops_are_heard" not in broken()


def test_whoever_saw_the_stop_committed_needs_no_margin() -> None:
    half_way()
    contact = message(Status.READ).contact_id
    before, after = NOON + timedelta(seconds=1), NOON + timedelta(seconds=3)
    assert "stops_are_heard_at_once" in broken(stopped={contact: before})
    assert "stops_are_heard_at_once" not in broken(stopped={contact: after})


def _journal(*attempts: Attempt) -> list[Handed]:
    return [Handed(str(attempt.pk), attempt.message.address, NOON) for attempt in attempts]


def test_the_journal_of_the_provider_is_a_witness() -> None:
    half_way()
    took = Attempt.objects.get(outcome=Outcome.ACCEPTED)
    lost = Attempt.objects.get(outcome=Outcome.UNSURE)
    unused = Attempt.objects.get(outcome=Outcome.NOT_ATTEMPTED)
    assert broken(journal=_journal(took, lost)) == []
    assert broken(journal=[]) == ["taken_is_in_the_journal"]
    assert broken(journal=_journal(took, took)) == [
        "journal_has_each_attempt_once", "journal_has_each_message_once", "journal_has_each_person_once",
    ]  # fmt: skip
    assert broken(journal=_journal(took, unused)) == ["known_not_accepted_is_true"]
    stranger = Handed("2c5d1f3e-0000-4000-8000-000000000000", "+85261234567", NOON)
    assert broken(journal=[*_journal(took), stranger]) == ["journal_is_known"]


def test_what_was_made_before_is_out_of_scope() -> None:
    send = half_way()
    two_attempts()
    assert "handed_over_once" in broken(scope=Scope(send.created_at))
    assert "handed_over_once" not in broken(scope=Scope(send.created_at + timedelta(seconds=1)))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    half_way()
    reserved_too_much()
    two_attempts()
    with pytest.raises(AssertionError) as told:
        assert_invariants(NOON, AT_ONCE)
    first, *others = str(told.value).splitlines()
    assert first == "2 invariants do not hold:"
    assert [line.split(":")[0].strip() for line in others] == ["money_adds_up", "handed_over_once"]


def test_twenty_rows_are_named_and_all_are_counted() -> None:
    one = Broken("code", "Something must hold.", ("row 1", "row 2"), 5)
    assert str(one) == "code: Something must hold. Against it: row 1, row 2 and 3 more."


def test_the_command_says_it_in_three_sizes() -> None:
    send = half_way()
    move_send(send, "stop", system(send), NOON)
    reap(LATER)
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert said.getvalue() == "All invariants hold.\n"
    reserved_too_much()
    with pytest.raises(CommandError, match=r"^1 invariants do not hold: money_adds_up \(1\)$"):
        call_command("check_invariants", "--short")
    with pytest.raises(CommandError, match=f"Against it: send {send.pk}"):
        call_command("check_invariants")
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_invariants", "--json", stdout=said)
    assert '"code": "money_adds_up"' in said.getvalue()


def test_asking_changes_nothing() -> None:
    half_way()
    entries = Entry.objects.count()
    broken()
    assert Entry.objects.count() == entries


def test_somebody_alone_is_a_send_too() -> None:
    recorded(released([someone()]))
    assert broken(NOON, Scope()) == []
