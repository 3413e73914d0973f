"""SMPP's command_status and what to do. Source: SMPP v3.4, section 5.1.3; classes are ours.

An answer with a status other than zero was not accepted. Statuses that an operator made up (0x400 and above) are in no
table, so they are unsure.
"""

from messaging.carriers import Retry
from sms.gateways.failures import UNLISTED, Row
from sms.gateways.gateway import Failure

OK = 0x00
TEMPORARY = 0x64  # what we answer ourselves when a delivery could not be stored: say it again
# A bind that is refused so is refused again: nothing is tried until somebody has changed the account.
BIND_REFUSED = frozenset({0x0D, 0x0E, 0x0F})

_PACE = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "Slow down; it goes again by itself.", 1.0, "sender")
_BUSY = Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "The message centre is in trouble; it goes again by itself.", 10.0)
_SENDER = Row(Failure.SENDER, Retry.HOLD, "Have the sender ID opened at the operator.", None, "sender")
_ACCOUNT = Row(Failure.ACCOUNT, Retry.HOLD, "Look at the account's options with the operator.", None, "account")
_REFUSED = Row(Failure.UNCLEAR, Retry.PERMANENT, "Ask the operator why; the same text is refused again.")

ROWS: dict[int, Row] = {
    0x01: Row(Failure.CONTENT, Retry.PERMANENT, "The part is too long for this message centre."),
    0x04: Row(Failure.ROUTE, Retry.NOT_ATTEMPTED, "The bind was lost at the operator; it goes again.", 5.0, "sender"),
    **dict.fromkeys((0x08, 0x64), _BUSY),
    **dict.fromkeys((0x0A, 0x48, 0x49), _SENDER),
    0x0B: Row(Failure.RECIPIENT_BAD, Retry.PERMANENT, "The number cannot get texts; leave it out."),
    # Every number goes out with the same type and plan, so these refuse the account and not one number.
    **dict.fromkeys((0x50, 0x51), _ACCOUNT),
    **dict.fromkeys((0x14, 0x58), _PACE),
    **dict.fromkeys((0x02, 0x03, 0x05, 0x0D, 0x0E, 0x0F, 0x15, 0x43, 0x61, 0x62), _ACCOUNT),
    **dict.fromkeys((0x45, 0x65, 0x66), _REFUSED),
}  # fmt: skip


def row(status: int) -> Row:
    """What a status means; UNLISTED for one that is not in the table."""
    return ROWS.get(status, UNLISTED)


def code_of(status: int) -> str:
    """A status as operators write it: `0x00000058`."""
    return f"0x{status:08X}"
