"""Writing results down: each once, whatever order they come in, and nobody sent twice."""

from datetime import timedelta
from decimal import Decimal

import pytest

from messaging.engine.clerk import Clerk
from messaging.engine.finish import finish
from messaging.engine.reap import reap
from messaging.engine.sends import move_send, system
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result, Taken
from messaging.engine.tallies import tally
from messaging.models import (
    Attempt,
    Contact,
    Message,
    Outbox,
    Outcome,
    Send,
    SendState,
    Status,
    Suppression,
    SuppressionReason,
    Verdict,
)
from tests.factories import NOON
from tests.messaging.engine.stage import SOON, crowd, fresh, message_to, released, settle, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def ming() -> Contact:
    return someone(name="Ming")


@pytest.fixture
def send(ming: Contact) -> Send:
    return released([ming])


@pytest.fixture
def taken(send: Send) -> Taken:
    (one,) = take(send.sender, 1, NOON)
    return one


def test_an_accepted_message_knows_its_id_at_the_provider(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.ACCEPTED, provider_id="wamid.1"))
    message = message_to(ming, send)
    assert (message.status, message.provider_id) == (Status.ACCEPTED, "wamid.1")
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.ended_at) == (Outcome.ACCEPTED, SOON)
    assert fresh(send).reserved == Decimal("0.0732")


def test_a_held_message_is_not_accepted_for_good(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.HELD, provider_id="wamid.1"))
    assert message_to(ming, send).status == Status.HELD


def test_a_webhook_that_was_faster_is_not_undone(send: Send, taken: Taken, ming: Contact) -> None:
    Message.objects.update(status=Status.DELIVERED, provider_id="wamid.1")
    settle(send, Result(taken, Ending.ACCEPTED, provider_id="wamid.1"))
    assert message_to(ming, send).status == Status.DELIVERED


def test_a_permanent_failure_says_why_and_costs_nothing(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.FAILED, code="131026", text="Not on WhatsApp\x00 " + "x" * 400))
    message = message_to(ming, send)
    assert (message.status, message.error_code, message.failed_at) == (Status.FAILED, "131026", SOON)
    assert message.error_text.startswith("Not on WhatsApp x")
    assert len(message.error_text) == 300
    assert fresh(send).reserved == 0
    assert not Outbox.objects.exists()


def test_an_unknown_outcome_is_unsure_and_never_sent_again(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.UNSURE, code="answer_lost"))
    assert message_to(ming, send).status == Status.UNSURE
    assert Attempt.objects.get().outcome == Outcome.UNSURE
    assert not Outbox.objects.exists()
    assert fresh(send).reserved == Decimal("0.0732")


def test_a_throttled_message_goes_back_and_its_cost_with_it(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.NOT_ATTEMPTED, code="131056", wait=4.0))
    message = message_to(ming, send)
    assert (message.status, message.handed_at) == (Status.QUEUED, None)
    waiting = Outbox.objects.get()
    assert (waiting.due_at, waiting.tries, waiting.send) == (SOON + timedelta(seconds=4), 1, send)
    assert Attempt.objects.get().outcome == Outcome.NOT_ATTEMPTED
    assert fresh(send).reserved == 0


def test_each_further_refusal_waits_four_times_as_long(send: Send) -> None:
    waits = []
    now = NOON
    for _ in range(4):
        (taken,) = take(send.sender, 1, now)
        finish([Result(taken, Ending.NOT_ATTEMPTED, code="131056")], send.sender, now)
        waits.append((Outbox.objects.get().due_at - now).total_seconds())
        now = Outbox.objects.get().due_at
    assert waits == [2, 8, 32, 128]


def test_the_fifth_refusal_is_a_failure(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.NOT_ATTEMPTED, code="131056", text="Too many"))
    Outbox.objects.update(tries=4, due_at=NOON)
    (again,) = take(send.sender, 1, SOON)
    settle(send, Result(again, Ending.NOT_ATTEMPTED, code="131056", text="Too many"))
    message = message_to(ming, send)
    assert (message.status, message.error_text) == (Status.FAILED, "Given up after 5 tries: Too many")
    assert not Outbox.objects.exists()


def test_what_never_left_us_goes_back_without_counting_as_a_try(send: Send, taken: Taken) -> None:
    settle(send, Result(taken, Ending.UNUSED))
    waiting = Outbox.objects.get()
    assert (waiting.due_at, waiting.tries) == (SOON, 0)
    assert len(take(send.sender, 1, SOON)) == 1


def test_a_result_counts_once(send: Send, taken: Taken, ming: Contact) -> None:
    refused = Result(taken, Ending.NOT_ATTEMPTED, code="131056")
    settle(send, refused)
    settle(send, refused)
    assert Outbox.objects.get().tries == 1
    assert fresh(send).reserved == 0
    settle(send, Result(taken, Ending.FAILED, code="131026"))
    assert message_to(ming, send).status == Status.QUEUED


def test_a_late_answer_settles_what_was_given_up_as_unknown(send: Send, taken: Taken, ming: Contact) -> None:
    reap(NOON + timedelta(minutes=1))
    assert message_to(ming, send).status == Status.UNSURE
    settle(send, Result(taken, Ending.ACCEPTED, provider_id="wamid.1"))
    assert message_to(ming, send).status == Status.ACCEPTED
    assert Attempt.objects.get().outcome == Outcome.ACCEPTED


def test_a_late_answer_that_it_was_not_taken_lets_the_message_go_again() -> None:
    send = released(crowd(2))
    (one,) = take(send.sender, 1, NOON)
    reap(NOON + timedelta(minutes=1))
    settle(send, Result(one, Ending.NOT_ATTEMPTED, code="131056"))
    assert Outbox.objects.get(message=one.message_id).tries == 1


@pytest.mark.parametrize("ending", [Ending.NOT_ATTEMPTED, Ending.UNUSED])
def test_what_comes_back_after_the_send_is_complete_is_left_out(
    send: Send, taken: Taken, ming: Contact, ending: Ending
) -> None:
    reap(NOON + timedelta(minutes=1))
    assert fresh(send).state == SendState.COMPLETED
    settle(send, Result(taken, ending))
    message = message_to(ming, send)
    assert (message.status, message.verdict) == (Status.EXCLUDED, Verdict.TOO_LATE)
    assert not Outbox.objects.exists()
    assert tally(fresh(send)).closes


def test_what_comes_back_after_the_send_was_stopped_is_left_out(send: Send, taken: Taken, ming: Contact) -> None:
    move_send(send, "stop", system(send), NOON)
    settle(send, Result(taken, Ending.NOT_ATTEMPTED, code="131056"))
    message = message_to(ming, send)
    assert (message.status, message.verdict) == (Status.EXCLUDED, Verdict.STOPPED)
    assert not Outbox.objects.exists()


def test_who_refuses_marketing_at_the_provider_is_not_written_to_again(send: Send, taken: Taken, ming: Contact) -> None:
    settle(send, Result(taken, Ending.FAILED, code="131050", opts_out=True))
    suppression = Suppression.objects.get(contact=ming)
    assert (suppression.reason, suppression.category) == (SuppressionReason.PROVIDER, "marketing")
    assert message_to(ming, send).status == Status.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_result_that_cannot_be_stored_does_not_take_the_others_with_it() -> None:
    people = crowd(3)
    send = released(people)
    first, second, third = take(send.sender, 3, NOON)
    from queue import SimpleQueue

    clerk = Clerk(send.sender, SimpleQueue())
    clerk.write_down(
        [
            Result(first, Ending.ACCEPTED, provider_id="wamid.same"),
            Result(second, Ending.ACCEPTED, provider_id="wamid.same"),
            Result(third, Ending.ACCEPTED, provider_id="wamid.other"),
        ]
    )
    clerk.close()
    found = {message.pk: message.status for message in Message.objects.all()}
    assert found == {
        first.message_id: Status.ACCEPTED, second.message_id: Status.UNSURE, third.message_id: Status.ACCEPTED,
    }  # fmt: skip
