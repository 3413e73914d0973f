"""Asking gateways for their balance: each answer is kept on the gateway, and a new figure as a snapshot beside it."""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.budgets import today_of
from accounts.tenancy import confined_to
from sms.gateways.balance import Balance, NotTold
from sms.gateways.gateway import gateway
from sms.models import PerformanceSnapshot, SmsGateway
from sms.ways import account_of

log = logging.getLogger(__name__)

METHOD = "Asked of the gateway by Countersign"
FIGURE = "balance"
_LONGEST_ANSWER = 500  # characters that are kept as evidence


def ask_all(clock: Callable[[], datetime], most_seconds: float) -> int:
    """Ask every open gateway, those that were asked longest ago first, until the time is used up. How many told.

    Each is asked at a time of its own: what goes out after it is not in the answer.
    """
    until = time.monotonic() + most_seconds
    told = 0
    waiting = SmsGateway.objects.filter(paused_at=None).select_related("organisation")
    for row in list(waiting.order_by(F("balance_asked_at").asc(nulls_first=True), "pk")):
        if time.monotonic() > until:
            break
        with confined_to(row.organisation_id):
            told += ask(row, clock())
    return told


def ask(row: SmsGateway, now: datetime) -> bool:
    """Ask one gateway and keep what it says. Call it outside of any transaction: it waits for the network.

    Where nothing was told, the balance of before stays and grows old, and the reason is kept.
    """
    try:
        balance = gateway(row.kind).balance(account_of(row))
    except NotTold as why:
        _note(row, now, balance_problem=str(why)[:200])
        return False
    except (ValidationError, ValueError):  # their texts may quote a secret
        _note(row, now, balance_problem=_("Its configuration does not fit; open it at the desk."))
        return False
    if balance is None:
        _note(row, now, balance_problem="")
        return False
    _keep(row, balance, now)
    return True


def _note(row: SmsGateway, now: datetime, **told: Any) -> None:
    """A reading is no change of the settings: it makes no version of them."""
    for name, value in told.items():
        setattr(row, name, value)
    row.balance_asked_at = now
    SmsGateway.objects.filter(pk=row.pk).update(balance_asked_at=now, **told)
    if told.get("balance_problem"):
        log.warning("gateway %s told no balance: %s", row.pk, told["balance_problem"])


def _keep(row: SmsGateway, balance: Balance, now: datetime) -> None:
    """The figure, if it counts in the currency of the prices here; otherwise nothing can be paid for by it."""
    currency = balance.currency or row.currency
    with transaction.atomic():
        _keep_snapshot(row, balance, currency, now)
        if currency == row.currency:
            _note(row, now, balance=balance.amount, balance_at=now, balance_problem="")
            return
        words = {"told": currency, "ours": row.currency}
        problem = _("It counts in %(told)s, and its prices here are in %(ours)s.") % words
        _note(row, now, balance=None, balance_at=None, balance_problem=problem[:200])


def _keep_snapshot(row: SmsGateway, balance: Balance, currency: str, now: datetime) -> None:
    """One row for each new figure, and at least one a day: the same figure every few minutes proves nothing more."""
    told, today = {FIGURE: f"{balance.amount.normalize():f}"}, today_of(row.organisation, now)
    own = PerformanceSnapshot.objects.filter(organisation=row.organisation, gateway=row, request=None)
    last = own.order_by("-recorded_at").first()
    if last is not None and (last.figures, last.currency, last.from_day) == (told, currency, today):
        return
    answer = balance.evidence
    evidence = {
        "name": _("Answer of %(gateway)s") % {"gateway": row.name},
        "sha256": hashlib.sha256(answer).hexdigest(),
        "kept_at": answer.decode("utf-8", "replace").replace("\x00", "")[:_LONGEST_ANSWER],
    }
    PerformanceSnapshot.objects.create(
        organisation=row.organisation, gateway=row, source=row.kind, method=METHOD, from_day=today, until_day=today,
        currency=currency, figures=told, evidence=[evidence], recorded_at=now,
    )  # fmt: skip
