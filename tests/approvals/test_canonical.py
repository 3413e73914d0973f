"""One spelling for a contract: what is sealed and what the database gives back are the same bytes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.canonical import canonical_json, seal_of
from tests.approvals.tea_menu import PotContract

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert canonical_json({"b": 1, "a": "茶"}) == '{"a":"茶","b":1}'.encode()


def test_a_contract_is_spelled_with_its_decimals_as_text() -> None:
    pot = PotContract(blend="jasmine", cups=2, price=Decimal("3.50"))
    assert canonical_json(pot) == b'{"blend":"jasmine","cups":2,"price":"3.50"}'
    assert seal_of(pot) == "249e7482d9bfe7b0f2deadeda0e570d9f534570eca56ecdec85b794f9f3c9b96"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": b"bytes"}, {"a": Decimal(1)}])
def test_what_has_no_spelling_is_an_error(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json(value)


def through_the_database(value: Any) -> Any:
    import json

    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(value)])
        return json.loads(cursor.fetchone()[0])


@pytest.mark.django_db
@given(JSON)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_seal_survives_the_database(value: Any) -> None:
    assert seal_of(through_the_database(value)) == seal_of(value)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [1e22, 100.0, -0.0, 1.5e300, 1e-7, 0.1, 2**80, -(10**30)])
def test_numbers_that_the_database_spells_differently_keep_their_seal(value: float) -> None:
    assert seal_of(through_the_database([value])) == seal_of([value])


@given(st.lists(JSON, min_size=2, max_size=2, unique_by=repr))
def test_two_contracts_have_two_seals(pair: list[Any]) -> None:
    one, other = ({"value": value} for value in pair)
    if canonical_json(one) != canonical_json(other):
        assert seal_of(one) != seal_of(other)
