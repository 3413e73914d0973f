"""The ladder: the database and Python climb alike, and no order of reports matters."""

from itertools import permutations

import pytest
from django.db import connection

from messaging.engine.ladder import climbed, climbed_sql
from messaging.models import Status


@pytest.mark.parametrize(
    ("current", "reported", "result"),
    [
        (Status.QUEUED, Status.SENT, Status.SENT),
        (Status.SENDING, Status.ACCEPTED, Status.ACCEPTED),
        (Status.ACCEPTED, Status.HELD, Status.HELD),
        (Status.HELD, Status.SENT, Status.SENT),
        (Status.READ, Status.DELIVERED, Status.READ),
        (Status.SENT, Status.FAILED, Status.FAILED),
        (Status.FAILED, Status.SENT, Status.FAILED),
        (Status.FAILED, Status.DELIVERED, Status.DELIVERED),
        (Status.DELIVERED, Status.FAILED, Status.DELIVERED),
        (Status.UNSURE, Status.ACCEPTED, Status.ACCEPTED),
        (Status.UNSURE, Status.FAILED, Status.FAILED),
        (Status.ACCEPTED, Status.UNSURE, Status.ACCEPTED),
        (Status.EXCLUDED, Status.ACCEPTED, Status.EXCLUDED),
        (Status.EXCLUDED, Status.FAILED, Status.EXCLUDED),
        (Status.EXCLUDED, Status.DELIVERED, Status.DELIVERED),
    ],
)
def test_a_status_climbs(current: Status, reported: Status, result: Status) -> None:
    assert climbed(current, reported) is result


@pytest.mark.django_db
def test_the_database_climbs_as_python_does() -> None:
    for current in Status:
        for reported in Status:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {climbed_sql('%(current)s', '%(reported)s')}",
                               {"current": current, "reported": reported})  # fmt: skip
                assert cursor.fetchone()[0] == climbed(current, reported)


def test_reports_in_any_order_end_alike() -> None:
    reports = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ, Status.SENT)
    for order in permutations(reports):
        status = Status.SENDING
        for reported in order:
            status = climbed(status, reported)
        assert status is Status.READ
