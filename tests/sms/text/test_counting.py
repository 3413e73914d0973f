"""Encoding, size and parts of a text, by 75 vectors and by rules that hold for any text."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.text import Encoding, Measure, Reference, UnsendableText, measure, split
from sms.text.alphabet import SEPTETS, septets

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "segmentation_vectors.json").read_text())["vectors"]

# Letters of both alphabets, wide ones of each, and what commonly surprises.
_TEXTS = st.text(st.sampled_from("aZ@£ \n€^{[àçé港澳退訂😀𨋢👨‍👩‍👧‘’…"), max_size=400)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']} {vector['name']}")
def test_a_vector_is_counted_and_split_as_written(vector: dict[str, Any]) -> None:
    text = vector["text"]
    assert measure(text) == Measure(Encoding(vector["encoding"]), vector["units"], len(vector["parts"]))
    assert [measure(part).units if vector["encoding"] == "GSM-7" else _units(part) for part in split(text)] == vector[
        "parts"
    ]
    assert measure(text, Reference.SIXTEEN_BIT).parts == vector["parts_16bit"]


def test_there_are_75_vectors() -> None:
    assert len(VECTORS) == 75


@given(_TEXTS, st.sampled_from(Reference))
def test_parts_put_together_are_the_text_and_none_holds_more_than_fits(text: str, reference: Reference) -> None:
    size, parts = measure(text, reference), split(text, reference)
    assert "".join(parts) == text
    assert len(parts) == size.parts
    if size.parts > 1:
        room = reference.room(size.encoding)
        cost = (lambda t: len(septets(t))) if size.encoding is Encoding.GSM7 else _units
        assert all(cost(part) <= room for part in parts)
        # Greedy: the first character of each part would not have fitted into the one before.
        assert all(cost(one + after[0]) > room for one, after in pairwise(parts))


@given(_TEXTS)
def test_units_are_what_the_codecs_write(text: str) -> None:
    size = measure(text)
    if size.encoding is Encoding.GSM7:
        assert size.units == len(septets(text))
    else:
        assert size.units == _units(text)
        assert any(character not in SEPTETS for character in text)


@pytest.mark.parametrize(("text", "position"), [("a\x1b", 1), ("\ud83d", 0), ("港\x00", 1), ("港\udc00", 1)])
def test_what_no_network_carries_is_refused_by_its_place(text: str, position: int) -> None:
    with pytest.raises(UnsendableText, match=f"at position {position} cannot be sent") as raised:
        measure(text)
    assert raised.value.position == position


def test_what_is_left_counts_to_the_next_part() -> None:
    assert measure("a" * 150).left == 10
    assert measure("a" * 161).left == 145
    assert measure("港" * 70).left == 0
    assert measure("港" * 71).left == 63


def test_the_alphabet_has_137_characters() -> None:
    assert len(SEPTETS) == 137
    assert septets("@£€ü") == b"\x00\x01\x1b\x65\x7e"


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2
