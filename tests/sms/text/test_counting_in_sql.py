"""PostgreSQL counts as Python does: by the vectors, and by thousands of texts that mix everything."""

import json
import random
from pathlib import Path

import pytest
from django.db import connection

from sms.text import measure

VECTORS = json.loads((Path(__file__).parent / "segmentation_vectors.json").read_text())["vectors"]
LETTERS = "aZ@£ \n\f€^{[}]~|\\àçé港澳退訂😀𨋢‘’…-_`\"'"


def counted(texts: list[str]) -> list[int | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sms_parts(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n", [texts])
        return [parts for (parts,) in cursor.fetchall()]


@pytest.mark.django_db
def test_the_vectors_are_counted_as_written() -> None:
    assert counted([vector["text"] for vector in VECTORS]) == [len(vector["parts"]) for vector in VECTORS]


@pytest.mark.django_db
def test_any_text_is_counted_as_python_counts_it() -> None:
    chance = random.Random(7)
    texts = [
        "".join(chance.choices(LETTERS[: chance.randint(1, len(LETTERS))], k=chance.randint(0, 400)))
        for _ in range(3000)
    ]
    assert counted(texts) == [measure(text).parts for text in texts]


@pytest.mark.django_db
def test_a_text_that_no_network_carries_has_no_count() -> None:
    assert counted(["a\x1bb"]) == [None]
