"""The process, its side door and its witness; and that the same seed brings the same lives."""

import os
import signal
from pathlib import Path

import pytest
import requests

from simulators.common.journal import read_journal
from simulators.process import SimulatorFailed, SmsSimulator
from simulators.sms.parts import parts_of
from simulators.sms.witness import witness_of
from sms.text import measure
from tests.simulators.sms.customers import customer_of
from tests.sms.gateways.listener import Listener

TWENTY = [f"+852612345{at:02d}" for at in range(20)]


def failed_phones(simulator: SmsSimulator, listener: Listener) -> list[str]:
    """Who did not get a text at Twilio, half of them by chance."""
    simulator.misbehave(fails_later={"dead": 0.5})
    customer, begin = customer_of("twilio", simulator, listener), simulator.journal_end()
    by_id = {customer.send(to=to).provider_ids[0]: to for to in TWENTY}
    simulator.wait_until_quiet()
    notes = [note for line in simulator.journal("webhook", begin) for note in line["updates"]]
    return sorted(by_id[note[1]] for note in notes if note[2] == "failed")


def test_the_same_seed_brings_the_same_lives(simulator: SmsSimulator, listener: Listener) -> None:
    first = failed_phones(simulator, listener)
    simulator.reset()

    assert 0 < len(first) < 20
    assert failed_phones(simulator, listener) == first


def test_a_gateway_that_is_throttled_leaves_the_others_as_they_are(simulator: SmsSimulator, listener: Listener) -> None:
    simulator.misbehave(gateway="twilio", every_text_refused="throttled")
    customer_of("vonage", simulator, listener).send()

    assert simulator.misbehave(gateway="twilio")["vonage"]["every_text_refused"] is None


def test_the_witness_counts_a_reference_that_two_gateways_took() -> None:
    text = {"decision": "accepted", "id": "1", "reference": "a", "to": "+85261234567", "parts": 2}
    entries = [
        {"kind": "request", "gateway": "twilio", "decision": "answered", "texts": [text]},
        {"kind": "request", "gateway": "vonage", "decision": "answered", "texts": [text | {"reference": "a.2"}]},
        {"kind": "request", "gateway": "plain", "decision": "refused", "no": "throttled"},
    ]

    witness = witness_of(entries)

    assert witness.handed_over_twice == ["a"]
    assert (witness.phones, witness.parts) == ({"+85261234567": 2}, 4)
    assert (witness.gateways, witness.refused) == ({"twilio": 1, "vonage": 1}, {"throttled": 1})


@pytest.mark.parametrize(
    "text", ["a" * 160, "a" * 161, "a" * 152 + "€" + "a" * 152, "茶" * 71, "茶" * 66 + "😀" * 35, "[" * 81]
)
def test_two_counts_of_parts_that_know_nothing_of_each_other_agree(text: str) -> None:
    assert parts_of(text) == measure(text).parts


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lost": 1}, "lost"),
        ({"lost_share": 0.6, "throttled_share": 0.6}, "more than 1 together"),
        ({"fails_later": {"eaten": 0.1}}, "absent"),
        ({"gateway": "carrier pigeon"}, "twilio, vonage, infobip, plain"),
    ],
)
def test_a_wrong_switch_is_refused_and_changes_nothing(
    simulator: SmsSimulator, fields: dict[str, object], words: str
) -> None:
    before = simulator.misbehave()

    with pytest.raises(RuntimeError, match=words):
        simulator.misbehave(**fields)

    assert simulator.misbehave() == before


def test_a_path_that_no_gateway_has_is_not_found(simulator: SmsSimulator) -> None:
    assert requests.post(f"{simulator.base_url}/v9/texts", timeout=5).status_code == 404


def test_no_secret_is_in_the_journal(simulator: SmsSimulator, listener: Listener) -> None:
    for name in ("twilio", "vonage", "infobip", "plain"):
        customer_of(name, simulator, listener).send()
    simulator.wait_until_quiet()

    assert b"simulated-" not in simulator.journal_path.read_bytes()


def test_a_signal_ends_it_in_order_and_a_wrong_word_is_said(tmp_path: Path) -> None:
    simulator = SmsSimulator(tmp_path).start()
    os.kill(simulator.process.pid, signal.SIGTERM)
    assert simulator.stop() == 0
    assert [line["kind"] for line in read_journal(simulator.journal_path)] == ["start", "stop"]

    with pytest.raises(SimulatorFailed, match="senderz"):
        SmsSimulator(tmp_path, accounts={"twilio": {"senderz": []}}).start()
