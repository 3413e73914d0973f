"""Columns as PostgreSQL reads them, whatever the provider's words hold."""

import pytest
from django.db import connection

from messaging.batches import numbers, texts

AWKWARD = ['said "no"', "back\\slash", "{a,b}", "NULL", "", None, "two\nlines", "茶", "it's 5 %"]


@pytest.mark.django_db
def test_awkward_words_come_out_as_they_went_in() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [texts(AWKWARD)])
        assert cursor.fetchone() == (AWKWARD,)


def test_numbers_and_yes_and_no_are_written_as_postgresql_reads_them() -> None:
    assert numbers([1, None, 1790000100.25]) == "{1,NULL,1790000100.25}"
    assert numbers([True, False, None]) == "{True,False,NULL}"
