"""The process: its start, its end, what outlives it, and what its journal proves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from simulators.common.chance import Chance
from simulators.graph.people import People
from simulators.process import ROOT, GraphSimulator, SimulatorFailed
from tests.simulators.graph.business import IDA, Business, code_of
from tests.simulators.graph.conftest import QUICK
from tests.simulators.graph.listener import Listener


def start(state: Path, listener: Listener, **fields: object) -> GraphSimulator:
    return GraphSimulator(state, listener.url, misbehaviour={**QUICK, **fields})


def test_approved_templates_and_the_journal_outlive_a_restart(state: Path, listener: Listener) -> None:
    with start(state, listener) as first:
        business = Business(first)
        template = business.approved()
        business.close()
    with start(state, listener) as second:
        business = Business(second)
        assert business.get(template)["status"] == "APPROVED"
        assert code_of(business.template(IDA)) == 0
        kinds = [line["kind"] for line in second.journal()]
        business.close()

    assert kinds.count("start") == 2
    assert kinds.count("stop") == 1


def test_a_template_in_review_is_judged_after_a_restart(state: Path, listener: Listener) -> None:
    with start(state, listener, review_seconds=60) as first:
        business = Business(first)
        template = business.submit()["id"]
        business.close()
    with start(state, listener) as second:
        second.wait_until_quiet()
        business = Business(second)
        assert business.get(template)["status"] == "APPROVED"
        business.close()


def test_people_have_the_same_user_id_in_every_run_of_a_seed_and_another_under_another() -> None:
    found = [People(Chance(seed)).by_phone("85291234567", 0.0).user_id for seed in (1, 1, 2)]

    assert found == ["HK.572426369452853", "HK.572426369452853", "HK.120208026179733"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(state: Path, listener: Listener, number: signal.Signals) -> None:
    simulator = start(state, listener).start()
    os.kill(simulator.process.pid, number)
    deadline = time.monotonic() + 10
    while b'"kind":"stop"' not in simulator.journal_path.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)

    assert simulator.stop() == 0


def test_it_ends_in_order_even_when_a_webhook_never_answers(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/webhook"
        simulator = GraphSimulator(state, url, misbehaviour=QUICK).start()
        simulator.inbound(IDA)
        time.sleep(0.2)
        began = time.monotonic()
        status = simulator.stop()

    assert status == 0
    assert time.monotonic() - began < 5


def test_it_ends_when_its_parent_is_killed(state: Path, listener: Listener) -> None:
    program = (
        "import sys, time, pathlib\n"
        "from simulators.process import GraphSimulator\n"
        "simulator = GraphSimulator(pathlib.Path(sys.argv[1]), sys.argv[2]).start()\n"
        "print(simulator.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(state), listener.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while alive(child):
        assert time.monotonic() < deadline, "the simulator outlived its parent"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_taken_port_is_said_in_one_line(state: Path, listener: Listener, simulator: GraphSimulator) -> None:
    port = int(simulator.base_url.rpartition(":")[2])

    with pytest.raises(SimulatorFailed, match=f"Cannot listen on 127.0.0.1:{port}: Address already in use"):
        GraphSimulator(state, listener.url, port=port).start()


def test_a_wrong_switch_on_the_command_line_is_said(state: Path, listener: Listener) -> None:
    with pytest.raises(SimulatorFailed, match="lost_share"):
        GraphSimulator(state, listener.url, misbehaviour={"lost_share": 2}).start()


def test_the_journal_is_json_lines_that_can_be_read_from_any_line_on(
    business: Business, simulator: GraphSimulator
) -> None:
    begin = simulator.journal_end()
    business.get("555001")
    simulator.inbound(IDA)
    simulator.wait_until_quiet()

    lines = [json.loads(line) for line in simulator.journal_path.read_bytes()[begin:].splitlines()]
    assert [line["kind"] for line in lines] == ["request", "webhook"]
    assert list(simulator.journal(since=begin)) == lines
    assert [line["kind"] for line in simulator.journal("webhook", begin)] == ["webhook"]


def test_the_witness_counts_what_was_taken_twice(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    begin = simulator.journal_end()
    business.template(IDA, biz_opaque_callback_data="a")
    business.template(IDA, biz_opaque_callback_data="b")
    business.template(IDA, biz_opaque_callback_data="a")
    business.template(IDA, "one word")
    simulator.wait_until_quiet()

    witness = simulator.witness(begin)

    assert witness.requests == 4
    assert witness.accepted == {"a": 2, "b": 1}
    assert witness.handed_over_twice == ["a"]
    assert witness.people == {"85291234567": 3}
    assert witness.refused == {132000: 1}
    assert witness.statuses["sent"] == 3


def test_a_reset_forgets_everything_but_the_journal(business: Business, simulator: GraphSimulator) -> None:
    business.approved()
    simulator.inbound(IDA)
    simulator.misbehave(lost_share=1)
    simulator.reset()

    assert code_of(business.text(IDA)) == 131047
    assert code_of(business.template(IDA)) == 132001
    assert simulator.misbehave()["lost_share"] == 0
    assert any(line["kind"] == "reset" for line in simulator.journal())


def test_the_side_door_says_it_is_well(simulator: GraphSimulator) -> None:
    assert requests.get(f"{simulator.base_url}/_sim/health", timeout=5).json()["status"] == "ok"
