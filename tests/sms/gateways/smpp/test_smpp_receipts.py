"""Receipts of message centres as they come, not as the book has them."""

from datetime import UTC, datetime

import pytest

from simulators.smsc.wire import deliver_body, tag
from sms.gateways.gateway import Failure, Progress, Receipt, Reply, Unknown, gateway
from sms.gateways.smpp.adapter import Smpp
from sms.gateways.smpp.configuration import SmppConfiguration, SmppSecrets
from sms.gateways.smpp.kept import call_of
from sms.gateways.smpp.pdu import Address, Command, Delivery, Pdu
from sms.gateways.smpp.receipts import receipt_of
from tests.sms.gateways.accounts import account

HONG_KONG = SmppConfiguration(host="127.0.0.1", system_id="harbour", timezone="Asia/Hong_Kong")
NOBODY = Address(0, 0, "")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def told(
    text: str, fields: dict[int, bytes] | None = None, options: SmppConfiguration = HONG_KONG
) -> Receipt | Unknown:
    return receipt_of(Delivery(NOBODY, NOBODY, 0x04, 0, text.encode("latin-1"), fields or {}), options)


@pytest.mark.parametrize(
    ("text", "fields", "at"),
    [
        ("id:A1 sub:001 dlvrd:001 submit date:2603021159 done date:2603021200 stat:DELIVRD err:000 text:x", {}, NOON),
        ("id:A1 submit date:260302115900 done date:260302120000 stat:DELIVRD err:0 Text:stat:UNDELIV", {}, NOON),
        ("id:A1 sub:001 dlvrd:001 done date:202603021200 stat:DELIVRD err:0000 text:", {}, NOON),
        ("id:A1 done date:20260302120000 stat:DELIVRD", {}, NOON),
        ("ID:a1 STAT:delivrd", {}, None),
        ("id: A1 stat: DELIVRD done date: nonsense err: 000", {}, None),
        ("id:0A1 stat:DELIVERED", {}, None),
        ("", {0x1E: b"A1\0", 0x427: b"\2"}, None),
        ("id:other stat:ENROUTE", {0x1E: b"A1\0", 0x427: b"\2", 0x423: b"\3\0\0"}, None),
    ],
)  # fmt: skip
def test_every_form_says_that_it_was_delivered(text: str, fields: dict[int, bytes], at: datetime | None) -> None:
    receipt = told(text, fields)
    assert isinstance(receipt, Receipt)
    assert (receipt.provider_id, receipt.progress, receipt.at, receipt.code) == ("a1", Progress.DELIVERED, at, "")


@pytest.mark.parametrize(
    ("state", "number", "progress", "failure"),
    [
        ("ENROUTE", 1, Progress.SENT, Failure.NONE),
        ("ACCEPTD", 6, Progress.ACCEPTED, Failure.NONE),
        ("UNKNOWN", 7, Progress.UNKNOWN, Failure.NONE),
        ("EXPIRED", 3, Progress.EXPIRED, Failure.RECIPIENT_AWAY),
        ("UNDELIV", 5, Progress.FAILED, Failure.UNCLEAR),
        ("DELETED", 4, Progress.FAILED, Failure.UNCLEAR),
        ("REJECTD", 8, Progress.FAILED, Failure.UNCLEAR),
    ],
)
def test_states_mean_the_same_as_words_and_as_numbers(
    state: str, number: int, progress: Progress, failure: Failure
) -> None:
    for receipt in (told(f"id:A1 stat:{state} err:000"), told("", {0x1E: b"A1\0", 0x427: bytes((number,))})):
        assert isinstance(receipt, Receipt)
        assert (receipt.progress, receipt.failure) == (progress, failure)


@pytest.mark.parametrize(
    ("err", "fields", "code"),
    [
        ("027", {}, "027"),
        ("0A1F", {}, "0A1F"),
        ("1", {}, "1"),
        ("000", {0x423: b"\3\0\x1b"}, "27"),
    ],
)
def test_the_operators_own_code_is_kept_and_means_what_the_account_says(
    err: str, fields: dict[int, bytes], code: str
) -> None:
    options = HONG_KONG.model_copy(update={"receipt_errors": {code: Failure.RECIPIENT_BAD}})
    receipt = told(f"id:A1 stat:UNDELIV err:{err}", fields, options)
    assert isinstance(receipt, Receipt)
    assert (receipt.code, receipt.failure) == (code, Failure.RECIPIENT_BAD)


def test_ids_of_another_base_are_those_of_the_answer() -> None:
    options = HONG_KONG.model_copy(update={"response_ids": "hexadecimal", "receipt_ids": "decimal"})
    receipt = told("id:0439041025 stat:DELIVRD", {}, options)
    assert isinstance(receipt, Receipt)
    assert receipt.provider_id == "439041025"


@pytest.mark.parametrize("text", ["", "id:A1", "stat:DELIVRD", "id:A1 stat:SANG", "\xff\xfe"])
def test_what_makes_no_sense_is_unknown(text: str) -> None:
    assert isinstance(told(text), Unknown)


def smpp_account() -> object:
    return account(HONG_KONG, SmppSecrets.model_validate({"password": "pw-00001", "process_secret": "s" * 16}))


def kept(*bodies: bytes, is_receipt: bool = False) -> list[Receipt | Reply | Unknown]:
    units = [Pdu(Command.DELIVER_SM, 0, at, body).packed() for at, body in enumerate(bodies, 1)]
    return list(Smpp().read(smpp_account(), call_of("k1", units, is_receipt=is_receipt)))  # type: ignore[arg-type]


def test_a_person_who_writes_a_receipt_has_written_a_text() -> None:
    (reply,) = kept(deliver_body("85261234567", "85268001234", 0, 0, b"id:A1 stat:DELIVRD"))
    assert isinstance(reply, Reply)
    assert reply.text == "id:A1 stat:DELIVRD"


def test_a_receipt_without_its_mark_but_with_its_field_is_one() -> None:
    (receipt,) = kept(deliver_body("85261234567", "62233", 0, 0, b"", tag(0x1E, b"A1\0") + tag(0x427, b"\2")))
    assert isinstance(receipt, Receipt)


def test_parts_of_a_reply_are_joined_before_they_are_read() -> None:
    first = bytes.fromhex("050003070201") + "退".encode("utf-16-be") + b"\xd8\x3d"
    second = bytes.fromhex("050003070202") + b"\xde\x00"
    bodies = [deliver_body("85261234567", "62233", 0x40, 8, octets) for octets in (first, second)]
    assert kept(*bodies) == [Reply("k1", "k1", "62233", "+85261234567", "退😀", None)]


def test_data_is_no_reply() -> None:
    (item,) = kept(deliver_body("85261234567", "62233", 0, 4, b"\1\2"))
    assert isinstance(item, Unknown)


def test_nothing_is_believed_over_http_and_it_is_registered() -> None:
    assert not Smpp().verify(smpp_account(), call_of("k1", [b""], is_receipt=True))  # type: ignore[arg-type]
    assert gateway("smpp").name == "smpp"


@pytest.mark.parametrize(
    ("code", "failure"),
    [("0x0000000B", Failure.RECIPIENT_BAD), ("0x00000400", Failure.UNCLEAR), ("027", Failure.UNCLEAR)],
)
def test_codes_of_refused_hand_overs_are_known_again(code: str, failure: Failure) -> None:
    assert Smpp().failure_of(code) is failure
