"""Everything goes wrong at once, and the witness still accounts for everybody."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from simulators.process import GraphSimulator
from tests.simulators.graph.business import Business, code_of
from tests.simulators.graph.listener import Listener


def test_with_everything_going_wrong_the_sums_still_close(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    business.approved()
    begin = simulator.journal_end()
    listener.forget()
    simulator.misbehave(
        refuses={131026: 0.05},
        fails_later={131026: 0.05, 131049: 0.02},
        throttled_share=0.1,
        lost_share=0.05,
        error_accepted_share=0.03,
        error_refused_share=0.03,
        duplicate_share=0.2,
        shuffle_share=0.2,
        early_share=0.2,
        stop_share=0.1,
        read_share=0.5,
    )
    people = [f"+8529100{at:04d}" for at in range(300)]

    def send(to: str) -> int:
        try:
            return code_of(business.template(to, biz_opaque_callback_data=f"for {to}"))
        except requests.ConnectionError:
            return -1

    with ThreadPoolExecutor(6) as pool:
        seen = Counter(pool.map(send, people))
    simulator.wait_until_quiet()

    witness = simulator.witness(begin)
    refused = witness.refused.total()
    assert witness.requests == 300
    assert witness.accepted.total() + refused == 300
    assert witness.handed_over_twice == []
    assert witness.lost == seen[-1] > 0
    assert seen[130429] == witness.refused[130429] > 0
    told = {item["biz_opaque_callback_data"]: item["status"] for item in listener.items("statuses")}
    assert set(told) == set(witness.accepted)
    assert witness.statuses["delivered"] + witness.statuses["failed"] == witness.accepted.total()
    assert witness.inbound > 0
