"""Three days after the attempt an outcome that nobody has settled stays unknown, and only proof changes it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from audit.models import Entry
from messaging.engine.closing import close_unsure
from messaging.engine.finish import finish
from messaging.engine.reap import reap
from messaging.engine.take import take
from messaging.engine.taken import Ending, Result, Taken
from messaging.engine.tallies import tally
from messaging.inbox.apply import apply_waiting
from messaging.invariants import broken_invariants
from messaging.models import Attempt, Message, Outcome, Send, Status
from tests.factories import NOON
from tests.messaging.engine.stage import crowd, fresh, released
from tests.webhooks import arrived, messages_body, status

pytestmark = pytest.mark.django_db

DAYS_3 = timedelta(hours=72)
AT_2 = NOON + timedelta(seconds=2)


def unsure_send() -> tuple[Send, Taken]:
    """A send to one person, whose answer was lost two seconds past noon."""
    send = released(crowd(1))
    (taken,) = take(send.sender, 5, AT_2)
    finish([Result(taken, Ending.UNSURE, code="answer_lost")], send.sender, AT_2)
    return send, taken


def told(send: Send, taken: Taken, name: str) -> None:
    report = status("wamid.late", name, NOON + timedelta(days=4), biz_opaque_callback_data=str(taken.attempt_id))
    arrived(send.sender, messages_body(send.sender, statuses=[report]))
    assert apply_waiting(NOON + timedelta(days=4)) == 1


def stands() -> tuple[int, int]:
    return Message.objects.get().status, Attempt.objects.get().outcome


def test_nothing_is_closed_a_second_before_its_time() -> None:
    unsure_send()
    assert close_unsure(AT_2 + DAYS_3 - timedelta(seconds=1)) == 0
    assert stands() == (Status.UNSURE, Outcome.UNSURE)


def test_the_sweep_closes_what_is_unknown_for_three_days_and_tells_the_record() -> None:
    send, _taken = unsure_send()
    reap(AT_2 + DAYS_3)
    reap(AT_2 + DAYS_3)
    assert stands() == (Status.CLOSED, Outcome.CLOSED)
    assert [entry.facts for entry in Entry.objects.filter(action="message.closed")] == [{"messages": 1}]
    counted = tally(send)
    assert (counted.unsure, counted.closes) == (1, True)


def test_what_is_closed_counts_as_paid_for() -> None:
    send, _taken = unsure_send()
    close_unsure(AT_2 + DAYS_3)
    assert fresh(send).reserved == Decimal("0.0732")
    assert tally(send).cost == Decimal("0.0732")


@pytest.mark.parametrize(("name", "expected"), [("sent", Status.SENT), ("delivered", Status.DELIVERED)])
def test_proof_still_settles_what_is_closed(name: str, expected: Status) -> None:
    send, taken = unsure_send()
    close_unsure(AT_2 + DAYS_3)
    told(send, taken, name)
    assert stands() == (expected, Outcome.ACCEPTED)
    assert fresh(send).reserved == Decimal("0.0732")


def test_a_late_failure_changes_nothing_and_gives_no_money_back() -> None:
    send, taken = unsure_send()
    close_unsure(AT_2 + DAYS_3)
    told(send, taken, "failed")
    assert stands() == (Status.CLOSED, Outcome.CLOSED)
    assert fresh(send).reserved == Decimal("0.0732")


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.ACCEPTED, Ending.NOT_ATTEMPTED])
def test_a_lane_that_comes_back_after_the_close_changes_nothing(ending: Ending) -> None:
    send, taken = unsure_send()
    close_unsure(AT_2 + DAYS_3)
    finish([Result(taken, ending, code="late")], send.sender, AT_2 + DAYS_3 + timedelta(hours=1))
    assert stands() == (Status.CLOSED, Outcome.CLOSED)
    assert fresh(send).reserved == Decimal("0.0732")


def test_an_attempt_whose_message_became_known_before_the_lane_gave_up_is_no_unknown_one() -> None:
    unsure_send()
    Message.objects.update(status=Status.DELIVERED)
    assert close_unsure(AT_2 + DAYS_3) == 0
    assert stands() == (Status.DELIVERED, Outcome.ACCEPTED)
    assert not Entry.objects.filter(action="message.closed").exists()


def test_a_failure_that_is_reported_gives_the_money_back_once_and_proof_takes_it_again() -> None:
    send = released(crowd(2))
    taken, other = take(send.sender, 5, AT_2)
    finish([Result(taken, Ending.ACCEPTED, provider_id="wamid.1")], send.sender, AT_2)
    assert fresh(send).reserved == Decimal("0.1464")
    for _again in range(2):
        told(send, taken, "failed")
        assert fresh(send).reserved == Decimal("0.0732")
    told(send, other, "failed")  # before its lane has heard the answer
    finish([Result(other, Ending.FAILED, code="131026")], send.sender, AT_2)
    assert fresh(send).reserved == Decimal(0)
    told(send, taken, "delivered")
    told(send, taken, "failed")
    assert fresh(send).reserved == Decimal("0.0732")
    assert "money_adds_up" not in {one.code for one in broken_invariants(NOON + timedelta(seconds=3))}
