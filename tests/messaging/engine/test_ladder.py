"""The ladder: proof counts over a failure, and no order of reports matters."""

from itertools import permutations

import pytest

from accounts.statements import run_sql
from messaging.engine.ladder import climbed_sql
from messaging.models import Status

pytestmark = pytest.mark.django_db


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


def test_reports_in_any_order_end_alike() -> None:
    reports = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)
    for order in permutations(reports):
        status = Status.SENDING
        for reported in (*order, Status.SENT):
            status = climbed(status, reported)
        assert status is Status.READ


def climbed(current: Status, reported: Status) -> Status:
    """What the database makes of it."""
    rungs = {"current": current, "reported": reported}
    ((status,),) = run_sql(f"SELECT {climbed_sql('%(current)s::int', '%(reported)s::int')}", rungs)
    return Status(status)
