"""The pretend Stripe: sessions, the key that makes one of two calls, people who pay, and signed events."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.process import PaymentsSimulator
from tests.sms.gateways.listener import Listener, listening

QUICK = {"told_after_seconds": 0.01, "webhook_backoff_seconds": 0.02}
TEA = {
    "mode": "payment",
    "line_items[0][quantity]": "2",
    "line_items[0][price_data][currency]": "hkd",
    "line_items[0][price_data][unit_amount]": "8800",
    "line_items[0][price_data][product_data][name]": "Autumn oolong",
    "success_url": "https://shop.harbour-tea.example/thanks",
    "client_reference_id": "order-7",
    "metadata[link]": "abc",
}


@pytest.fixture(scope="module")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentsSimulator]:
    with PaymentsSimulator(tmp_path_factory.mktemp("payments"), misbehaviour=QUICK) as simulator:
        yield simulator


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        yield told


@pytest.fixture
def simulator(one_simulator: PaymentsSimulator, listener: Listener) -> PaymentsSimulator:
    one_simulator.reset()
    one_simulator.set_account(webhook_url=f"{listener.url}/payments/callback")
    return one_simulator


def call(simulator: PaymentsSimulator, method: str, path: str = "", *, key: str = "", **form: str) -> dict[str, Any]:
    """The answer's body with its `http` status."""
    headers = {"Authorization": f"Bearer {simulator.key}"} | ({"Idempotency-Key": key} if key else {})
    with requests.Session() as session:
        session.trust_env = False
        url = f"{simulator.base_url}/v1/checkout/sessions{path}"
        answer = session.request(method, url, data=form, headers=headers, timeout=10)
    return {**answer.json(), "http": answer.status_code}


def events(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(asked.body) for asked in listener.asked]


def test_a_session_is_made_for_the_sum_of_its_lines_and_found_again(simulator: PaymentsSimulator) -> None:
    made = call(simulator, "POST", **TEA)

    assert (made["http"], made["status"], made["payment_status"]) == (200, "open", "unpaid")
    assert (made["amount_total"], made["currency"], made["client_reference_id"]) == (17600, "hkd", "order-7")
    assert made["metadata"] == {"link": "abc"}
    assert made["url"] == f"{simulator.base_url}/c/pay/{made['id']}"
    assert call(simulator, "GET", f"/{made['id']}") == made


def test_the_same_key_makes_one_session_and_refuses_other_words(simulator: PaymentsSimulator) -> None:
    first, again = (call(simulator, "POST", key="k1", **TEA) for _ in range(2))
    other = call(simulator, "POST", key="k1", **TEA | {"line_items[0][quantity]": "3"})

    assert first == again
    assert (other["http"], other["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"line_items[0][quantity]": "0"}, "line_items[0][quantity]"),
        ({"line_items[0][price_data][unit_amount]": "88.5"}, "line_items[0][price_data][unit_amount]"),
        ({"line_items[0][price_data][currency]": "dollars"}, "line_items[0][price_data][currency]"),
        ({"success_url": "harbour-tea"}, "success_url"),
        ({"expires_at": "1"}, "expires_at"),
        ({"expire_at": "1"}, "expire_at"),
    ],
)
def test_what_stripe_refuses_is_refused_with_the_parameter(
    simulator: PaymentsSimulator, wrong: dict[str, str], param: str
) -> None:
    refused = call(simulator, "POST", **TEA | wrong)

    assert (refused["http"], refused["error"]["type"], refused["error"]["param"]) == (
        400,
        "invalid_request_error",
        param,
    )


def test_a_wrong_key_and_an_unknown_session_are_refused(simulator: PaymentsSimulator) -> None:
    wrong = requests.get(f"{simulator.base_url}/v1/checkout/sessions/cs_1", headers={"Authorization": "Bearer sk_x"})

    assert wrong.status_code == 401
    assert call(simulator, "GET", "/cs_test_unknown")["error"]["code"] == "resource_missing"


def test_a_payment_is_told_by_a_signed_event_and_cannot_be_made_twice(
    simulator: PaymentsSimulator, listener: Listener
) -> None:
    made = call(simulator, "POST", **TEA)
    simulator.pay(made["url"])
    simulator.wait_until_quiet()

    (asked,) = listener.asked
    moment, _, digest = asked.headers["stripe-signature"].removeprefix("t=").partition(",v1=")
    sealed = hmac.new(b"whsec_simulated", f"{moment}.".encode() + asked.body, hashlib.sha256).hexdigest()
    assert digest == sealed
    assert abs(time.time() - int(moment)) < 60
    event = json.loads(asked.body)
    assert event["type"] == "checkout.session.completed"
    session = event["data"]["object"]
    assert (session["id"], session["payment_status"], session["amount_total"]) == (made["id"], "paid", 17600)
    with pytest.raises(RuntimeError, match="complete"):
        simulator.pay(made["id"])


def test_an_expired_session_cannot_be_paid_and_is_told_of(simulator: PaymentsSimulator, listener: Listener) -> None:
    made = call(simulator, "POST", **TEA | {"expires_at": str(int(time.time()) + 1801)})
    simulator.move_clock(1802)
    simulator.wait_until_quiet()

    with pytest.raises(RuntimeError, match="expired"):
        simulator.pay(made["id"])
    assert [event["type"] for event in events(listener)] == ["checkout.session.expired"]
    found = call(simulator, "GET", f"/{made['id']}")
    assert (found["status"], found["url"]) == ("expired", None)


def test_a_session_can_be_ended_by_its_maker_once(simulator: PaymentsSimulator) -> None:
    made = call(simulator, "POST", **TEA)

    assert call(simulator, "POST", f"/{made['id']}/expire")["status"] == "expired"
    assert call(simulator, "POST", f"/{made['id']}/expire")["http"] == 400


def test_events_come_twice_or_lie_about_the_amount_when_told_to(
    simulator: PaymentsSimulator, listener: Listener
) -> None:
    simulator.misbehave(told_times=2)
    simulator.pay(call(simulator, "POST", **TEA)["id"], amount_total=100)
    simulator.wait_until_quiet()

    assert [event["data"]["object"]["amount_total"] for event in events(listener)] == [100, 100]
    assert len({event["id"] for event in events(listener)}) == 1


def test_a_lost_answer_leaves_a_session_that_the_same_key_finds(simulator: PaymentsSimulator) -> None:
    simulator.misbehave(lost_next=1)
    with pytest.raises(requests.ConnectionError):
        call(simulator, "POST", key="k2", **TEA)

    assert call(simulator, "POST", key="k2", **TEA)["http"] == 200
    assert simulator.health()["counts"]["made"] == 1


@pytest.mark.parametrize(("fault", "status"), [("throttled_next", 429), ("broken_next", 500)])
def test_faults_make_nothing(simulator: PaymentsSimulator, fault: str, status: int) -> None:
    simulator.misbehave(**{fault: 1})

    assert call(simulator, "POST", **TEA)["http"] == status
    assert simulator.health()["counts"].get("made", 0) == 0
    assert call(simulator, "POST", **TEA)["http"] == 200


def test_a_forger_signs_with_another_secret_or_changes_a_byte(simulator: PaymentsSimulator, listener: Listener) -> None:
    event = {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {}}}
    assert simulator.callback(event) == simulator.callback(event, secret="whsec_x", late_seconds=600) == 200
    simulator.callback(event, spoil=True)

    right, wrong, spoilt = ("stripe-signature" in asked.headers and _is_right(asked) for asked in listener.asked)
    assert (right, wrong, spoilt) == (True, False, False)


def _is_right(asked: Any) -> bool:
    moment, _, digest = asked.headers["stripe-signature"].removeprefix("t=").partition(",v1=")
    sealed = hmac.new(b"whsec_simulated", f"{moment}.".encode() + asked.body, hashlib.sha256).hexdigest()
    return bool(digest == sealed)
