"""Handing one message to its carrier, once, and saying how that ended. Runs in many threads and asks no database."""

import logging
import math
from typing import Literal, cast

from accounts.faults import faultpoint
from messaging.carriers import Carrier, Outgoing, Retry, SendFailed
from messaging.engine.bodies import Build, SendDoesNotStand
from messaging.engine.taken import Ending, Result, Taken
from messaging.models import Sender

log = logging.getLogger(__name__)

_ENDINGS = {
    Retry.NOT_ATTEMPTED: Ending.NOT_ATTEMPTED,
    Retry.PERMANENT: Ending.FAILED,
    Retry.UNSURE: Ending.UNSURE,
    Retry.HOLD: Ending.HOLD,
}
# Only refusals of these scopes are about the message itself.
_OF_THE_MESSAGE = frozenset({"message", "pair"})


def hand_over(carrier: Carrier, sender: Sender, build: Build, taken: Taken, until: float = math.inf) -> Result:
    """Build the body and hand it over. Never raises: what cannot be built fails alone, or holds its whole send where
    that does not stand; what broke off is unsure.
    """
    try:
        outgoing = _outgoing(sender, build, taken, until)
    except SendDoesNotStand as held:
        return Result(taken, Ending.HOLD, code="does_not_stand", text=str(held), scope="send")
    except Exception as error:  # noqa: BLE001 - a poison message must not take the others of its batch with it
        return Result(taken, Ending.FAILED, code="body_not_built", text=f"{type(error).__name__}: {error}")
    try:
        faultpoint("handover.before_post")
        accepted = carrier.send(sender, outgoing)
        faultpoint("handover.after_post")
    except SendFailed as failure:
        return _failure(taken, failure)
    except Exception as error:  # a carrier that breaks may have sent before
        log.exception("carrier %s broke on attempt %s", carrier.name, taken.attempt_id)
        return Result(taken, Ending.UNSURE, code="carrier_broke", text=type(error).__name__)
    return Result(taken, Ending.HELD if accepted.held else Ending.ACCEPTED, provider_id=accepted.provider_id)


def _outgoing(sender: Sender, build: Build, taken: Taken, until: float) -> Outgoing:
    return Outgoing(
        attempt_id=taken.attempt_id,
        sender_ref=sender.provider_ref,
        to=taken.address,
        to_kind=cast(Literal["phone", "bsuid"], taken.address_kind),
        body=build(taken),
        until=until,
    )


def _failure(taken: Taken, failure: SendFailed) -> Result:
    is_busy = failure.retry is Retry.NOT_ATTEMPTED and failure.scope not in _OF_THE_MESSAGE
    return Result(
        taken,
        Ending.BUSY if is_busy else _ENDINGS[failure.retry],
        code=failure.code,
        text=failure.text,
        scope=failure.scope,
        wait=failure.retry_after or 0.0,
        opts_out=failure.opts_out,
    )
