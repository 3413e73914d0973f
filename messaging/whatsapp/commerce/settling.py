"""What a payment provider called back: each event counts once, in whatever order they come."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from audit.record import record
from messaging.models import ConversationEvent, Order, OrderState, PaymentAccount, PaymentEvent, PaymentLink
from messaging.whatsapp.commerce.orders import lock_order, move_order, note
from messaging.whatsapp.commerce.payments import News, NewsKind

State = PaymentLink.State


class Outcome(StrEnum):
    """What became of an event. The last five want a person, and say so in conversation and audit."""

    PAID = "paid"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    NOTED = "noted"
    SEEN = "seen"
    DIFFERS = "amount_differs"
    TWICE = "paid_twice"
    CANCELLED = "paid_cancelled"
    PARTLY = "refunded_partly"
    FAILED = "failed"


_WANTS_SOMEBODY = frozenset({Outcome.DIFFERS, Outcome.TWICE, Outcome.CANCELLED, Outcome.PARTLY, Outcome.FAILED})


def settle(account: PaymentAccount, news: News, now: datetime) -> Outcome:
    """Apply one signed event; said again it changes nothing."""
    with transaction.atomic():
        event, is_new = PaymentEvent.objects.get_or_create(
            account=account,
            event_id=news.event_id,
            defaults={
                "organisation": account.organisation,
                "kind": news.told_as,
                "outcome": Outcome.NOTED,
                "at": news.at,
                "received_at": now,
            },
        )
        if not is_new:
            return Outcome.SEEN
        link = _link_of(account, news)
        if link is None:
            return Outcome.NOTED
        outcome = _apply(link, news, now)
        event.link, event.outcome = link, outcome
        event.save(update_fields=("link", "outcome"))
    return outcome


def _link_of(account: PaymentAccount, news: News) -> PaymentLink | None:
    """The link of this account that is meant: by our key, which travels with every payment, or by the provider's id."""
    links = PaymentLink.objects.filter(account=account)
    try:
        found = links.filter(pk=UUID(news.key)).first() if news.key else None
    except ValueError:
        found = None
    if found is None and news.provider_id:
        found = links.filter(provider_id=news.provider_id).first()
    if found is None and news.payment_id:
        found = links.filter(payment_id=news.payment_id).first()
    # A session that we never made, under a key of ours: its maker is not us.
    foreign = found is not None and news.provider_id and found.provider_id not in ("", news.provider_id)
    return None if foreign else found


def _apply(link: PaymentLink, news: News, now: datetime) -> Outcome:
    actor = Actor.system(link.organisation, "payments")
    order = lock_order(link.order_id)
    link = PaymentLink.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=link.pk)
    if news.kind is NewsKind.PAID:
        outcome = _pay(order, link, news, actor, now)
    elif news.kind is NewsKind.EXPIRED:
        outcome = end_unpaid(order, link, actor, now)
    elif news.kind is NewsKind.REFUNDED:
        outcome = _refund(order, link, news, actor, now)
    else:
        outcome = Outcome.FAILED if news.kind is NewsKind.FAILED else Outcome.NOTED
    if outcome in _WANTS_SOMEBODY:
        record("payment.unsettled", order, actor, now=now, reference=order.reference, amount=news.amount,
               currency=news.currency, outcome=outcome.value)  # fmt: skip
        note(order, ConversationEvent.Kind.PAYMENT, actor, now, what=outcome.value, amount=news.amount,
             currency=news.currency)  # fmt: skip
    return outcome


def _pay(order: Order, link: PaymentLink, news: News, actor: Actor, now: datetime) -> Outcome:
    if (news.amount, news.currency) != (link.amount, link.currency):
        return Outcome.DIFFERS
    if link.paid_at is not None:
        return Outcome.NOTED
    link.state, link.paid_at, link.payment_id, link.url = State.PAID, news.at, news.payment_id, ""
    link.save(update_fields=("state", "paid_at", "payment_id", "url"))
    if order.state == OrderState.REFUNDED:
        return Outcome.NOTED  # what was given back was told first
    if order.state == OrderState.PAID:
        return Outcome.TWICE
    if order.state not in (OrderState.CONFIRMED, OrderState.PAYMENT_SENT, OrderState.EXPIRED):
        return Outcome.CANCELLED
    order.links.filter(state=State.OPEN).exclude(pk=link.pk).update(state=State.ENDING)
    move_order(order, "pay", actor, now, amount=link.amount, currency=link.currency)
    return Outcome.PAID


def end_unpaid(order: Order, link: PaymentLink, actor: Actor, now: datetime) -> Outcome:
    """The time of a link is over and nobody has paid; another one may be sent. Call it under both locks."""
    if link.state in (State.PAID, State.EXPIRED):
        return Outcome.NOTED
    link.state, link.url = State.EXPIRED, ""
    link.save(update_fields=("state", "url"))
    if order.state == OrderState.PAYMENT_SENT and not order.links.filter(state=State.OPEN).exists():
        move_order(order, "lapse", actor, now)
    return Outcome.EXPIRED


def _refund(order: Order, link: PaymentLink, news: News, actor: Actor, now: datetime) -> Outcome:
    if (news.amount, news.currency) != (link.amount, link.currency):
        return Outcome.PARTLY
    if order.state in (OrderState.REFUNDED, OrderState.CANCELLED):
        return Outcome.NOTED
    if order.state == OrderState.PAID and link.paid_at is None:
        return Outcome.NOTED  # the other of two payments was given back
    move_order(order, "refund", actor, now, amount=link.amount, currency=link.currency)
    return Outcome.REFUNDED
