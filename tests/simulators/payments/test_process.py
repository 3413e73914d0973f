"""The pretend Stripe as a process: it calls back signed, twice or shuffled when told to, and its journal proves it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest
import requests

from messaging.whatsapp.commerce.payments.stripe.signature import is_signed
from simulators.process import PaymentSimulator
from tests.sms.gateways.listener import Listener, listening

FORM = (
    "mode=payment&success_url=https%3A%2F%2Fshop.example.test%2Fdone&metadata%5Bcountersign_link%5D=link-1"
    "&line_items%5B0%5D%5Bquantity%5D=1&line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=hkd"
    "&line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=17600"
    "&line_items%5B0%5D%5Bprice_data%5D%5Bproduct_data%5D%5Bname%5D=%3Cb%3EOrder%3C%2Fb%3E"
    "&payment_intent_data%5Bmetadata%5D%5Bcountersign_link%5D=link-1"
)


@pytest.fixture(scope="module")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentSimulator]:
    quick = {"event_seconds": 0.01, "shuffle_seconds": 0.05, "webhook_backoff_seconds": 0.02}
    with PaymentSimulator(tmp_path_factory.mktemp("payments"), seed=7, misbehaviour=quick) as simulator:
        yield simulator


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        yield told


@pytest.fixture
def stripe(one_simulator: PaymentSimulator, listener: Listener) -> PaymentSimulator:
    one_simulator.reset()
    one_simulator.set_account(webhook_url=f"{listener.url}/payments")
    return one_simulator


def made(stripe: PaymentSimulator, form: str = FORM, key: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {stripe.key}", "Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"Idempotency-Key": key} if key else {}
    return requests.post(f"{stripe.base_url}/v1/checkout/sessions", data=form, headers=headers, timeout=10)


def test_a_payment_is_told_signed_with_all_that_names_it(stripe: PaymentSimulator, listener: Listener) -> None:
    session = made(stripe).json()
    assert stripe.pay(session["url"]) == 303
    stripe.wait_until_quiet()
    (asked,) = listener.asked
    event = orjson.loads(asked.body)
    assert (event["type"], event["data"]["object"]["amount_total"], event["data"]["object"]["metadata"]) == (
        "checkout.session.completed", 17600, {"countersign_link": "link-1"},
    )  # fmt: skip
    now = datetime.now(UTC)
    assert is_signed(asked.body, asked.headers["stripe-signature"], [stripe.signing_secret], now)
    assert not is_signed(asked.body + b" ", asked.headers["stripe-signature"], [stripe.signing_secret], now)


def test_a_refund_tells_the_charge_with_our_key(stripe: PaymentSimulator, listener: Listener) -> None:
    session = made(stripe).json()
    stripe.pay(session["url"])
    stripe.refund(session["id"], 8800)
    stripe.wait_until_quiet()
    events = sorted((orjson.loads(asked.body) for asked in listener.asked), key=lambda event: event["type"])
    assert [event["type"] for event in events] == ["charge.refunded", "checkout.session.completed"]
    charge = events[0]["data"]["object"]
    assert (charge["amount_refunded"], charge["metadata"]) == (8800, {"countersign_link": "link-1"})


def test_events_come_twice_never_or_again_until_they_are_taken(stripe: PaymentSimulator, listener: Listener) -> None:
    stripe.misbehave(duplicate_share=1)
    stripe.pay(made(stripe).json()["url"])
    stripe.wait_until_quiet()
    assert len({asked.body for asked in listener.asked}) == 1
    assert len(listener.asked) == 2
    stripe.misbehave(duplicate_share=0, silent_share=1)
    stripe.pay(made(stripe).json()["url"])
    stripe.wait_until_quiet()
    assert len(listener.asked) == 2
    stripe.misbehave(silent_share=0, webhook_tries=3)
    listener.status = 500
    stripe.pay(made(stripe).json()["url"])
    stripe.wait_until_quiet()
    assert len(listener.asked) == 5


def test_what_is_asked_wrongly_is_refused_as_stripe_does(stripe: PaymentSimulator) -> None:
    assert made(stripe, f"{FORM}&tip=1").json()["error"]["code"] == "parameter_unknown"
    assert made(stripe, FORM.replace("17600", "399")).json()["error"]["code"] == "amount_too_small"
    assert made(stripe, FORM.replace("mode=payment&", "")).json()["error"]["param"] == "mode"
    assert made(stripe, key="one").status_code == made(stripe, key="one").status_code == 200
    assert made(stripe, FORM.replace("17600", "17700"), key="one").json()["error"]["type"] == "idempotency_error"
    stranger = requests.post(f"{stripe.base_url}/v1/checkout/sessions", data=FORM, auth=("sk_other", ""), timeout=10)
    assert stranger.status_code == 401
    assert stripe.witness().made_twice == []


def test_the_page_shows_names_as_text(stripe: PaymentSimulator) -> None:
    page = requests.get(made(stripe).json()["url"], timeout=10).text
    assert "&lt;b&gt;Order&lt;/b&gt;" in page
    assert "<b>" not in page
