"""Twilio's error codes and what to do. Source: its error dictionary; classes are ours.

A refusal by HTTP 4xx was not accepted. The same codes come later, in receipts: then `retry` does not matter.
"""

from messaging.carriers import Retry
from sms.gateways.failures import UNLISTED, Row
from sms.gateways.gateway import Failure

_NUMBER = "The number cannot get texts; leave it out."
_PACE_WAIT, _QUEUE_WAIT = 1.0, 30.0  # seconds; a pace is free again at once, a queue is not

_BAD = Row(Failure.RECIPIENT_BAD, Retry.PERMANENT, _NUMBER)
_REFUSED = Row(Failure.RECIPIENT_REFUSED, Retry.PERMANENT, "The person has opted out at Twilio.")
_AWAY = Row(Failure.RECIPIENT_AWAY, Retry.PERMANENT, "Try again hours later, at most twice.")
_PACE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Slow down; it goes again by itself.", _PACE_WAIT, "sender")
_QUEUE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Their queue is full; it goes again by itself.", _QUEUE_WAIT, "sender")
_CONTENT = Row(Failure.CONTENT, Retry.PERMANENT, "Change the text; the same one is refused again.")
_SENDER = Row(Failure.SENDER, Retry.HOLD, "Register or replace the sender ID at Twilio.", None, "sender")
_ACCOUNT = Row(Failure.ACCOUNT, Retry.HOLD, "Look at the account at Twilio.", None, "account")

ROWS: dict[int, Row] = {
    **dict.fromkeys((21211, 21217, 21401, 21421, 21614, 21635, 30005, 30006), _BAD),
    21610: _REFUSED,
    30004: Row(Failure.RECIPIENT_REFUSED, Retry.PERMANENT, "The phone or its network blocks this sender."),
    **dict.fromkeys((30003, 30008, 30017, 30410, 30036), _AWAY),
    **dict.fromkeys((20429, 14107, 30022), _PACE),
    **dict.fromkeys((21611, 30001, 30023, 30027), _QUEUE),
    **dict.fromkeys((30007, 30019, 21602, 21617, 21618), _CONTENT),
    **dict.fromkeys((21408, 21606, 21612, 21703, 21704, 21705, 21709, 30018, 30024, 30032, 30125), _SENDER),
    # Unregistered US long code: confirm at Twilio before treating it as final.
    30034: _SENDER,
    **dict.fromkeys((20003, 30002), _ACCOUNT),
}  # fmt: skip


def row(code: int | None) -> Row:
    """What a code means; UNLISTED for one that is not in the table."""
    return ROWS.get(code, UNLISTED) if code is not None else UNLISTED
