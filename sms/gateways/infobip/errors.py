"""Infobip's codes and what to do. Source: its published status and error codes; classes are ours.

Statuses say where a text is, errors why it failed. An error's flag `permanent` only says that the same text again would
fail the same way, not that the number is dead, and it is wrong both ways round: it is not read.
"""

from messaging.carriers import Retry
from sms.gateways.failures import UNLISTED, Row
from sms.gateways.gateway import Failure, Progress

PENDING, UNDELIVERABLE, DELIVERED, EXPIRED, REJECTED = 1, 2, 3, 4, 5  # groups of statuses
_PACE_WAIT = 5.0
_OF_STATUS = "status_"

_BAD = Row(Failure.RECIPIENT_BAD, Retry.PERMANENT, "The number cannot get texts; leave it out.")
_REFUSED = Row(Failure.RECIPIENT_REFUSED, Retry.PERMANENT, "The number is on a list of those who want no texts.")
_AWAY = Row(Failure.RECIPIENT_AWAY, Retry.PERMANENT, "Try again hours later, at most twice.")
_CONTENT = Row(Failure.CONTENT, Retry.PERMANENT, "Change the text; the same one is refused again.")
_REQUEST = Row(Failure.UNCLEAR, Retry.PERMANENT, "Infobip refused a field of the request; look at its configuration.")
_REGULATION = Row(Failure.REGULATION, Retry.PERMANENT, "The country's rules forbid it; register what it asks for.")
_ROUTE = Row(Failure.ROUTE, Retry.HOLD, "Infobip has no way to this network; have it opened, or use another gateway.",
             None, "sender")  # fmt: skip
_SENDER = Row(Failure.SENDER, Retry.HOLD, "Register or replace the sender ID at Infobip.", None, "sender")
_ACCOUNT = Row(Failure.ACCOUNT, Retry.HOLD, "Look at the account at Infobip.", None, "account")
_PACE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Slow down; it goes again by itself.", _PACE_WAIT, "sender")

# (group, status) -> where the text is. Delivered to the operator is not delivered: the phone may still be off.
PROGRESS: dict[tuple[int, int], Progress] = {
    **dict.fromkeys(((PENDING, 3), (PENDING, 26)), Progress.ACCEPTED),
    **dict.fromkeys(((PENDING, 7), (DELIVERED, 2)), Progress.SENT),
    (DELIVERED, 5): Progress.DELIVERED,
    (EXPIRED, 15): Progress.EXPIRED,
    (EXPIRED, 29): Progress.UNKNOWN,  # the network told nothing in time
}

# A status that is not listed, by its group alone; a new kind of "delivered" is none until it is listed.
PROGRESS_OF_GROUP: dict[int, Progress] = {
    PENDING: Progress.ACCEPTED,
    UNDELIVERABLE: Progress.FAILED,
    EXPIRED: Progress.UNKNOWN,
    REJECTED: Progress.FAILED,
}

# Statuses that say by themselves why a text fails, mostly of the group REJECTED. 21 (system error) and 23 (we used this
# id before: it was taken then) are unsure.
VERDICTS: dict[int, Row] = {
    **dict.fromkeys((6, 19), _ROUTE),
    **dict.fromkeys((8, 51, 52), _BAD),
    **dict.fromkeys((10, 14), _REFUSED),
    **dict.fromkeys((11, 13), _SENDER),
    **dict.fromkeys((12, 17, 18), _ACCOUNT),
    **dict.fromkeys((15, 20), _AWAY),
    **dict.fromkeys((24, 25), _CONTENT),
}  # fmt: skip

# Errors of receipts. India's rules begin at 4106; where they end is not published, so a hundred are taken for them.
ERRORS: dict[int, Row] = {
    **dict.fromkeys((1, 9, 11, 12, 351, 352, 565, 568, 569, 573, 629, 2050, 2052, 3041), _BAD),
    **dict.fromkeys((5, 6, 8, 27, 31, 32, 33, 34, 256, 260, 502, 628, 630, 631, 2048), _AWAY),
    **dict.fromkeys(range(4106, 4200), _REGULATION),
}  # fmt: skip

# What the HTTP status of an answer says. 400 counts only with a body of Infobip's.
STATUSES: dict[int, Row] = {400: _REQUEST, 401: _ACCOUNT, 403: _ACCOUNT, 429: _PACE}


def progress(group: int | None, status: int | None) -> Progress | None:
    """Where a text is; None for what is not known, and for a status that does not belong to its group."""
    if group is None:
        return None
    if status is None:
        return PROGRESS_OF_GROUP.get(group)
    return PROGRESS.get((group, status)) or PROGRESS_OF_GROUP.get(group)


def meaning(status: int | None, error: int | None) -> Row:
    """Why a text failed: by its error, else by its status."""
    return ERRORS.get(error or 0) or VERDICTS.get(status or 0) or UNLISTED


def code_of(status: int | None, error: int | None) -> str:
    """How a failure is kept: its error's number, or its status, whose numbers are other ones."""
    if error:
        return str(error)
    return f"{_OF_STATUS}{status}" if status else ""


def row_of(code: str) -> Row:
    """What a code of `code_of` means."""
    number = code.removeprefix(_OF_STATUS)
    if not (number.isdecimal() and number.isascii() and len(number) < 7):
        return UNLISTED
    return meaning(int(number), None) if code.startswith(_OF_STATUS) else meaning(None, int(number))
