"""The generic gateway calls back: receipts and replies are read as they were described, and nothing is guessed."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from messaging.carriers import Malformed
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown
from sms.gateways.generic.adapter import Generic
from sms.gateways.generic.configuration import GenericSecrets
from tests.sms.gateways.accounts import ATTEMPT
from tests.sms.gateways.generic_calls import at_harbour, told


@pytest.mark.parametrize(
    ("body", "query", "progress", "failure", "reference"),
    [
        ("id=4711&state=ENROUTE", f"ref={ATTEMPT}", Progress.SENT, Failure.NONE, str(ATTEMPT)),
        ("id=4711&state=delivrd", "", Progress.DELIVERED, Failure.NONE, ""),
        ("id=4711&state=UNDELIV&why=absent", "", Progress.FAILED, Failure.RECIPIENT_AWAY, ""),
        ("id=4711&state=UNDELIV&why=x", "", Progress.FAILED, Failure.UNCLEAR, ""),
        ("id=4711&state=EXPIRED", "", Progress.EXPIRED, Failure.UNCLEAR, ""),
    ],
)
def test_what_a_receipt_says(body: str, query: str, progress: Progress, failure: Failure, reference: str) -> None:
    (receipt,) = Generic().read(at_harbour(), told(body, query=query))
    assert isinstance(receipt, Receipt)
    assert (receipt.provider_id, receipt.progress, receipt.failure, receipt.reference) == (
        "4711", progress, failure, reference,
    )  # fmt: skip


def test_receipts_in_a_json_list_with_time_and_price() -> None:
    described = {"written_as": "json", "items": "/results", "id": "/id", "status": "/status/name", "at": "/at",
                 "price": "/price/0", "currency": "/money", "statuses": {"delivered": "delivered"}}  # fmt: skip
    one = {
        "id": "a",
        "status": {"name": "DELIVERED"},
        "at": "2026-03-02T12:00:00+08:00",
        "price": [0.055],
        "money": "HKD",
    }
    body = json.dumps({"results": [one, {"id": "b", "status": 7}, None]})
    first, second, third = Generic().read(at_harbour(receipts=described), told(body))
    assert isinstance(first, Receipt)
    assert (first.price, first.currency, str(first.at)) == (Decimal("0.055"), "HKD", "2026-03-02 04:00:00+00:00")
    assert isinstance(second, Unknown)
    assert isinstance(third, Unknown)


def test_a_reply_is_read_as_it_was_written() -> None:
    (reply,) = Generic().read(
        at_harbour(), told("id=9&from=85261234567&to=85268001234&text=%E9%80%80+%E8%A8%82", "reply")
    )
    assert reply == Reply("9", "9", "85268001234", "+85261234567", "退 訂", None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [("", "receipt"), ("id=1&state=sang", "receipt"), ("state=DELIVRD", "receipt"), ("from=x&text=a", "reply")],
)
def test_what_makes_no_sense_is_kept_as_unknown(body: str, kind: str) -> None:
    (item,) = Generic().read(at_harbour(), told(body, kind))
    assert isinstance(item, Unknown)


def test_calls_that_nobody_described_are_unknown_and_broken_ones_malformed() -> None:
    (item,) = Generic().read(at_harbour(replies=None), told("text=a", "reply"))
    assert isinstance(item, Unknown)
    with pytest.raises(Malformed):
        Generic().read(at_harbour(), replace(told(""), body=b"\xff"))


@pytest.mark.parametrize(
    "forged",
    [
        lambda call: replace(call, headers={}),
        lambda call: replace(call, headers={"x-gateway-secret": "told-only-to-then"}),
        lambda call: replace(call, headers={"x-gateway-secret": "é"}),
        lambda call: replace(call, url=call.url.replace("k3y", "k3x")),
        lambda call: replace(call, url=call.url.replace("receipt", "reply")),
    ],
)
def test_only_who_knows_header_and_address_is_believed(forged: Any) -> None:
    assert Generic().verify(at_harbour(), told("id=1", query="ref=2"))
    assert not Generic().verify(at_harbour(), forged(told("id=1")))


def test_a_header_that_is_asked_for_but_has_no_secret_proves_nothing() -> None:
    harbour = replace(at_harbour(), secrets=GenericSecrets())
    assert not Generic().verify(harbour, told("id=1", **{"x-gateway-secret": ""}))
