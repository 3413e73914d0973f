"""Infobip calls back: what receipts and replies say, and which callbacks are believed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from messaging.carriers import Malformed
from sms.gateways.gateway import Callback, Failure, Progress, Receipt, Reply, Unknown
from sms.gateways.infobip.adapter import Infobip
from tests.sms.gateways.accounts import ATTEMPT
from tests.sms.gateways.infobip_calls import NAMES, at_infobip, told


def result(group: int, status: int, error: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "bulkId": "b-1",
        "messageId": str(ATTEMPT),
        "to": "85261234567",
        "sender": "#HARBOUR",
        "sentAt": "2026-03-02T04:00:01.000+0000",
        "doneAt": "2026-03-02T04:00:05.120+0000",
        "messageCount": 1,
        "callbackData": str(ATTEMPT),
        "status": {"groupId": group, "groupName": NAMES.get(group), "id": status, "name": "…"},
        "error": {"groupId": 0, "id": error, "name": "…", "permanent": False},
        **more,
    }


@pytest.mark.parametrize(
    ("group", "status", "error", "progress", "failure", "code"),
    [
        (1, 26, 0, Progress.ACCEPTED, Failure.NONE, ""),
        (1, 3, 0, Progress.ACCEPTED, Failure.NONE, ""),
        (1, 7, 0, Progress.SENT, Failure.NONE, ""),
        (1, 77, 0, Progress.ACCEPTED, Failure.NONE, ""),
        (3, 2, 0, Progress.SENT, Failure.NONE, ""),  # to the operator, not to the phone
        (3, 5, 0, Progress.DELIVERED, Failure.NONE, ""),
        (4, 15, 27, Progress.EXPIRED, Failure.RECIPIENT_AWAY, "27"),
        (4, 15, 0, Progress.EXPIRED, Failure.RECIPIENT_AWAY, "status_15"),
        (2, 9, 8, Progress.FAILED, Failure.RECIPIENT_AWAY, "8"),
        (4, 29, 0, Progress.UNKNOWN, Failure.NONE, ""),
        (2, 9, 1, Progress.FAILED, Failure.RECIPIENT_BAD, "1"),
        (2, 4, 2050, Progress.FAILED, Failure.RECIPIENT_BAD, "2050"),
        (2, 9, 5000, Progress.FAILED, Failure.UNCLEAR, "5000"),
        (2, 31, 0, Progress.FAILED, Failure.UNCLEAR, "status_31"),
        (2, 9, 4106, Progress.FAILED, Failure.REGULATION, "4106"),
        (5, 14, 0, Progress.FAILED, Failure.RECIPIENT_REFUSED, "status_14"),
        (5, 10, 0, Progress.FAILED, Failure.RECIPIENT_REFUSED, "status_10"),
        (5, 13, 0, Progress.FAILED, Failure.SENDER, "status_13"),
        (5, 12, 0, Progress.FAILED, Failure.ACCOUNT, "status_12"),
        (5, 19, 0, Progress.FAILED, Failure.ROUTE, "status_19"),
        (5, 25, 0, Progress.FAILED, Failure.CONTENT, "status_25"),
        (5, 8, 0, Progress.FAILED, Failure.RECIPIENT_BAD, "status_8"),
    ],
)
def test_what_a_receipt_says(
    group: int, status: int, error: int, progress: Progress, failure: Failure, code: str
) -> None:
    (receipt,) = Infobip().read(at_infobip(), told(result(group, status, error)))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.failure, receipt.code) == (progress, failure, code)
    assert (receipt.provider_id, receipt.reference) == (str(ATTEMPT), str(ATTEMPT))
    assert receipt.dedupe_key == f"{ATTEMPT}:{group}:{status}:{error}"
    assert receipt.at == datetime(2026, 3, 2, 4, 0, 5, 120_000, tzinfo=UTC)


@pytest.mark.parametrize(("error", "failure"), [(628, Failure.RECIPIENT_AWAY), (351, Failure.RECIPIENT_BAD)])
@pytest.mark.parametrize("permanent", [True, False])
def test_what_is_called_permanent_says_nothing_of_the_number(error: int, failure: Failure, permanent: bool) -> None:
    failed = {**result(2, 9), "error": {"id": error, "permanent": permanent}}
    (receipt,) = Infobip().read(at_infobip(), told(failed))
    assert isinstance(receipt, Receipt)
    assert receipt.failure is failure


@pytest.mark.parametrize(("given", "reference"), [({"callbackData": None}, str(ATTEMPT)), ({"callbackData": "x"}, "x")])
def test_the_id_stands_in_where_our_reference_is_missing(given: dict[str, Any], reference: str) -> None:
    (receipt,) = Infobip().read(at_infobip(), told(result(3, 5, **given)))
    assert isinstance(receipt, Receipt)
    assert receipt.reference == reference


@pytest.mark.parametrize(
    ("price", "parts", "is_a_part", "amount"),
    [
        ({"pricePerMessage": 0.055, "currency": "EUR"}, 3, True, Decimal("0.165")),
        ({"pricePerMessage": "0.055", "currency": "EUR"}, 3, False, Decimal("0.055")),
        ({"pricePerMessage": 0.055, "currency": "EUR"}, None, True, Decimal("0.055")),
        ({"pricePerMessage": None, "currency": "EUR"}, 2, True, None),
        ({"pricePerMessage": -1, "currency": "EUR"}, 2, True, None),
    ],
)
def test_the_price_is_for_a_part_unless_the_account_is_told_the_whole(
    price: dict[str, Any], parts: int | None, is_a_part: bool, amount: Decimal | None
) -> None:
    account = at_infobip(price_is_a_part=is_a_part)
    (receipt,) = Infobip().read(account, told(result(3, 5, price=price, messageCount=parts)))
    assert isinstance(receipt, Receipt)
    assert (receipt.price, receipt.currency) == (amount, "EUR")
    assert (receipt.part, receipt.parts) == (1, 1)  # it speaks of the whole text


@pytest.mark.parametrize(
    "odd",
    [{"price": "free"}, {"error": None}, {"error": "none"}, {"messageCount": "many"}, {"doneAt": 7}, {"sentAt": None},
     {"callbackData": {"ref": 1}}, {"price": {"pricePerMessage": {}, "currency": None}}],
)  # fmt: skip
def test_an_odd_field_does_not_lose_the_delivery(odd: dict[str, Any]) -> None:
    (receipt,) = Infobip().read(at_infobip(), told({**result(3, 5), **odd}))
    assert isinstance(receipt, Receipt)
    assert (receipt.progress, receipt.reference) == (Progress.DELIVERED, str(ATTEMPT))


def test_a_hundred_receipts_come_in_one_call_and_a_bad_one_loses_none_of_them() -> None:
    results: list[Any] = [result(3, 5, messageId=f"m-{n}") for n in range(100)]
    results[40] = {"messageId": "m-40", "status": "delivered"}
    results[41] = None
    results[42] = result(9, 5, messageId="m-42")
    results[43] = result(3, 6, messageId="m-43")
    items = Infobip().read(at_infobip(), told(*results))
    assert [type(one) for one in items[39:45]] == [Receipt, Unknown, Unknown, Unknown, Unknown, Receipt]
    assert sum(isinstance(one, Receipt) for one in items) == 96
    assert len({one.dedupe_key for one in items}) == 100
    assert items[43].reason == "a receipt with the status 3/6"  # type: ignore[union-attr]


def test_replies_are_read_with_numbers_as_we_write_them() -> None:
    said = {
        "messageId": "817790313235066447", "from": "85261234567", "to": "85268001234", "text": "STOP please",
        "cleanText": "please", "keyword": "STOP", "receivedAt": "2026-03-02T04:00:05.120+0000", "smsCount": 1,
    }  # fmt: skip
    short = {"messageId": "8", "from": "85261234567", "to": "62226", "text": "退訂"}
    at = datetime(2026, 3, 2, 4, 0, 5, 120_000, tzinfo=UTC)
    assert list(Infobip().read(at_infobip(), told(said, short, {**said, "from": "HARBOUR"}, kind="reply")))[:2] == [
        Reply("817790313235066447", "817790313235066447", "+85268001234", "+85261234567", "STOP please", at),
        Reply("8", "8", "62226", "+85261234567", "退訂", None),
    ]


def test_a_reply_without_a_phone_is_kept_as_unknown_and_its_words_stay_out_of_the_reason() -> None:
    (item,) = Infobip().read(at_infobip(), told({"messageId": "8", "from": "a-secret", "text": "x"}, kind="reply"))
    assert isinstance(item, Unknown)
    assert item.reason == "a reply whose from is missing or makes no sense"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"results": {}}', b"{}", b"\xff"])
def test_a_body_without_results_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        Infobip().read(at_infobip(), replace(told(), body=body))


def test_the_address_that_only_infobip_knows_is_the_proof() -> None:
    assert Infobip().verify(at_infobip(), told(result(3, 5)))
    assert Infobip().verify(at_infobip(), told(kind="reply"))


WITH_USER = {"callback_user": "infobip"}, {"callback_password": "a-password"}


BASIC = "Basic aW5mb2JpcDphLXBhc3N3b3Jk"


WITH_HEADER = {"callback_header": "x-countersign"}, {"callback_token": "a-token"}


def test_a_password_or_a_token_may_be_asked_for_besides() -> None:
    by_user = at_infobip(secrets=WITH_USER[1], **WITH_USER[0])
    by_header = at_infobip(secrets=WITH_HEADER[1], **WITH_HEADER[0])
    by_both = at_infobip(secrets=WITH_USER[1] | WITH_HEADER[1], **WITH_USER[0], **WITH_HEADER[0])
    assert Infobip().verify(by_user, told(authorization=BASIC))
    assert Infobip().verify(by_header, told(x_countersign="a-token"))
    assert Infobip().verify(by_both, told(authorization=BASIC, x_countersign="a-token"))
    assert not Infobip().verify(by_both, told(authorization=BASIC))
    assert not Infobip().verify(by_both, told(x_countersign="a-token"))


def _url(call: Callback, old: str, new: str) -> Callback:
    return replace(call, url=call.url.replace(old, new))


FORGERIES: dict[str, Callable[[], Callback]] = {
    "another key": lambda: _url(told(authorization=BASIC), "k3y", "k3x"),
    "a longer key": lambda: _url(told(authorization=BASIC), "k3y", "k3yy"),
    "no key": lambda: _url(told(authorization=BASIC), "k3y/", ""),
    "another host": lambda: _url(told(authorization=BASIC), "example", "exemple"),
    "a reply as a receipt": lambda: replace(told(authorization=BASIC), kind="reply"),
    "a GET": lambda: replace(told(authorization=BASIC), method="GET"),
    "no header": lambda: told(),
    "an empty header": lambda: told(authorization=""),
    "another password": lambda: told(authorization="Basic aW5mb2JpcDphLXBhc3N3b3Jl"),
    "a user without a password": lambda: told(authorization="Basic aW5mb2JpcDo="),
    "another scheme": lambda: told(authorization=BASIC.replace("Basic", "Bearer")),
    "no letters of ASCII": lambda: told(authorization="Basic é"),
    "the password in the address": lambda: _url(told(), "https://", "https://infobip:a-password@"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_not_believed(forge: Callable[[], Callback]) -> None:
    assert not Infobip().verify(at_infobip(secrets=WITH_USER[1], **WITH_USER[0]), forge())


def test_an_account_that_asks_for_a_proof_it_was_not_given_believes_nobody() -> None:
    assert not Infobip().verify(at_infobip(**WITH_USER[0]), told(authorization="Basic aW5mb2JpcDo="))
    assert not Infobip().verify(at_infobip(**WITH_HEADER[0]), told(x_countersign=""))


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("8", Failure.RECIPIENT_AWAY),  # an error of that number, and a status of that number
        ("status_8", Failure.RECIPIENT_BAD),
        ("status_14", Failure.RECIPIENT_REFUSED),
        ("http_429", Failure.UNCLEAR),
        ("status_", Failure.UNCLEAR),
        ("", Failure.UNCLEAR),
    ],
)
def test_a_code_that_was_kept_still_says_what_it_means(code: str, failure: Failure) -> None:
    assert Infobip().failure_of(code) is failure
