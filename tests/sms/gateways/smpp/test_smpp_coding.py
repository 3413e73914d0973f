"""SMPP on its way out and in: the octets, written out."""

from datetime import timedelta

import pytest

from messaging.carriers import Retry, SendFailed
from sms.gateways.smpp.coding import Part, part_in, parts_of, text_of, validity_of
from sms.gateways.smpp.configuration import SmppConfiguration, key_of
from sms.gateways.smpp.hand_over import bodies_of, source_of
from sms.gateways.smpp.local import Handed
from sms.gateways.smpp.pdu import Address, BadPdu, Command, Delivery, Pdu, delivery_of, unpacked
from sms.text import Encoding
from tests.sms.gateways.accounts import ATTEMPT

PLAIN = SmppConfiguration(host="127.0.0.1", system_id="harbour")
NOBODY = Address(0, 0, "")


def handed(text: str, encoding: Encoding = Encoding.GSM7, **more: float) -> Handed:
    return Handed(reference=ATTEMPT, sender="#HARBOUR", to="+85261234567", text=text, encoding=encoding, **more)


def test_a_short_text_is_one_submit_of_unpacked_septets() -> None:
    (body,) = bodies_of(handed("@_$\u20ac{ok}", valid_for=5400.0), PLAIN, 0xAB)
    assert (
        body.hex()
        == (
            "00"  # service_type
            "0500" + b"#HARBOUR".hex() + "00"  # a name
            "0101" + b"85261234567".hex() + "00"  # a phone, without +
            "000000"  # esm_class, protocol_id, priority_flag
            "00"
            + b"000000013000000R".hex()
            + "00"  # at once, for an hour and a half
            "0100000009"[:-2]
            + "0b"  # a receipt, no replacing, data_coding 0, no canned text, eleven octets
            "0011021b651b286f6b1b29"
        )
    )


def test_several_parts_are_numbered_in_a_header_and_never_by_fields() -> None:
    parts = parts_of("a" * 307, Encoding.GSM7, "gsm", 0xAB)
    assert [(esm, coding, octets[:6].hex(), len(octets)) for esm, coding, octets in parts] == [
        (0x40, 0x00, "050003ab0301", 159),
        (0x40, 0x00, "050003ab0302", 159),
        (0x40, 0x00, "050003ab0303", 7),
    ]


def test_chinese_goes_out_as_utf_16_and_a_pair_is_never_cut() -> None:
    parts = parts_of("字" * 66 + "😀" + "字" * 3, Encoding.UCS2, "gsm", 1)
    assert [(coding, len(octets)) for _esm, coding, octets in parts] == [(8, 6 + 132), (8, 6 + 10)]
    assert parts[0][2].hex().startswith("0500030102015b57")
    assert parts[1][2].hex().startswith("050003010202d83dde005b57")


def test_a_centre_whose_default_is_latin_1_gets_latin_1_or_nothing() -> None:
    assert parts_of("@_$é{}", Encoding.GSM7, "latin-1", 0) == [(0, 0, bytes.fromhex("405f24e97b7d"))]
    with pytest.raises(SendFailed, match=r"U\+20AC") as raised:
        parts_of("5 €", Encoding.GSM7, "latin-1", 0)
    assert raised.value.retry is Retry.PERMANENT


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("#HARBOUR", Address(5, 0, "#HARBOUR")),
        ("+85268001234", Address(1, 1, "85268001234")),
        ("85268001234", Address(1, 1, "85268001234")),
        ("62233", Address(3, 0, "62233")),
    ],
)
def test_a_sender_goes_out_with_its_type_and_plan(sender: str, address: Address) -> None:
    assert source_of(sender, PLAIN) == address


def test_a_short_code_goes_out_as_the_operator_wants_it() -> None:
    assert source_of("62233", PLAIN.model_copy(update={"short_number_ton": 0})) == Address(0, 0, "62233")


@pytest.mark.parametrize(
    ("valid_for", "written"),
    [
        (None, ""),
        (timedelta(hours=4), "000000040000000R"),
        (timedelta(days=2, seconds=61), "000002000101000R"),
        (timedelta(days=90), "000030000000000R"),
        (timedelta(seconds=5), "000000000100000R"),
    ],
)
def test_validity_is_a_relative_time(valid_for: timedelta | None, written: str) -> None:
    assert validity_of(valid_for) == written


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        ("0011021b651b286f6b", 0x00, "@_$€{ok"),
        ("001b", 0x00, "@"),
        ("41ff42", 0x00, "A\ufffdB"),
        ("41", 0xF0, "A"),
        ("41", 0x01, "A"),
        ("e9", 0x03, "é"),
        ("90008a02", 0x08, "退訂"),
        ("90008a02", 0x18, "退訂"),
        ("900041", 0x08, "退\ufffd"),
        ("d83d0041", 0x08, "\ufffd"),
        ("00000041", 0x08, "A"),
        ("0102", 0x04, None),
        ("0102", 0xF5, None),
    ],
)
def test_what_a_phone_wrote_is_read_by_its_coding(octets: str, coding: int, text: str | None) -> None:
    read = text_of(bytes.fromhex(octets), coding, "gsm")
    assert read == text or (octets.startswith("d83d") and read is not None and "\ufffd" in read)


@pytest.mark.parametrize(
    ("esm_class", "octets", "fields", "part", "rest"),
    [
        (0x40, "050003ab030241", {}, Part(0xAB, 3, 2), "41"),
        (0x40, "06080412ab030241", {}, Part(0x12AB, 3, 2), "41"),
        (0x40, "0824010105000300020141", {}, None, ""),
        (0x40, "ff41", {}, None, "ff41"),
        (0x00, "050003ab030241", {}, None, "050003ab030241"),
        (0x40, "050003ab010141", {}, None, "41"),
        (0x40, "050003ab030441", {}, None, "41"),
        (0x00, "41", {0x20C: b"\0\x07", 0x20E: b"\2", 0x20F: b"\1"}, Part(7, 2, 1), "41"),
    ],
)
def test_parts_are_known_by_header_or_fields(
    esm_class: int, octets: str, fields: dict[int, bytes], part: Part | None, rest: str
) -> None:
    found, text = part_in(Delivery(NOBODY, NOBODY, esm_class, 0, bytes.fromhex(octets), fields))
    assert found == part
    assert rest == "" or text.hex() == rest


@pytest.mark.parametrize(
    ("told", "base", "key"),
    [
        ("1A2B3C01", "hexadecimal", "439041025"),
        ("000439041025", "decimal", "439041025"),
        ("00AbC-9", "text", "abc-9"),
        ("000", "text", "000"),
        ("not-a-number", "decimal", "not-a-number"),
    ],
)
def test_ids_compare_equal_whatever_their_spelling(told: str, base: str, key: str) -> None:
    assert key_of(told, base) == key  # type: ignore[arg-type]


@pytest.mark.parametrize("body", ["", "00", "0001014142", "0001013100010132000400000000000000ff41"])
def test_a_delivery_that_ends_too_early_is_said_to_be_none(body: str) -> None:
    with pytest.raises(BadPdu):
        delivery_of(Pdu(Command.DELIVER_SM, 0, 1, bytes.fromhex(body)))


def test_a_unit_that_lies_about_its_length_is_none() -> None:
    with pytest.raises(BadPdu, match="length"):
        unpacked(bytes.fromhex("00000011000000050000000000000001"))
