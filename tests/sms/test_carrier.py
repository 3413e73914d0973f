"""Which gateways a text is given to, in which order, and when it rather waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from messaging.carriers import Outgoing, Retry, SendFailed
from messaging.engine.pacing import Grant, Limit
from sms.carrier import SmsCarrier
from sms.gateways.gateway import Account, Submission, Taken
from sms.turns import Turns
from sms.ways import Way

SENDER = SimpleNamespace(number="#HARBOUR")
THROTTLED = SendFailed("20429", "Too many", Retry.NOT_ATTEMPTED, 1.0, scope="sender")
LOCKED = SendFailed("20003", "The account is locked", Retry.HOLD, scope="account")


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Pretend:
    """A gateway that answers what it is told to, after so many seconds."""

    clock: Clock
    answer: SendFailed | None = None
    seconds: float = 0.0
    asked: list[Submission] = field(default_factory=list)

    def send(self, account: Account, submission: Submission) -> Taken:
        self.asked.append(submission)
        self.clock.now += self.seconds
        if self.answer is not None:
            raise self.answer
        return Taken((f"SM{len(self.asked)}",))


class Tea:
    """A carrier with two gateways, and the texts that are given to it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.first, self.second = Pretend(self.clock), Pretend(self.clock)
        self.ways = {
            UUID(int=n): Way(Account(UUID(int=n), None, None, ""), one, f"way{n}", Limit(f"test:way{n}", 500))  # type: ignore[arg-type]
            for n, one in ((1, self.first), (2, self.second))
        }
        self.carrier = SmsCarrier(self.ways.get, self.clock)
        self.carrier._turns = Turns(self.clock, lambda: Endless())  # type: ignore[arg-type,return-value]

    def text(self, ways: Sequence[int] = (1, 2), **more: Any) -> str:
        body = {"text": "Spring tea", "encoding": "GSM-7", "parts": 1, "ways": [str(UUID(int=n)) for n in ways]}
        outgoing = Outgoing(UUID(int=9), "#HARBOUR", "+85261234567", "phone", body, **more)
        return self.carrier.send(SENDER, outgoing).provider_id

    def refused(self, ways: Sequence[int] = (1, 2), **more: Any) -> SendFailed:
        with pytest.raises(SendFailed) as raised:
            self.text(ways, **more)
        return raised.value


class Endless:
    def take(self, limits: Sequence[Limit], wanted: int) -> Grant:
        return Grant(wanted, 0.0)


@pytest.fixture
def tea() -> Tea:
    return Tea()


def told(failed: SendFailed) -> tuple[str, Retry, float | None, str]:
    return failed.code, failed.retry, failed.retry_after, failed.scope


def test_the_next_gateway_takes_what_a_busy_one_did_not(tea: Tea) -> None:
    tea.first.answer = THROTTLED
    assert tea.text() == "way2:SM1"


def test_a_busy_gateway_is_left_alone_for_as_long_as_it_says(tea: Tea) -> None:
    tea.first.answer = THROTTLED
    tea.text()
    tea.text()
    assert (len(tea.first.asked), len(tea.second.asked)) == (1, 2)
    tea.clock.now += 1.0
    tea.text()
    assert len(tea.first.asked) == 2


def test_a_text_whose_gateways_all_rest_waits_until_the_first_is_back_and_not_for_half_a_minute(tea: Tea) -> None:
    tea.first.answer = THROTTLED
    tea.refused([1])
    tea.clock.now += 0.25
    assert told(tea.refused([1])) == ("20429", Retry.NOT_ATTEMPTED, 0.75, "way")
    assert len(tea.first.asked) == 1


def test_a_gateway_that_takes_nothing_is_left_alone_for_longer_each_time(tea: Tea) -> None:
    tea.first.answer = THROTTLED
    waits = []
    for _ in range(8):
        tea.refused([1])
        waits.append(tea.refused([1]).retry_after)
        tea.clock.now += waits[-1] or 0.0
    assert waits == [1, 1, 2, 4, 8, 16, 32, 60]


def test_one_text_that_it_takes_makes_it_a_good_one_again(tea: Tea) -> None:
    tea.first.answer = THROTTLED
    tea.refused([1])
    tea.clock.now += 20
    tea.first.answer = None
    tea.text([1])
    tea.first.answer = THROTTLED
    assert tea.refused([1]).retry_after == 1.0


def test_a_sender_whose_gateways_are_busy_is_not_busy_itself(tea: Tea) -> None:
    tea.first.answer = tea.second.answer = THROTTLED
    assert told(tea.refused()) == ("20429", Retry.NOT_ATTEMPTED, 1.0, "way")


def test_what_every_gateway_refuses_for_this_text_alone_is_a_try_of_it(tea: Tea) -> None:
    tea.first.answer = SendFailed("0x00000008", "System error", Retry.NOT_ATTEMPTED, 10.0)
    assert told(tea.refused([1])) == ("0x00000008", Retry.NOT_ATTEMPTED, 10.0, "message")
    assert told(tea.refused([1])) == ("0x00000008", Retry.NOT_ATTEMPTED, 10.0, "message")
    tea.second.answer = THROTTLED
    assert told(tea.refused()) == ("20429", Retry.NOT_ATTEMPTED, 1.0, "way")


def test_a_gateway_that_wants_somebody_to_act_stops_the_queue_when_no_other_is_left(tea: Tea) -> None:
    tea.first.answer = LOCKED
    assert tea.text() == "way2:SM1"
    tea.second.answer = LOCKED
    assert told(tea.refused()) == ("20003", Retry.HOLD, None, "account")
    # Both rest now. What they said a while ago stops nobody, who may have acted since.
    assert told(tea.refused()) == ("20003", Retry.NOT_ATTEMPTED, 60.0, "way")
    tea.clock.now += 60
    assert tea.refused().retry is Retry.HOLD


def test_a_busy_gateway_keeps_the_text_waiting_though_another_wants_somebody_to_act(tea: Tea) -> None:
    tea.first.answer, tea.second.answer = THROTTLED, LOCKED
    assert told(tea.refused()) == ("20429", Retry.NOT_ATTEMPTED, 1.0, "way")
    assert told(tea.refused()) == ("20429", Retry.NOT_ATTEMPTED, 1.0, "way")


def test_a_text_without_an_open_gateway_waits(tea: Tea) -> None:
    assert told(tea.refused([7])) == ("no_way", Retry.NOT_ATTEMPTED, 30.0, "way")


@pytest.mark.parametrize("retry", [Retry.UNSURE, Retry.PERMANENT])
def test_after_any_other_answer_nobody_else_is_asked(tea: Tea, retry: Retry) -> None:
    tea.first.answer = SendFailed("500", "Server error", retry)
    assert tea.refused().retry is retry
    assert tea.second.asked == []


def test_no_further_gateway_is_asked_when_its_answer_could_come_after_the_attempt_has_run_out(tea: Tea) -> None:
    """Asking takes up to 27 seconds: 2 for the pace, 23 for the exchange, 2 for writing down. An attempt lasts 45."""
    tea.first.answer, tea.first.seconds = THROTTLED, 19.0
    assert told(tea.refused(until=tea.clock.now + 45.0)) == ("no_time", Retry.NOT_ATTEMPTED, None, "way")
    assert (len(tea.first.asked), len(tea.second.asked)) == (1, 0)


def test_a_further_gateway_is_asked_while_there_is_time(tea: Tea) -> None:
    tea.first.answer, tea.first.seconds = THROTTLED, 17.0
    assert tea.text(until=tea.clock.now + 45.0) == "way2:SM1"


def test_whoever_waited_too_long_for_a_hand_is_given_to_no_gateway(tea: Tea) -> None:
    assert tea.refused(until=tea.clock.now + 26.0).code == "no_time"
    assert tea.first.asked == []


# --- turns: the pace of a gateway


@dataclass
class Bucket:
    """Grants what it is told to and remembers what it was asked for."""

    grants: Callable[[int], Grant]
    wanted: list[int] = field(default_factory=list)

    def take(self, limits: Sequence[Limit], wanted: int) -> Grant:
        self.wanted.append(wanted)
        return self.grants(wanted)


LIMIT = Limit("test:turns", 500)


def test_turns_are_asked_for_several_at_once_while_they_are_used_up() -> None:
    clock, bucket = Clock(), Bucket(lambda wanted: Grant(wanted, 0.0))
    turns = Turns(clock, lambda: bucket)  # type: ignore[arg-type,return-value]
    assert [turns.wait(LIMIT) for _ in range(63)] == [0.0] * 63
    assert bucket.wanted == [1, 2, 4, 8, 16, 32]


def test_a_turn_that_nobody_took_is_not_kept() -> None:
    clock, bucket = Clock(), Bucket(lambda wanted: Grant(wanted, 0.0))
    turns = Turns(clock, lambda: bucket)  # type: ignore[arg-type,return-value]
    for _ in range(4):
        turns.wait(LIMIT)
    clock.now += 0.021
    turns.wait(LIMIT)
    assert bucket.wanted == [1, 2, 4, 1]  # of the four one was used


def test_while_there_are_no_turns_the_bucket_is_not_asked_by_every_hand() -> None:
    clock, bucket = Clock(), Bucket(lambda wanted: Grant(0, 0.5))
    turns = Turns(clock, lambda: bucket)  # type: ignore[arg-type,return-value]
    assert turns.wait(LIMIT) == 0.5
    clock.now += 0.25
    assert turns.wait(LIMIT) == 0.25
    assert bucket.wanted == [1]
