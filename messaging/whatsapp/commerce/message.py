"""The message that a payment link is sent in. The link stands in its button, put there when it is handed over."""

import copy
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from messaging.models import Order, OrderLine, PaymentLink
from messaging.whatsapp.commerce.money import money

# Where the link will stand. What is countersigned, kept and shown holds this and never the link.
PLACE = "https://payment-link.invalid/"
_BODY, _BUTTON = 1024, 20  # characters that WhatsApp takes


class LinkOver(LookupError):
    """The link that the message is about cannot be paid any more."""


def message_of(order: Order, lines: Iterable[OrderLine], text: str, minutes: int, language: str) -> dict[str, Any]:
    """The Cloud API's message for this order, in the customer's language where we speak it."""
    with override(_spoken(language)):
        listed = [f"{line.quantity} × {line.name}: {money(line.amount, order.currency)}" for line in lines]
        before = text or _("Your order %s:") % order.reference
        total = _("Total: %s") % money(order.total, order.currency)
        after = _("The link below can be paid once, within %d minutes.") % minutes
        room = _BODY - len(before) - len(total) - len(after) - 6
        body = "\n\n".join([before, _shortened(listed, room) + f"\n{total}", after])
        button = _("Pay now")[:_BUTTON]
    parameters = {"display_text": button, "url": PLACE}
    action = {"name": "cta_url", "parameters": parameters}
    return {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": body}, "action": action}}


def links_of(sends: Iterable[UUID]) -> dict[UUID, PaymentLink]:
    """Send -> the link that its message is about."""
    return {link.send_id: link for link in PaymentLink.objects.filter(send__in=list(sends)) if link.send_id}


def with_link(body: dict[str, Any], link: PaymentLink) -> dict[str, Any]:
    """The message with the link in its place. Raises `LinkOver` for one that cannot be paid any more."""
    if link.state != PaymentLink.State.OPEN or not link.url:
        raise LinkOver("The payment link is over.")
    filled = copy.deepcopy(body)
    filled["interactive"]["action"]["parameters"]["url"] = str(link.url)
    return filled


def _spoken(language: str) -> str:
    """The language of ours that a contact's is, else English."""
    wanted = language.replace("_", "-").lower()
    return next((code for code, _name in settings.LANGUAGES if wanted.startswith(code)), "en")


def _shortened(lines: list[str], room: int) -> str:
    """As many lines as there is room for, and a mark for the others."""
    kept: list[str] = []
    for line in lines:
        if len("\n".join([*kept, line])) > room - 2:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)
