"""The body of a code's text, made where it is handed over and nowhere else; and the code erased once it has been."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.clock import database_now
from messaging.engine.bodies import Build
from messaging.engine.taken import Taken
from messaging.models import Send, Status
from sms.models import OtpChallenge
from sms.text import measure
from sms.text.filling import fill
from sms.ways import WAYS


class NoCode(Exception):
    """The code was replaced, entered or erased meanwhile, or its time is over: its text stays in the house."""


def sends_of_codes(batch: Sequence[Taken]) -> set[UUID]:
    """Which sends of a batch carry a code."""
    sends = Send.objects.filter(pk__in={taken.send_id for taken in batch}, kind=Send.Kind.OTP)
    return set(sends.values_list("pk", flat=True))


def prepare(batch: Sequence[Taken]) -> Build:
    """Read the codes of a batch that still count, and which gateways are open."""
    now = database_now()
    held = OtpChallenge.objects.filter(
        send__in={taken.send_id for taken in batch}, consumed_at=None, voided_at=None, expires_at__gt=now
    ).exclude(code="")
    challenges = {one.send_id: one for one in held.select_related("send__preview")}
    for organisation in {one.organisation_id for one in challenges.values()}:
        WAYS.refresh(organisation)

    def build(taken: Taken) -> dict[str, Any]:
        if taken.send_id not in challenges:
            raise NoCode("The code does not count any more.")
        return _body(challenges[taken.send_id], now)

    return build


def _body(challenge: OtpChallenge, now: datetime) -> dict[str, Any]:
    """What the carrier takes. The gateway tries no longer than the code counts, and is asked to keep no copy."""
    contract = challenge.send.preview.contract
    minutes = max(1, int(contract["lifetime_seconds"]) // 60)
    text = fill(contract["text"], {"code": str(challenge.code), "minutes": str(minutes)})
    size = measure(text)
    if size.parts > int(contract["most_parts"]):
        raise NoCode("Filled, the text takes more parts than were approved.")
    return {
        "text": text,
        "encoding": size.encoding.value,
        "parts": size.parts,
        "ways": [str(key) for route in contract["routes"] for key in route["gateway_ids"]],
        "valid_for": max(1, int((challenge.expires_at - now).total_seconds())),
        "is_secret": True,
    }


def forget(taken: Sequence[Taken]) -> None:
    """These were handed over, or never will be: their codes are needed no more."""
    OtpChallenge.objects.filter(send__in={one.send_id for one in taken}).exclude(code="").update(code="")


def erase_leftovers(now: datetime) -> int:
    """Erase codes whose time is over, or whose text was left out or given up without coming by `forget`."""
    waiting = Q(send__messages=None) | Q(send__messages__status__in=(Status.QUEUED, Status.SENDING))
    held = OtpChallenge.objects.exclude(code="")
    over = held.filter(Q(expires_at__lte=now) | ~Q(pk__in=held.filter(waiting).values("pk")))
    return over.update(code="")
