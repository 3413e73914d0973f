"""Stripe as a payment provider: a Checkout Session a link."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from messaging.models import PaymentAccount
from messaging.whatsapp.commerce.payments.provider import Asked, LinkRefused, LinkUnsure, Made, News
from messaging.whatsapp.commerce.payments.stripe import events, signature
from messaging.whatsapp.commerce.payments.stripe.line import Line, NotReached
from messaging.whatsapp.commerce.payments.stripe.minor import to_minor

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

_line = Line()
_PRICES = 99_999_999  # Stripe takes no larger whole number (?)


class Stripe:
    def reasons_against(self, amount: Decimal, currency: str) -> str:
        try:
            minor = to_minor(amount, currency)
        except ValueError:
            return _("the amount cannot be paid in %s") % currency
        return "" if 0 < minor <= _PRICES else _("the amount is nothing, or more than Stripe takes at once")

    def make(self, account: PaymentAccount, asked: Asked) -> Made:
        try:
            session = _client(account).v1.checkout.sessions.create(
                cast("SessionCreateParams", _terms(asked)), {"idempotency_key": str(asked.key)}
            )
        except stripe.StripeError as error:
            raise _ended(error) from None
        return _checked(session, asked)

    def end(self, account: PaymentAccount, provider_id: str) -> bool:
        try:
            _client(account).v1.checkout.sessions.expire(provider_id)
        except stripe.InvalidRequestError:
            return False  # complete or expired already; its event tells which
        except stripe.StripeError as error:
            raise _ended(error) from None
        return True

    def is_signed(self, account: PaymentAccount, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        secrets = (account.signing_secret, account.previous_signing_secret)
        return signature.is_signed(body, headers.get("stripe-signature", ""), secrets, now)

    def read(self, body: bytes) -> News:
        return events.read(body)


adapter = Stripe()


def _client(account: PaymentAccount) -> stripe.StripeClient:
    return stripe.StripeClient(
        str(account.key),
        base_addresses={"api": settings.STRIPE_BASE_URL.rstrip("/")},
        max_network_retries=0,
        http_client=_line,
    )


def _terms(asked: Asked) -> dict[str, Any]:
    """One line of the whole amount: no tips, no codes, no other quantity."""
    key = {events.KEY: str(asked.key)}
    price = {
        "currency": asked.currency.lower(),
        "unit_amount": to_minor(asked.amount, asked.currency),
        "product_data": {"name": asked.reference},
    }
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "client_reference_id": str(asked.key),
        "metadata": key,
        "payment_intent_data": {"metadata": key},  # the charge and its refunds carry it too
        "expires_at": int(asked.expires_at.timestamp()),
        "success_url": settings.PAYMENT_DONE_URL or f"{settings.PUBLIC_URL.rstrip('/')}/payments/done",
    }


def _checked(session: Any, asked: Asked) -> Made:
    """What was made is what was asked for. Raises `LinkUnsure`: something was made, and it is not ours to send."""
    wanted = (to_minor(asked.amount, asked.currency), asked.currency.lower(), "open", str(asked.key))
    made = (session.amount_total, session.currency, session.status, session.client_reference_id)
    if made != wanted or not session.url or not _is_a_payment_page(session.url):
        raise LinkUnsure(_("Stripe made something else than was asked for."))
    return Made(str(session.id), str(session.url), datetime.fromtimestamp(session.expires_at, UTC))


def _is_a_payment_page(url: str) -> bool:
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "localhost")
    return parts.netloc in settings.PAYMENT_PAGE_HOSTS and (parts.scheme == "https" or is_here)


def _ended(error: stripe.StripeError) -> LinkRefused | LinkUnsure:
    """4xx answers, save conflicts, say that nothing was made; anything else leaves it open."""
    if isinstance(error, NotReached):
        return LinkRefused(_("Stripe could not be reached."))
    status = error.http_status or 0
    if 400 <= status < 500 and status != 409:
        return LinkRefused(_("Stripe refused: %s.") % (error.code or type(error).__name__))
    return LinkUnsure(_("Stripe's answer was lost or says nothing."))
