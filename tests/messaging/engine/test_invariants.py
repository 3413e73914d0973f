"""What must hold is held to hold: a whole life breaks nothing, and each rule tells when it is broken."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.actor import Actor
from accounts.models import Organisation
from accounts.tenancy import as_login_role
from approvals.models import ActionRequest, Decision
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
from messaging.models import (
    Attempt,
    AudienceMember,
    Message,
    MessagingRules,
    Outbox,
    Outcome,
    ParkedStatus,
    Send,
    SendState,
    Status,
    SuppressionReason,
)
from tests.audit.tampering import tampered
from tests.factories import NOON, harbour_tea, sam_lee
from tests.messaging.engine.stage import crowd, fresh, released, someone
from tests.sealing import other_databases_do_not_hold_up_the_sealer as other_databases_do_not_hold_up_the_sealer
from tests.webhooks import arrived

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=1)
AT_ONCE = Scope(grace=timedelta(0), told_within=timedelta(0))


def half_way() -> Send:
    """A send with one message read, one failed, one unsure, one under way, one left out and one waiting."""
    people = crowd(6)
    send = recorded(released(people))
    opt_out([people[5].pk], Stop(SuppressionReason.STOP, "test", NOON), engine(), NOON)
    taken = take(send.sender, 6, NOON + timedelta(seconds=2))
    endings = (
        Result(taken[0], Ending.ACCEPTED, provider_id="wamid.1"),
        Result(taken[1], Ending.FAILED, code="131026"),
        Result(taken[2], Ending.UNSURE, code="answer_lost"),
        Result(taken[3], Ending.UNUSED),
    )
    finish(endings, send.sender, NOON + timedelta(seconds=3))
    Message.objects.filter(provider_id="wamid.1").update(status=Status.READ)
    return fresh(send)


def recorded(send: Send) -> Send:
    """The factories countersign past the door; the record has to tell of it all the same."""
    assert send.request is not None
    for name in ("start", "succeed"):
        record(f"request.{name}", send.request, engine(), now=NOON, request_id=send.request.pk, tool=send.request.tool)
    return send


def engine() -> Actor:
    return Actor.system(Organisation.objects.get(), "executor")


def broken(now: Any = NOON + timedelta(seconds=3), scope: Scope = AT_ONCE, **witnesses: Any) -> list[str]:
    return [one.code for one in broken_invariants(now, scope, **witnesses)]


def message(status: Status) -> Message:
    return Message.objects.get(status=status)


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


def _two_attempts() -> None:
    one = Attempt.objects.get(outcome=Outcome.ACCEPTED)
    one.pk = None
    one.outcome = Outcome.UNSURE
    one.save(force_insert=True)


def _reserved_too_much() -> None:
    Send.objects.update(reserved=900)


def unguarded(table: str) -> None:
    """As the tables' owner could: for the rest of the test the database refuses nothing about this one."""
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def _decided_alone() -> None:
    unguarded("approvals_decision")
    Decision.objects.update(person=sam_lee())


def _taken_back() -> None:
    unguarded("approvals_decision")
    Decision.objects.update(verdict="reject")


def _parked() -> None:
    known = Message.objects.get(provider_id="wamid.1")
    ParkedStatus.objects.create(sender=known.sender, provider_id="wamid.1", item={}, parked_at=NOON)


def _stopped_before() -> None:
    contact = message(Status.READ).contact
    opt_out([contact.pk], Stop(SuppressionReason.STOP, "test", NOON), engine(), NOON + timedelta(seconds=1))


BREAKS: dict[str, Callable[[], object]] = {
    "audience_adds_up": lambda: AudienceMember.objects.order_by("pk").first().delete(),  # type: ignore[union-attr]
    "nobody_added": lambda: Message.objects.filter(status=Status.READ).update(address="+85299999999"),
    "nobody_missing": lambda: (
        Attempt.objects.filter(message__status=Status.FAILED).delete() and message(Status.FAILED).delete()
    ),
    "outbox_in_its_place": lambda: Send.objects.update(state=SendState.COMPLETED),
    "money_adds_up": _reserved_too_much,
    "handed_over_once": _two_attempts,
    "waiting_is_in_the_outbox": lambda: Outbox.objects.all().delete(),
    "under_way_has_an_attempt": lambda: Attempt.objects.filter(outcome=Outcome.OPEN).update(outcome=Outcome.ACCEPTED),
    "unsure_has_an_unsure_attempt": lambda: Attempt.objects.filter(outcome=Outcome.UNSURE).update(outcome=1),
    "taken_was_attempted": lambda: Attempt.objects.filter(outcome=Outcome.ACCEPTED).update(outcome=2),
    "taken_is_known_there": lambda: Message.objects.filter(status=Status.READ).update(status=20, provider_id=None),
    "failed_was_attempted": lambda: Attempt.objects.filter(outcome=Outcome.FAILED).delete(),
    "left_out_has_not_left": lambda: Message.objects.filter(status=Status.READ).update(status=90, verdict=2),
    "attempts_tell_of_their_message": lambda: Attempt.objects.update(category="utility"),
    "countersigned": lambda: Send.objects.update(request=None),
    "enough_people_decided": lambda: ActionRequest.objects.update(quorum=2),
    "four_eyes": _decided_alone,
    "one_end": _taken_back,
    "carried_out_once": lambda: recorded(Send.objects.get()),
    "moves_are_recorded": lambda: record("send.release", Send.objects.get(), engine(), now=NOON, name="Spring tea"),
    "stops_are_heard": _stopped_before,
    "caps_hold": lambda: MessagingRules.objects.create(organisation=harbour_tea(), marketing_cap=0),
    "attempts_end": lambda: Attempt.objects.filter(outcome=Outcome.OPEN).update(lease_until=NOON),
    "due_is_released": lambda: Send.objects.update(state=SendState.RELEASING),
    "done_is_completed": lambda: (Outbox.objects.all().delete(), Attempt.objects.update(outcome=3, ended_at=NOON)),
    "webhooks_are_applied": lambda: arrived(Send.objects.get().sender, b"{}"),
    "parked_statuses_are_matched": _parked,
    "seals_hold": lambda: ActionRequest.objects.update(reason="Something else."),
    "audience_untouched": lambda: AudienceMember.objects.update(price=1),
}


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
    _two_attempts()
    assert "handed_over_once" in broken(scope=Scope(send.created_at))
    assert "handed_over_once" not in broken(scope=Scope(send.created_at + timedelta(seconds=1)))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    half_way()
    _reserved_too_much()
    _two_attempts()
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
    _reserved_too_much()
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
