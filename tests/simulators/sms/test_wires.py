"""Each wire end to end: the product's adapter sends over real HTTP, the pretend gateway calls back as the real one."""

from decimal import Decimal

import pytest
import requests

from messaging.carriers import Retry, SendFailed
from simulators.process import SmsSimulator
from sms.gateways.balance import NotTold
from sms.gateways.gateway import Failure, Receipt, Reply
from tests.simulators.sms.customers import GATEWAYS, Customer, customer_of
from tests.sms.gateways.listener import Listener

LONG = "茶" * 100  # two parts


@pytest.fixture(params=list(GATEWAYS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def customer(name: str, simulator: SmsSimulator, listener: Listener) -> Customer:
    return customer_of(name, simulator, listener)


@pytest.fixture
def begin(simulator: SmsSimulator) -> int:
    """Where the journal of this test begins."""
    return simulator.journal_end()


def refused(customer: Customer, **asked: str) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        customer.send(**asked)
    return raised.value


def test_the_balance_falls_by_what_each_part_cost(customer: Customer, simulator: SmsSimulator, name: str) -> None:
    simulator.set_account(name, balance="12.5", price="0.05")
    customer.send(LONG)
    told = customer.adapter.balance(customer.account)
    assert told is not None
    assert (told.amount, told.currency) == (
        Decimal("12.40"), {"vonage": "EUR", "plain": ""}.get(name, "USD"),
    )  # fmt: skip


def test_a_balance_is_told_to_its_account_alone(name: str, simulator: SmsSimulator, listener: Listener) -> None:
    wrong = {"plain": {"password": "no-password"}, "twilio": {"auth_token": "wrong-token"}}
    keys = {"vonage": {"api_secret": "wrong-secret"}, "infobip": {"api_key": "wrong-api-key"}, **wrong}
    stranger = customer_of(name, simulator, listener, **keys[name])
    with pytest.raises(NotTold) as raised:
        stranger.adapter.balance(stranger.account)
    assert "wrong" not in str(raised.value)


def test_a_text_arrives_and_is_told_by_signed_receipts(
    customer: Customer, simulator: SmsSimulator, name: str, begin: int
) -> None:
    taken = customer.send(LONG)
    simulator.wait_until_quiet()

    assert customer.progress() == ["delivered", "sent"]
    told = customer.told()
    assert {item.provider_id for item in told if isinstance(item, Receipt)} == {taken.provider_ids[0]}
    witness = simulator.witness(begin)
    (reference,) = witness.accepted
    assert {item.reference for item in told if isinstance(item, Receipt)} == {reference}
    assert (witness.gateways, witness.parts, witness.phones) == ({name: 1}, 2, {"+85261234567": 1})
    assert witness.receipts == {"sent": 1, "delivered": 1}
    texts = [text for line in simulator.journal("request", begin) for text in line["texts"]]
    assert [(text["reads"], text["sender"]) for text in texts] == [(LONG, "#HARBOUR")]


def test_a_changed_or_unsigned_receipt_is_not_believed(
    customer: Customer, simulator: SmsSimulator, listener: Listener, name: str
) -> None:
    url, item = f"{listener.url}/receipt", {"MessageSid": "SM1", "id": "1", "cleanText": ""}
    simulator.callback(name, url, item)
    simulator.callback(name, url, item, sign=False)

    signed, unsigned = customer.calls()
    assert customer.adapter.verify(customer.account, signed)
    # Infobip signs nothing: the address is the proof.
    assert customer.adapter.verify(customer.account, unsigned) is (name == "infobip")
    if name in ("twilio", "vonage"):
        simulator.callback(name, url, item, spoil=True)
        assert not customer.adapter.verify(customer.account, customer.calls()[-1])


@pytest.mark.parametrize("sender", ["#Harbour", "#OTHER", "+85268009999"])
def test_a_sender_that_is_not_in_its_list_stops_the_queue(customer: Customer, sender: str) -> None:
    assert refused(customer, sender=sender).retry is Retry.HOLD


def test_a_bad_number_and_a_text_that_is_too_long_are_refused_for_good(customer: Customer) -> None:
    assert refused(customer, to="+8521").retry is Retry.PERMANENT
    assert refused(customer, text="a" * 1700).retry is Retry.PERMANENT


def test_wrong_credentials_stop_the_account(name: str, simulator: SmsSimulator, listener: Listener) -> None:
    wrong = {"twilio": "auth_token", "vonage": "api_secret", "infobip": "api_key", "plain": "password"}
    failed = refused(customer_of(name, simulator, listener, **{wrong[name]: "not-the-right-one"}))
    assert (failed.retry, failed.scope) == (Retry.HOLD, "account")


def test_over_its_pace_a_text_is_not_taken_and_goes_again(
    customer: Customer, simulator: SmsSimulator, name: str, begin: int
) -> None:
    simulator.misbehave(gateway=name, throughput_per_second=1, retry_after_seconds=4)
    customer.send()
    failed = refused(customer)
    assert (failed.retry, failed.retry_after) == (Retry.NOT_ATTEMPTED, 4.0)
    assert simulator.witness(begin).accepted.total() == 1


@pytest.mark.parametrize(
    ("share", "taken"), [("error_refused_share", 0), ("error_accepted_share", 1), ("lost_share", 1)]
)
def test_an_error_or_a_lost_answer_is_unsure_whether_it_was_taken_or_not(
    customer: Customer, simulator: SmsSimulator, share: str, taken: int, begin: int
) -> None:
    simulator.misbehave(**{share: 1})
    assert refused(customer).retry is Retry.UNSURE
    simulator.wait_until_quiet()
    assert simulator.witness(begin).accepted.total() == taken
    assert customer.progress() == ["delivered", "sent"] * taken


@pytest.mark.parametrize(("trouble", "failure"), [("absent", Failure.RECIPIENT_AWAY), ("dead", Failure.RECIPIENT_BAD)])
def test_a_phone_that_is_away_or_dead_is_told_as_that(
    customer: Customer, simulator: SmsSimulator, trouble: str, failure: Failure
) -> None:
    simulator.misbehave(fails_later={trouble: 1})
    customer.send()
    simulator.wait_until_quiet()
    told = [item for item in customer.told() if isinstance(item, Receipt)]
    assert [item.failure for item in told if item.progress.value == "failed"] == [failure]
    assert len(told) == 2


def test_an_expired_text_is_told_as_that(customer: Customer, simulator: SmsSimulator) -> None:
    simulator.misbehave(fails_later={"expired": 1})
    customer.send()
    simulator.wait_until_quiet()
    assert customer.progress() == ["expired", "sent"]


def test_receipts_come_early_twice_or_never(customer: Customer, simulator: SmsSimulator) -> None:
    simulator.misbehave(early_share=1, undelivered_share=1)
    customer.send()
    assert customer.progress() == ["sent"]  # it was there before the answer was

    simulator.misbehave(early_share=0, undelivered_share=0, duplicate_share=1)
    customer.listener.asked.clear()
    customer.send()
    simulator.wait_until_quiet()
    assert customer.progress() == ["delivered", "delivered", "sent", "sent"]
    assert len({item.dedupe_key for item in customer.told()}) == 2

    simulator.misbehave(silent_share=1)
    customer.listener.asked.clear()
    customer.send()
    simulator.wait_until_quiet()
    assert customer.told() == []


def test_who_is_written_to_by_a_number_may_answer_stop(customer: Customer, simulator: SmsSimulator) -> None:
    simulator.misbehave(stop_share=1, stop_words=["退訂"])
    customer.send()
    simulator.wait_until_quiet()
    assert customer.told("reply") == []  # a name cannot be answered

    customer.send(sender="+85268001234")
    simulator.wait_until_quiet()
    (reply,) = customer.told("reply")
    assert isinstance(reply, Reply)
    assert (reply.from_phone, reply.sender, reply.text) == ("+85261234567", "+85268001234", "退訂")


def test_twilio_itself_hears_stop_and_refuses_the_pair(simulator: SmsSimulator, listener: Listener) -> None:
    customer = customer_of("twilio", simulator, listener)
    simulator.inbound("twilio", "+85261234567", "Stop", "+85268001234")
    failed = refused(customer, sender="+85268001234")
    assert (failed.code, failed.opts_out) == ("21610", True)
    simulator.inbound("twilio", "+85261234567", "START", "+85268001234")
    customer.send(sender="+85268001234")


def test_infobip_refuses_an_id_that_it_knows(simulator: SmsSimulator) -> None:
    body = {"messages": [{"sender": "#HARBOUR", "destinations": [{"to": "85261234567", "messageId": "m-42"}],
                          "content": {"text": "Tea"}}]}  # fmt: skip
    key = {"Authorization": "App simulated-infobip-key"}
    answers = [
        requests.post(f"{simulator.base_url}/sms/3/messages", json=body, headers=key, timeout=5).json()
        for _ in range(2)
    ]
    assert [answer["messages"][0]["status"]["id"] for answer in answers] == [26, 23]


def test_infobip_puts_many_receipts_into_one_body(simulator: SmsSimulator, listener: Listener) -> None:
    customer = customer_of("infobip", simulator, listener)
    simulator.misbehave(batch_wait_seconds=0.3)
    for at in range(5):
        customer.send(to=f"+8526123456{at}")
    simulator.wait_until_quiet()
    assert len(customer.told()) == 10
    assert len(customer.calls()) < 10
