"""A send half way and at its end, and one way to break each rule that holds of it."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from accounts.actor import Actor
from accounts.models import Organisation
from accounts.tenancy import as_login_role
from approvals.models import ActionRequest, Decision
from audit.record import record
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.finish import finish
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result
from messaging.invariants import Scope
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
from tests.factories import NOON, harbour_tea, sam_lee
from tests.messaging.engine.stage import crowd, fresh, released
from tests.sealing import other_databases_do_not_hold_up_the_sealer as other_databases_do_not_hold_up_the_sealer
from tests.webhooks import arrived

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


def message(status: Status) -> Message:
    return Message.objects.get(status=status)


def two_attempts() -> None:
    one = Attempt.objects.get(outcome=Outcome.ACCEPTED)
    one.pk = None
    one.outcome = Outcome.UNSURE
    one.save(force_insert=True)


def reserved_too_much() -> None:
    Send.objects.update(reserved=900)


def unguarded(table: str) -> None:
    """As the tables' owner could: for the rest of the test the database refuses nothing about this one."""
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def decided_alone() -> None:
    unguarded("approvals_decision")
    Decision.objects.update(person=sam_lee())


def taken_back() -> None:
    unguarded("approvals_decision")
    Decision.objects.update(verdict="reject")


def parked() -> None:
    known = Message.objects.get(provider_id="wamid.1")
    ParkedStatus.objects.create(sender=known.sender, provider_id="wamid.1", item={}, parked_at=NOON)


def stopped_before() -> None:
    contact = message(Status.READ).contact
    opt_out([contact.pk], Stop(SuppressionReason.STOP, "test", NOON), engine(), NOON + timedelta(seconds=1))


BREAKS: dict[str, Callable[[], object]] = {
    "audience_adds_up": lambda: AudienceMember.objects.order_by("pk").first().delete(),  # type: ignore[union-attr]
    "nobody_added": lambda: Message.objects.filter(status=Status.READ).update(address="+85299999999"),
    "nobody_missing": lambda: (
        Attempt.objects.filter(message__status=Status.FAILED).delete() and message(Status.FAILED).delete()
    ),
    "outbox_in_its_place": lambda: Send.objects.update(state=SendState.COMPLETED),
    "money_adds_up": reserved_too_much,
    "handed_over_once": two_attempts,
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
    "four_eyes": decided_alone,
    "one_end": taken_back,
    "carried_out_once": lambda: recorded(Send.objects.get()),
    "moves_are_recorded": lambda: record("send.release", Send.objects.get(), engine(), now=NOON, name="Spring tea"),
    "stops_are_heard": stopped_before,
    "caps_hold": lambda: MessagingRules.objects.create(organisation=harbour_tea(), marketing_cap=0),
    "attempts_end": lambda: Attempt.objects.filter(outcome=Outcome.OPEN).update(lease_until=NOON),
    "due_is_released": lambda: Send.objects.update(state=SendState.RELEASING),
    "done_is_completed": lambda: (Outbox.objects.all().delete(), Attempt.objects.update(outcome=3, ended_at=NOON)),
    "webhooks_are_applied": lambda: arrived(Send.objects.get().sender, b"{}"),
    "parked_statuses_are_matched": parked,
    "seals_hold": lambda: ActionRequest.objects.update(reason="Something else."),
    "audience_untouched": lambda: AudienceMember.objects.update(price=1),
}
