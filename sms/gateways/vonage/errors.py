"""Vonage's error codes and what to do: one table for each of its APIs. Source: its error pages; classes are ours.

The Messages API names its codes in answers and in statuses, at the end of the error's `type`. A refusal by HTTP 4xx was
not accepted; in a status `retry` does not matter. Codes that speak of what Vonage could not do itself (1030, 1100,
1320, 1330) are in no table: it may have been taken all the same.
"""

from messaging.carriers import Retry
from sms.gateways.failures import UNLISTED, Row
from sms.gateways.gateway import Failure

TTL_PASSED = 1360
_PACE_WAIT = 5.0
_DAY_WAIT = 3600.0

_BAD = Row(Failure.RECIPIENT_BAD, Retry.PERMANENT, "The number cannot get texts; leave it out.")
_REFUSED = Row(Failure.RECIPIENT_REFUSED, Retry.PERMANENT, "The person has opted out of this sender.")
_AWAY = Row(Failure.RECIPIENT_AWAY, Retry.PERMANENT, "Try again hours later, at most twice.")
_ONCE = Row(Failure.RECIPIENT_AWAY, Retry.PERMANENT, "Vonage knows no reason; try again once, a day later.")
_REQUEST = Row(Failure.UNCLEAR, Retry.PERMANENT, "Vonage refused a field of the request; look at its configuration.")
_CONTENT = Row(Failure.CONTENT, Retry.PERMANENT, "Change the text; the same one is refused again.")
_ROUTE = Row(Failure.ROUTE, Retry.PERMANENT, "Vonage has no way to this network now; use another gateway.")
_FRAUD = Row(Failure.ROUTE, Retry.PERMANENT, "Vonage's fraud rules block this destination; look at them.")
_REGULATION = Row(Failure.REGULATION, Retry.PERMANENT, "The country's rules forbid it; register what it asks for.")
_SENDER = Row(Failure.SENDER, Retry.HOLD, "Register or replace the sender ID at Vonage.", None, "sender")
_ACCOUNT = Row(Failure.ACCOUNT, Retry.HOLD, "Look at the account at Vonage.", None, "account")
_PACE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Slow down; it goes again by itself.", _PACE_WAIT, "sender")

# Messages API. 1150 stands for bad fields in answers and for a bad message class in the list: nothing goes either way.
MESSAGES: dict[int, Row] = {
    1000: _PACE,
    1472: _PACE,
    1460: Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "The day's limit is used up; it goes again.", _DAY_WAIT, "sender"),
    **dict.fromkeys((1010, 1020, 1021, 1022, 1130, 1150, 1410, 1440, 1450), _REQUEST),
    **dict.fromkeys((1050, 1170, 1190, 1260, 1270, 1280, 1300, 1310, 1430), _BAD),
    1240: _REFUSED,
    **dict.fromkeys((1180, 1220, 1241, 1290, TTL_PASSED), _AWAY),
    **dict.fromkeys((1040, 1200, 1230, 1250, 1251, 1331), _ROUTE),
    **dict.fromkeys((1090, 1210, 1282, 1482), _CONTENT),
    **dict.fromkeys((1120, 1420, 1480, 1481), _SENDER),
    **dict.fromkeys((1060, 1070, 1080, 1140, 1160, 1400), _ACCOUNT),
    **dict.fromkeys((1470, 1473), _FRAUD),
    **dict.fromkeys((1483, 1484), _REGULATION),
}  # fmt: skip

# What the answer's HTTP status alone says, whatever its body does. 429 comes with a code of bad fields.
STATUSES: dict[int, Row] = {401: _ACCOUNT, 402: _ACCOUNT, 403: _ACCOUNT, 429: _PACE}

# SMS API: `err-code` of a receipt. 1 (unknown) is in no table.
RECEIPTS: dict[int, Row] = {
    **dict.fromkeys((2, 7, 15), _AWAY),
    **dict.fromkeys((3, 12, 13, 14), _BAD),
    **dict.fromkeys((4, 9), _REFUSED),
    **dict.fromkeys((5, 8, 11, 16), _ROUTE),
    **dict.fromkeys((6, 10, 52), _CONTENT),
    **dict.fromkeys((50, 51), _SENDER),
    **dict.fromkeys((53, 54), _REGULATION),
    99: _ONCE,
}  # fmt: skip


# What the inbox calls a text whose time ran out and that has no code.
_EXPIRED = "expired"


def row(table: dict[int, Row], code: str) -> Row:
    """What a code means in one of the tables; UNLISTED for one that is not in it."""
    return table.get(int(code), UNLISTED) if code.isdecimal() and code.isascii() and len(code) < 7 else UNLISTED


def row_of_either(code: str) -> Row:
    """What a code means whichever of the two told it: those of the Messages API begin at 1000."""
    if code == _EXPIRED:
        return _AWAY
    return row(MESSAGES, code) if len(code) > 3 else row(RECEIPTS, code)
