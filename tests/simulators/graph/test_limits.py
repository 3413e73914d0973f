"""How fast is too fast, on the clock and over the wire."""

from simulators.common.limits import MovingCount
from simulators.graph.limits import PairPace
from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, MING, Business, code_of


def test_no_moving_second_holds_more_than_the_limit() -> None:
    count = MovingCount(1.0)

    assert [count.take("555001", 2, at) for at in (0.0, 0.6, 0.9, 1.1, 1.5, 1.7)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    assert count.take("555002", 2, 1.7)


def test_one_message_in_six_seconds_is_always_fine() -> None:
    pace = PairPace()

    assert all(pace.take("pair", 6.0, 45, at * 6.0) for at in range(100))


def test_a_burst_of_twenty_is_paid_back_for_two_minutes() -> None:
    pace = PairPace()
    assert all(pace.take("pair", 6.0, 45, at * 0.1) for at in range(20))

    assert not pace.take("pair", 6.0, 45, 60.0)
    assert not pace.take("pair", 6.0, 45, 119.9)
    assert pace.take("pair", 6.0, 45, 120.0)


def test_a_burst_ends_at_forty_five() -> None:
    pace = PairPace()

    assert [pace.take("pair", 6.0, 45, at * 0.1) for at in range(46)] == [True] * 45 + [False]


def test_zero_switches_a_limit_off() -> None:
    assert all(MovingCount(1.0).take("k", 0, 0.0) for _ in range(100))
    pace = PairPace()
    assert all(pace.take("pair", 0.0, 45, 0.0) for _ in range(100))


def test_a_number_that_sends_too_fast_is_throttled_and_another_is_not(
    business: Business, simulator: GraphSimulator
) -> None:
    business.approved()
    simulator.misbehave(throughput_per_second=5)

    codes = [code_of(business.template(f"+8529000000{at}")) for at in range(8)]

    assert codes == [0, 0, 0, 0, 0, 130429, 130429, 130429]
    assert code_of(business.template(IDA, sender="555002")) == 0


def test_messages_to_one_person_are_paced_and_others_are_not(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    simulator.misbehave(pair_seconds=6, pair_burst=3)

    assert [code_of(business.template(IDA)) for _ in range(4)] == [0, 0, 0, 131056]
    assert code_of(business.template(MING)) == 0


def test_a_refused_body_does_not_use_up_the_limit(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    simulator.misbehave(throughput_per_second=1)

    assert code_of(business.template(IDA, "only one word")) == 132000
    assert code_of(business.template(IDA)) == 0


def test_management_calls_are_counted_per_hour(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    simulator.misbehave(management_calls_per_hour=3)

    codes = [code_of(business.get("555001")) for _ in range(3)]

    assert codes == [0, 0, 80007]  # creating the template was the first
    assert code_of(business.template(IDA)) == 0
