"""What gateways' error codes mean, as rows of each gateway's own table."""

from typing import NamedTuple

from messaging.carriers import Retry, Scope, SendFailed
from sms.gateways.gateway import Failure


class Row(NamedTuple):
    """One code: whose problem it is, what the refusal of a hand-over means, and what somebody should do.

    `wait` is in seconds. `scope` says how much stands still because of it.
    """

    failure: Failure
    retry: Retry
    do: str
    wait: float | None = None
    scope: Scope = "message"


# Whatever is in no table: perhaps taken, so nothing is sent again because of it.
UNLISTED = Row(Failure.UNCLEAR, Retry.UNSURE, "Look the code up at the gateway.")


def refusal(code: str, text: str, row: Row, wait: float | None = None) -> SendFailed:
    """The hand-over that this code refused; a wait that the gateway itself names counts before the table's."""
    return SendFailed(
        code[:20],
        text,
        row.retry,
        row.wait if wait is None else wait,
        scope=row.scope,
        opts_out=row.failure is Failure.RECIPIENT_REFUSED,
    )
