"""Asking an account what money is left there. It reads only; what a gateway does not say clearly is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from messaging.carriers import SendFailed
from sms.gateways.http import Answer, Request, exchange

_DIGITS = Decimal("0.00000001")
_MOST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Balance:
    """`currency` is empty where the gateway names none. `evidence` is its answer, with secrets taken out."""

    amount: Decimal
    currency: str
    evidence: bytes


class NotTold(Exception):
    """No balance could be read. The text says why, in words that may be shown."""


def ask(request: Request, hide: Sequence[str]) -> Answer:
    """One exchange. Raises `NotTold` for anything but HTTP 200."""
    try:
        answer = exchange(request, hide)
    except SendFailed as failed:
        raise NotTold(failed.text) from None
    if answer.status != 200:
        raise NotTold(f"HTTP {answer.status}")
    return answer


def balance_in(answer: Answer, amount: object, currency: object) -> Balance:
    """What an answer says, rounded down to eight digits. Raises `NotTold` when that is no amount."""
    try:
        told = Decimal(str(amount))
        if not told.is_finite() or abs(told) >= _MOST:
            raise InvalidOperation
    except InvalidOperation:
        raise NotTold("The answer holds no balance") from None
    named = str(currency or "").upper()
    if named and not (len(named) == 3 and named.isascii() and named.isalpha()):
        raise NotTold("The answer names no currency that there is")
    return Balance(told.quantize(_DIGITS, ROUND_DOWN), named, answer.body)
