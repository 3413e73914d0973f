"""Codes and the keyed hashes that stand for codes, numbers and addresses."""

import uuid

import pytest
from django.test import override_settings

from sms.otp import codes
from sms.otp.codes import address_keys, is_proof, new_code, number_key, prefix_of, proof_of

TEA, COFFEE = uuid.UUID(int=1), uuid.UUID(int=2)


def test_a_code_is_six_digits_also_when_it_begins_with_noughts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes.secrets, "randbelow", lambda below: 42 if below == 1_000_000 else -1)
    assert new_code() == "000042"


@pytest.mark.parametrize(
    "other",
    [
        (COFFEE, "login", "+85261234567", "", "123456"),
        (TEA, "payment", "+85261234567", "", "123456"),
        (TEA, "login", "+85261234568", "", "123456"),
        (TEA, "login", "+85261234567", "order-7", "123456"),
        (TEA, "login", "+85261234567", "", "123457"),
    ],
)
def test_a_proof_is_of_one_challenge_purpose_number_transaction_and_code(
    other: tuple[uuid.UUID, str, str, str, str],
) -> None:
    proof = proof_of(TEA, "login", "+85261234567", "", "123456")
    assert is_proof(proof, proof_of(TEA, "login", "+85261234567", "", "123456"))
    assert not is_proof(proof, proof_of(*other))


def test_without_the_key_of_the_installation_a_proof_is_worth_nothing() -> None:
    proof = proof_of(TEA, "login", "+85261234567", "", "123456")
    with override_settings(SECRET_KEY="another"):
        assert proof_of(TEA, "login", "+85261234567", "", "123456") != proof


def test_numbers_are_counted_by_tenant_and_ranges_by_their_first_seven_digits() -> None:
    assert number_key(TEA, "+85261234567") != number_key(COFFEE, "+85261234567")
    assert prefix_of("+85261234567") == "8526123"


def test_addresses_are_counted_alone_and_by_their_network() -> None:
    first, network = address_keys(TEA, "203.0.113.7")
    assert address_keys(TEA, "203.0.113.8")[0] != first
    assert address_keys(TEA, "203.0.113.8")[1] == network
    assert address_keys(TEA, "203.0.114.7")[1] != network
    assert address_keys(TEA, "::ffff:203.0.113.7") == (first, network)


def test_whoever_has_an_ipv6_address_has_all_of_its_64() -> None:
    assert address_keys(TEA, "2001:db8:1:2::1") == address_keys(TEA, "2001:db8:1:2:ffff::9")
    here, there = address_keys(TEA, "2001:db8:1:2::1"), address_keys(TEA, "2001:db8:1:3::1")
    assert here[0] != there[0]
    assert here[1] == there[1]


def test_whoever_names_no_address_shares_one_and_what_is_none_is_refused() -> None:
    assert address_keys(TEA, "") == address_keys(TEA, "")
    with pytest.raises(ValueError, match="does not appear"):
        address_keys(TEA, "harbour-tea.hk")
