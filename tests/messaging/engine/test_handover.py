"""What a carrier's refusal means for the message that it was given."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from messaging.carriers import Accepted, Outgoing, Retry, SendFailed
from messaging.engine.handover import hand_over
from messaging.engine.taken import Ending, Result, Taken

TAKEN = Taken(UUID(int=1), 1, UUID(int=7), 1, "+85261234567", "phone", None, {}, "marketing", Decimal(0), 10, 0, 80)


class Refusing:
    """A carrier that says no, and remembers what it was given."""

    name = "refusing"

    def __init__(self, failure: SendFailed) -> None:
        self.failure = failure
        self.given: list[Outgoing] = []

    def send(self, sender: Any, outgoing: Outgoing) -> Accepted:
        self.given.append(outgoing)
        raise self.failure


def handed(carrier: Refusing, **more: Any) -> Result:
    sender: Any = SimpleNamespace(provider_ref="555001")
    return hand_over(carrier, sender, lambda taken: {}, TAKEN, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", ["way", "template", "sender", "account"])
def test_a_sender_without_room_says_nothing_of_the_message(scope: Any) -> None:
    result = handed(Refusing(SendFailed("130429", "Rate limit hit", Retry.NOT_ATTEMPTED, 1.0, scope=scope)))
    assert (result.ending, result.wait, result.scope) == (Ending.BUSY, 1.0, scope)


@pytest.mark.parametrize("scope", ["message", "pair"])
def test_a_refusal_for_now_of_this_message_or_this_person_is_a_try(scope: Any) -> None:
    result = handed(Refusing(SendFailed("131056", "Pair rate limit hit", Retry.NOT_ATTEMPTED, 6.0, scope=scope)))
    assert (result.ending, result.wait) == (Ending.NOT_ATTEMPTED, 6.0)


@pytest.mark.parametrize(
    ("retry", "ending"),
    [(Retry.PERMANENT, Ending.FAILED), (Retry.UNSURE, Ending.UNSURE), (Retry.HOLD, Ending.HOLD)],
)
def test_whatever_else_is_refused_is_so_whatever_stands_still(retry: Retry, ending: Ending) -> None:
    assert handed(Refusing(SendFailed("190", "Token expired", retry, scope="account"))).ending is ending


def test_the_carrier_knows_when_the_attempt_runs_out() -> None:
    carrier = Refusing(SendFailed("131026", "Not on WhatsApp", Retry.PERMANENT))
    handed(carrier, until=1045.0)
    assert carrier.given[0].until == 1045.0
