"""Sending a countersigned payment link: asked for in a transaction, made at the provider outside of it, and sent with
the request's own success.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from approvals.execution import OutcomeUnknown
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.models import Order, PaymentLink, Reply
from messaging.whatsapp.commerce.contract import LinkSent, OrderContract
from messaging.whatsapp.commerce.guards import OrderPayable
from messaging.whatsapp.commerce.orders import lock_order, move_order
from messaging.whatsapp.commerce.payments import Asked, LinkRefused, LinkUnsure, Made, provider_named
from messaging.whatsapp.session.sending import send_reply

State = PaymentLink.State


def ask_for_link(call: Call, contract: OrderContract) -> LinkSent:
    """Note the link that is to be made, under the order's lock: of two requests for one order, one makes a link."""
    assert call.request is not None
    assert contract.link is not None
    order = lock_order(contract.order_id)
    refuse_if_any(OrderPayable()(call, contract))
    link = PaymentLink.objects.create(
        organisation=call.organisation,
        order=order,
        account_id=contract.link.account_id,
        request=call.request,
        amount=contract.link.amount,
        currency=contract.link.currency,
        made_at=call.now,
        expires_at=call.now + timedelta(minutes=contract.link.lasts_minutes),
    )
    record("payment_link.asked", link, call.actor, now=call.now, request_id=call.request.pk, reference=order.reference)
    return _answer(link)


def make_link(call: Call, contract: OrderContract, begun: LinkSent) -> LinkSent:
    """Have the provider make it. Raises Refused when it made none, OutcomeUnknown when its answer was lost."""
    link = PaymentLink.objects.select_related("account", "order").get(pk=begun.payment_link_id)
    asked = Asked(link.pk, str(link.order.reference), link.amount, link.currency, link.expires_at)
    try:
        made = provider_named(link.account.provider).make(link.account, asked)
    except LinkRefused as no:
        _note(call, link, State.REFUSED)
        raise Refused(Reason("link_refused", str(no), _("Mend what it says, and make a new preview."))) from None
    except LinkUnsure:
        _note(call, link, State.UNSURE)
        raise OutcomeUnknown from None
    return _answer(_note(call, link, State.OPEN, made))


def send_link(call: Call, contract: OrderContract, made: LinkSent) -> LinkSent:
    """Put the message with the link into the engine, in the transaction in which the request succeeds."""
    order = lock_order(contract.order_id)
    link = PaymentLink.objects.select_for_update(of=("self",)).get(pk=made.payment_link_id)
    if link.state != State.OPEN:
        raise Refused(Reason("link_over", _("The link was over before it could be sent."), _("Make a new preview.")))
    refuse_if_any(OrderPayable()(call, contract))
    move_order(order, "ask_payment", call.actor, call.now, amount=link.amount, currency=link.currency)
    link.send = send_reply(call, contract.terms, Reply.Origin.PAYMENT)
    link.save(update_fields=("send",))
    return _answer(link)


def _note(call: Call, link: PaymentLink, state: PaymentLink.State, made: Made | None = None) -> PaymentLink:
    """Keep the provider's answer. A link that was given up meanwhile is ended, and its address is nobody's."""
    with transaction.atomic():
        order: Order = lock_order(link.order_id)
        current = PaymentLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        waited = current.state == State.ASKED
        current.state = state if waited else State.ENDING if made is not None else current.state
        if made is not None:
            current.provider_id, current.expires_at = made.provider_id, made.expires_at
            current.url = made.url if waited else ""
        current.save()
        record("payment_link.made", current, call.actor, now=call.now, reference=order.reference, state=current.state,
               request_id=call.request.pk if call.request else None)  # fmt: skip
    return current


def _answer(link: PaymentLink) -> LinkSent:
    return LinkSent(order_id=link.order_id, payment_link_id=link.pk, state=str(link.state), expires_at=link.expires_at)
