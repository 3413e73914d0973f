"""What becomes of a session: paid, expired, given back; and its events on their way."""

from typing import Any

from simulators.payments.sessions import Session, Wrong, unix
from simulators.payments.world import World


def pay(world: World, session: Session) -> None:
    """Somebody pays on the page. Raises `Wrong` for a session that is over."""
    if session.status != "open":
        raise Wrong(400, "invalid_request_error", f"This session is {session.status}.")
    if session.expires_at <= world.clock():
        expire(world, session)
        raise Wrong(400, "invalid_request_error", "This session is expired.")
    session.status, session.payment_status = "complete", "paid"
    session.payment_intent = f"pi_{session.id[-16:]}"
    world.counts["paid"] += 1
    world.note("paid", session=session.id, amount=session.amount, currency=session.currency)
    tell(world, "checkout.session.completed", session)


def expire(world: World, session: Session) -> None:
    """The session ends unpaid. Raises `Wrong` for one that is over."""
    if session.status != "open":
        raise Wrong(400, "invalid_request_error", f"Only Checkout Sessions with a status in [\"open\"] can be expired. "
                    f"This Checkout Session has a status of {session.status}.")  # fmt: skip
    session.status = "expired"
    world.note("expired", session=session.id)
    tell(world, "checkout.session.expired", session)


def refund(world: World, session: Session, amount: int) -> None:
    """Give back so much; 0 is all."""
    if session.payment_status != "paid":
        raise Wrong(400, "invalid_request_error", "Nothing was paid.")
    session.refunded = min(session.amount, session.refunded + (amount or session.amount))
    world.note("refunded", session=session.id, amount=session.refunded)
    tell(world, "charge.refunded", session)


def event_of(world: World, told_as: str, session: Session) -> dict[str, Any]:
    """An event as Stripe writes it."""
    world.events += 1
    is_charge = told_as.startswith("charge.")
    return {
        "id": f"evt_{world.chance.bytes(8, 'event', world.events, session.id).hex()}",
        "object": "event",
        "api_version": "2026-09-30",
        "created": unix(world.clock()),
        "livemode": False,
        "type": told_as,
        "data": {"object": session.charge_as_json() if is_charge else session.as_json(world.misbehaviour.amount_off)},
    }


def tell(world: World, told_as: str, session: Session) -> None:
    """Send the event on its way, once or twice, in its turn or later."""
    event, rules = event_of(world, told_as, session), world.misbehaviour
    session.told.append(event["id"])
    if not world.account.webhook_url or world.chance.happens(rules.silent_share, "silent", event["id"]):
        return
    wait = rules.event_seconds + rules.late_seconds
    if world.chance.happens(rules.shuffle_share, "shuffle", event["id"]):
        wait += rules.shuffle_seconds * world.chance.draw("held back", event["id"])
    _post_in(world, wait, event)
    if world.chance.happens(rules.duplicate_share, "twice", event["id"]):
        _post_in(world, wait + rules.shuffle_seconds * world.chance.draw("again", event["id"]), event)


def _post_in(world: World, seconds: float, event: dict[str, Any]) -> None:
    world.agenda.after(seconds, lambda: world.office.start(world.letter(event)))
