"""A lane whose provider has no room keeps quiet: longer while nothing gets through, and never for one way alone."""

from decimal import Decimal
from uuid import UUID

import pytest

from messaging.engine.cooling import Cooling, Quiet, stretched
from messaging.engine.taken import Ending, Result, Taken

BEGAN = 1000.0  # seconds


def result(ending: Ending, scope: str = "sender", wait: float = 0.0, spread: int = 0) -> Result:
    taken = Taken(
        UUID(int=spread), 1, UUID(int=7), 1, "+85261234567", "phone", None, {}, "marketing", Decimal(0), 10, 0, 80
    )
    return Result(taken, ending, code="130429", scope=scope, wait=wait)


BUSY, ACCEPTED = result(Ending.BUSY), result(Ending.ACCEPTED)


def test_the_first_refusal_is_a_second_of_quiet() -> None:
    cooling = Cooling()
    assert cooling.after(BUSY, BEGAN) == 1.0
    assert (cooling.is_on(BEGAN + 0.9), cooling.is_on(BEGAN + 1.0)) == (True, False)
    assert cooling.left(BEGAN + 0.25) == 0.75


def test_while_nothing_gets_through_each_pause_is_as_long_as_all_before_it_up_to_a_minute() -> None:
    cooling, moment, waits = Cooling(), BEGAN, []
    for _ in range(9):
        waits.append(cooling.after(BUSY, moment))
        moment += waits[-1]
    assert waits == [1, 1, 2, 4, 8, 16, 32, 60, 60]


def test_what_gets_through_ends_the_run() -> None:
    cooling = Cooling()
    cooling.after(BUSY, BEGAN)
    assert cooling.after(ACCEPTED, BEGAN + 20) == 0.0
    assert cooling.after(BUSY, BEGAN + 30) == 1.0


def test_a_time_that_the_provider_names_is_kept_up_to_an_hour() -> None:
    assert Cooling().after(result(Ending.BUSY, wait=300.0), BEGAN) == 300.0
    assert Cooling().after(result(Ending.BUSY, wait=28_800.0), BEGAN) == 3600.0


def test_a_shorter_answer_that_comes_later_does_not_end_a_pause() -> None:
    cooling = Cooling()
    cooling.after(result(Ending.BUSY, "account", wait=300.0), BEGAN)
    assert cooling.after(BUSY, BEGAN + 1) == 0.0
    assert cooling.left(BEGAN + 1) == 299.0


@pytest.mark.parametrize("ending", [Ending.NOT_ATTEMPTED, Ending.FAILED, Ending.UNSURE, Ending.UNUSED])
def test_what_concerns_one_message_quiets_nobody(ending: Ending) -> None:
    assert Cooling().after(result(ending), BEGAN) == 0.0


def test_a_template_that_is_not_ready_yet_quiets_nobody() -> None:
    assert Cooling().after(result(Ending.BUSY, "template", wait=600.0), BEGAN) == 0.0


def test_one_way_that_is_busy_leaves_the_other_ways_going() -> None:
    cooling = Cooling()
    for n in range(50):
        assert cooling.after(result(Ending.BUSY, "way", wait=30.0), BEGAN + n) == 0.0
        cooling.after(ACCEPTED, BEGAN + n)


def test_when_no_way_takes_any_more_the_lane_keeps_quiet_for_seconds() -> None:
    cooling, way = Cooling(), result(Ending.BUSY, "way", wait=30.0)
    assert [cooling.after(way, BEGAN) for _ in range(8)] == [0, 0, 0, 0, 0, 0, 0, 5]
    # Whoever asks after the pause is the probe: one more refusal is enough.
    assert cooling.after(way, BEGAN + 6) == 5.0


def test_a_lane_goes_on_where_the_one_before_it_ended() -> None:
    cooling = Cooling(Quiet(left=20.0, refused_for=32.0), BEGAN)
    assert cooling.left(BEGAN) == 20.0
    assert cooling.after(BUSY, BEGAN + 20) == 52.0


def test_waits_are_stretched_by_up_to_a_quarter_each_attempt_by_its_own() -> None:
    assert stretched(8.0, BUSY) == 8.0
    assert stretched(8.0, result(Ending.BUSY, spread=128)) == 9.0
    assert 9.9 < stretched(8.0, result(Ending.BUSY, spread=255)) < 10.0
