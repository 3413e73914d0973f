"""Codes that never speak of a message on its way: of templates, flows, groups, calls, names and other set-up.

They stand apart from `error_table`, whose rows say what becomes of a message: there a code that is not listed is
unsure, and these must stay so. Source: Meta's Graph API error tables of 2025-12 to 2026-09. A range is listed as the
pair of its ends, where Meta lists it as one.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from messaging.carriers import Retry
from messaging.whatsapp.error_table import Row
from messaging.whatsapp.errors import TEMPLATE_SUBCODES

_AGAIN, _NO, _HOLD = Retry.NOT_ATTEMPTED, Retry.PERMANENT, Retry.HOLD

_MEND = _("Correct what was asked for and ask again.")
_SOON = _("Ask again in a few minutes.")
_NOTHING = _("Nothing to do for messages: Countersign does not use this part of the platform.")
_TEMPLATE = _("Correct the template and submit it again.")
_FLOW = _("Look at the flow in WhatsApp Manager, correct it and publish it again.")

MANAGEMENT: Final[dict[int, Row]] = {
    # --- the account and its app
    131059: Row("Invalid cursor", _NO, _("The place in a list is no longer known."), _("Read it from its start.")),
    1752041: Row("Duplicate on-boarding", _NO, _("The account is being on-boarded already."), _("Wait for it.")),
    2494055: Row(
        "Throughput sub-code", _AGAIN, _("It stands beside 130429: the number sends faster than it may."),
        _("Nothing to do: it goes again by itself, more slowly."), "sender", 1,
    ),
    141002: Row(
        "Health of an object", _HOLD, _("Something that sending stands on is not healthy, for example a template."),
        _("Read the possible solution that Meta names beside the code."), "account",
    ),
    # --- blocking people
    139100: Row("Blocked in part", _NO, _("Some people could not be blocked."), _("Read the answer for each of them.")),
    139101: Row("Block list full", _NO, _("The number has blocked 64,000 people."), _("Unblock some first."), "sender"),
    139102: Row("Block list changing", _AGAIN, _("The list is being changed already."), _SOON, "sender", 60),
    139103: Row("Block list error", _AGAIN, _("Meta could not change the list."), _SOON, "sender", 60),
    # --- figures of templates
    200005: Row("No template figures", _NO, _("Figures of templates are not available."), _MEND, "template"),
    200006: Row("Figures cannot be switched off", _NO, _("Template figures stay on for good."), _MEND, "template"),
    200007: Row("Figures not enabled", _NO, _("Template figures are off."), _("Enable them first."), "template"),
    # --- the phone app beside the Cloud API
    2593107: Row("Synchronised too often", _NO, _("The phone app was synchronised already."), _NOTHING, "sender"),
    2593108: Row("Synchronised too late", _NO, _("It was asked a day after the on-boarding."), _NOTHING, "sender"),
    2593109: Row("History not shared", _NO, _("The phone app's owner did not share its history."), _NOTHING, "sender"),
}  # fmt: skip

_MOVING = Row(
    "Moving a number", _NO, _("The number could not be moved from another account."),
    _("Read Meta's words beside the code and begin the move again."), "sender",
)  # fmt: skip
_GROUPS = Row("Groups", _NO, _("Something about groups was refused."), _NOTHING)

RANGES: Final[dict[tuple[int, int], Row]] = {
    (131020, 131020): _GROUPS,
    (131041, 131041): _GROUPS,
    (131201, 131215): _GROUPS,
    (138000, 138025): Row("Calls", _NO, _("Something about calls was refused."), _NOTHING),
    (139000, 139006): Row(
        "Flow cannot be changed", _NO, _("The flow is blocked, not a draft, published already, or lacks figures."),
        _FLOW, "template",
    ),
    (147001, 147005): Row(
        "Business username", _NO, _("The name is taken, not allowed, or belongs to another account."),
        _("Choose another name, or link the account that holds it."), "sender",
    ),
    (2388001, 2388001): _MOVING,
    (2388012, 2388012): _MOVING,
    (2388091, 2388091): _MOVING,
    (2388093, 2388093): _MOVING,
    (2388103, 2388103): _MOVING,
    (2494164, 2494179): Row("Sign-up for marketing", _NO, _("Something about sign-ups was refused."), _NOTHING),
}  # fmt: skip

# What we write ourselves where a message failed without a code of Meta's.
OURS: Final[dict[str, Row]] = {
    "not_reached": Row(
        "Not reached", _AGAIN, _("There was no connection to Meta; nothing has left."),
        _("Nothing to do: it goes again by itself, later."), "sender", 5,
    ),
    "answer_lost": Row(
        "Answer lost", Retry.UNSURE, _("The message left and Meta's answer was lost: it may have arrived."),
        _("Wait for the delivery report; a person decides whether to send again."),
    ),
    "unreadable_answer": Row(
        "Unreadable answer", Retry.UNSURE, _("Meta answered without a message id: it may have arrived."),
        _("Wait for the delivery report; a person decides whether to send again."),
    ),
    "unreadable_payload": Row("Unreadable message", _NO, _("The message holds characters that are not text."), _MEND),
    "payload_refused": Row("Message refused", _NO, _("The message carries fields that it may not carry."), _MEND),
    "recipient_refused": Row("No recipient", _NO, _("The address is neither a number nor a user id."), _MEND, "pair"),
    "sender_mismatch": Row("Wrong sender", _NO, _("The message belongs to another number."), _MEND),
    "sender_unusable": Row(
        "Sender unusable", _HOLD, _("The number's account has no access token that can be used."),
        _("Set the account's access token, then resume the queue."), "sender",
    ),
}  # fmt: skip


def listed(code: int) -> Row | None:
    """The row of a code of this page, if there is one."""
    if code in TEMPLATE_SUBCODES:
        return Row("Template refused", _NO, TEMPLATE_SUBCODES[code], _TEMPLATE, "template")
    found = MANAGEMENT.get(code)
    return found or next((row for (first, last), row in RANGES.items() if first <= code <= last), None)
