"""What goes wrong for whom: by the seed, in the share that was asked for, and the same again."""

import pytest
import requests

from simulators.common.chance import Chance
from simulators.graph.faults import fate_of
from simulators.graph.misbehaviour import Misbehaviour
from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of
from tests.simulators.graph.listener import Listener

FORTY = [f"+852900000{at:02d}" for at in range(40)]


@pytest.fixture(autouse=True)
def order_left(business: Business) -> str:
    return business.approved()


@pytest.fixture
def begin(simulator: GraphSimulator, order_left: str) -> int:
    """Where the journal of this test begins."""
    return simulator.journal_end()


def codes(business: Business) -> list[int]:
    return [code_of(business.template(to)) for to in FORTY]


def test_chance_depends_on_nothing_but_the_seed_and_the_question() -> None:
    assert Chance(7).draw("fails", "85291234567") == pytest.approx(0.0533254, abs=1e-7)
    assert Chance(7).draw("fails", "85291234567") == Chance(7).draw("fails", "85291234567")
    assert Chance(8).draw("fails", "85291234567") != Chance(7).draw("fails", "85291234567")


def test_shares_are_kept_over_many_people() -> None:
    rules = Misbehaviour(fails_later={131026: 0.03, 131049: 0.01}, lost_share=0.02, throttled_share=0.1)
    fates = [fate_of(rules, Chance(1), f"852{51000000 + at}", 1) for at in range(20000)]

    assert sum(fate.fails_with == 131026 for fate in fates) == pytest.approx(600, rel=0.1)
    assert sum(fate.fails_with == 131049 for fate in fates) == pytest.approx(200, rel=0.2)
    assert sum(fate.passing == "lost_share" for fate in fates) == pytest.approx(400, rel=0.15)
    assert sum(fate.passing == "throttled_share" for fate in fates) == pytest.approx(2000, rel=0.05)


def test_people_who_are_refused_stay_refused(business: Business, simulator: GraphSimulator) -> None:
    simulator.misbehave(refuses={131026: 0.2})

    first = codes(business)

    assert 0 < first.count(131026) < 20
    assert codes(business) == first


def test_people_who_fail_do_so_by_webhook_and_again_after_a_reset(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    def failed() -> list[str]:
        listener.forget()
        simulator.misbehave(fails_later={131026: 0.2})
        assert codes(business) == [0] * 40
        simulator.wait_until_quiet()
        return sorted(item["recipient_id"] for item in listener.items("statuses") if item["status"] == "failed")

    first = failed()
    simulator.reset(keep_templates=True)

    assert 0 < len(first) < 20
    assert failed() == first


def test_a_throttled_try_is_not_taken_and_a_later_one_may_be(
    business: Business, simulator: GraphSimulator, begin: int
) -> None:
    simulator.misbehave(throttled_share=0.5)

    first, second = codes(business), codes(business)

    assert set(first) == {0, 130429}
    assert [one for one, two in zip(first, second, strict=True) if one == 130429 and two == 0]
    witness = simulator.witness(begin)
    assert witness.accepted.total() == (first + second).count(0)
    assert witness.refused == {130429: (first + second).count(130429)}


def test_a_lost_answer_is_a_closed_connection_and_an_accepted_message(
    business: Business, simulator: GraphSimulator, listener: Listener, begin: int
) -> None:
    simulator.misbehave(lost_share=1)

    with pytest.raises(requests.ConnectionError):
        business.template(IDA, biz_opaque_callback_data="attempt-1")
    simulator.wait_until_quiet()

    assert listener.items("statuses")[0]["biz_opaque_callback_data"] == "attempt-1"
    witness = simulator.witness(begin)
    assert (witness.accepted, witness.lost) == ({"attempt-1": 1}, 1)


def test_a_lost_answer_can_be_a_long_silence(business: Business, simulator: GraphSimulator) -> None:
    simulator.misbehave(lost_share=1, lost_wait_seconds=5)

    with pytest.raises(requests.ReadTimeout):
        business.session.post(
            f"{simulator.base_url}/v25.0/555001/messages",
            json={
                "messaging_product": "whatsapp",
                "to": IDA,
                "type": "template",
                "template": {
                    "name": "order_left",
                    "language": {"code": "en"},
                    "components": [
                        {"type": "body", "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
                    ],
                },
            },
            timeout=0.3,
        )


def test_the_connection_after_a_lost_answer_works(business: Business, simulator: GraphSimulator) -> None:
    simulator.misbehave(lost_share=1)
    with pytest.raises(requests.ConnectionError):
        business.template(IDA)
    simulator.misbehave(lost_share=0)

    assert code_of(business.template(IDA)) == 0


@pytest.mark.parametrize(("share", "taken"), [("error_refused_share", 0), ("error_accepted_share", 1)])
def test_the_same_error_may_hide_an_accepted_message(
    business: Business, simulator: GraphSimulator, listener: Listener, share: str, taken: int, begin: int
) -> None:
    simulator.misbehave(**{share: 1})

    answer = business.template(IDA)
    simulator.wait_until_quiet()

    assert code_of(answer) == 131000
    assert simulator.witness(begin).accepted.total() == taken
    assert bool(listener.statuses()) is bool(taken)


def test_every_answer_can_be_slow(business: Business, simulator: GraphSimulator) -> None:
    simulator.misbehave(latency_seconds=0.2)

    assert business.call("GET", "555001").elapsed.total_seconds() >= 0.2


def test_a_held_message_says_so_and_is_released_or_dropped(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(held_share=1, read_share=0)
    assert business.template(IDA)["messages"][0]["message_status"] == "held_for_quality_assessment"
    simulator.wait_until_quiet()
    assert listener.statuses() == ["sent", "delivered"]

    listener.forget()
    simulator.misbehave(held_dropped_share=1)
    business.template(IDA)
    simulator.wait_until_quiet()
    assert [item["errors"][0]["code"] for item in listener.items("statuses")] == [132015]


def test_silent_and_undelivered_messages(business: Business, simulator: GraphSimulator, listener: Listener) -> None:
    simulator.misbehave(silent_share=1)
    assert code_of(business.template(IDA)) == 0
    simulator.wait_until_quiet()
    assert listener.statuses() == []

    simulator.misbehave(silent_share=0, undelivered_share=1)
    business.template(IDA)
    simulator.wait_until_quiet()
    assert listener.statuses() == ["sent"]


def test_marketing_does_not_reach_us_numbers(business: Business, simulator: GraphSimulator, listener: Listener) -> None:
    business.approved("news", category="MARKETING", components=[{"type": "BODY", "text": "We have a new shop."}])
    content = {"name": "news", "language": {"code": "en"}}
    listener.forget()
    for to in ("+12125550123", "+14165550123", IDA):
        business.send(to, type="template", template=content)
    simulator.wait_until_quiet()

    failed = [item for item in listener.items("statuses") if item["status"] == "failed"]
    assert [(item["recipient_id"], item["errors"][0]["code"]) for item in failed] == [("12125550123", 131049)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lost": 0.5}, "lost"),
        ({"lost_share": 1.5}, "lost_share"),
        ({"lost_share": 0.6, "throttled_share": 0.6}, "more than 1 together"),
        ({"fails_later": {42: 0.1}}, "42 is not in the error table"),
        ({"every_send_refused_with": 42}, "42 is not in the error table"),
    ],
)
def test_a_wrong_switch_is_refused_and_changes_nothing(
    simulator: GraphSimulator, fields: dict[str, object], words: str
) -> None:
    before = simulator.misbehave()

    with pytest.raises(RuntimeError, match=words):
        simulator.misbehave(**fields)

    assert simulator.misbehave() == before
