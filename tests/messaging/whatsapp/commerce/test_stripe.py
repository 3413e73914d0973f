"""Stripe's adapter against the pretend Stripe: a session a link, made once, bound to its amount, page and end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.models import PaymentAccount
from messaging.whatsapp.commerce.payments import Asked, LinkRefused, LinkUnsure, provider_named
from simulators.process import PaymentSimulator

provider = provider_named("stripe")
# Nothing of it is saved.
ACCOUNT = PaymentAccount(provider="stripe", key="sk_test_simulated", signing_secret="whsec_simulated")


@pytest.fixture(scope="module")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentSimulator]:
    with PaymentSimulator(tmp_path_factory.mktemp("payments"), seed=7) as simulator:
        yield simulator


@pytest.fixture
def stripe(one_simulator: PaymentSimulator, settings: Any) -> PaymentSimulator:
    one_simulator.reset()
    settings.STRIPE_BASE_URL = one_simulator.base_url
    settings.PAYMENT_PAGE_HOSTS = [one_simulator.base_url.removeprefix("http://")]
    return one_simulator


def asked(minutes: float = 32, **fields: Any) -> Asked:
    ends: datetime = timezone.now().replace(microsecond=0) + timedelta(minutes=minutes)
    return Asked(**{"key": uuid4(), "reference": "1A2B3C4D", "amount": Decimal("176.00"), "currency": "HKD",
                    "expires_at": ends} | fields)  # fmt: skip


def test_a_link_is_one_session_for_its_amount(stripe: PaymentSimulator) -> None:
    wanted = asked()
    made = provider.make(ACCOUNT, wanted)
    (session,) = stripe.sessions()
    assert (session["id"], session["page"], session["amount_total"], session["currency"]) == (
        made.provider_id, made.url, 17600, "hkd",
    )  # fmt: skip
    assert (session["client_reference_id"], session["metadata"]) == (
        str(wanted.key),
        {"countersign_link": str(wanted.key)},
    )
    assert made.expires_at == wanted.expires_at
    assert "pay/" not in repr(made)


def test_the_same_link_asked_twice_is_one_session(stripe: PaymentSimulator) -> None:
    wanted = asked()
    first, again = provider.make(ACCOUNT, wanted), provider.make(ACCOUNT, wanted)
    assert (first.provider_id, len(stripe.sessions())) == (again.provider_id, 1)
    with pytest.raises(LinkRefused):
        provider.make(ACCOUNT, asked(key=wanted.key, amount=Decimal("1.00")))


@pytest.mark.parametrize("terms", [{"minutes": 29}, {"minutes": 1500}, {"amount": Decimal("0.10")}])
def test_what_stripe_does_not_take_is_a_refusal(stripe: PaymentSimulator, terms: dict[str, Any]) -> None:
    with pytest.raises(LinkRefused):
        provider.make(ACCOUNT, asked(**terms))
    assert stripe.sessions() == []


@pytest.mark.parametrize(
    ("fault", "raised", "sessions"),
    [
        ({"lost_share": 1}, LinkUnsure, 1),
        ({"error_accepted_share": 1}, LinkUnsure, 1),
        ({"error_refused_share": 1}, LinkUnsure, 0),
        ({"throttled_share": 1}, LinkRefused, 0),
        ({"declined": True}, LinkRefused, 0),
        ({"wrong_amount": 1}, LinkUnsure, 1),
        ({"strange_page": "https://checkout.stripe.com.evil.example"}, LinkUnsure, 1),
    ],
)
def test_an_answer_that_says_nothing_is_unsure_and_nothing_is_asked_twice(
    stripe: PaymentSimulator, fault: dict[str, Any], raised: type[Exception], sessions: int
) -> None:
    stripe.misbehave(**fault)
    since = stripe.journal_end()
    with pytest.raises(raised):
        provider.make(ACCOUNT, asked())
    assert len(list(stripe.journal("request", since))) == 1
    assert len(stripe.sessions()) == sessions


def test_a_provider_that_cannot_be_reached_made_nothing(settings: Any) -> None:
    settings.STRIPE_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(LinkRefused):
        provider.make(ACCOUNT, asked())


def test_a_wrong_key_is_a_refusal_that_does_not_repeat_it(stripe: PaymentSimulator) -> None:
    with pytest.raises(LinkRefused) as no:
        provider.make(PaymentAccount(key="sk_test_of_somebody_else"), asked())
    assert "sk_test" not in str(no.value)


def test_a_link_is_paid_once_by_a_post_and_not_by_looking(stripe: PaymentSimulator) -> None:
    made = provider.make(ACCOUNT, asked())
    assert stripe.open_page(made.url) == 200
    assert stripe.sessions()[0]["payment_status"] == "unpaid"
    assert [stripe.pay(made.url), stripe.pay(made.url)] == [303, 400]
    assert stripe.witness().paid[made.provider_id] == 17600


def test_a_link_that_was_ended_cannot_be_paid(stripe: PaymentSimulator) -> None:
    made = provider.make(ACCOUNT, asked())
    assert provider.end(ACCOUNT, made.provider_id)
    assert not provider.end(ACCOUNT, made.provider_id)
    assert (stripe.open_page(made.url), stripe.pay(made.url)) == (404, 400)
