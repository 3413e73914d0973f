"""SMS as a carrier: one text goes the ways its contract allows, in their order, until one of them takes it.

The next way is asked only when the one before is known not to have accepted: then nobody gets a text twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from messaging.carriers import Accepted, Capability, EventItem, Outgoing, Retry, SendFailed, register
from messaging.engine.pacing import Pacer
from sms.gateways.gateway import Submission, Taken
from sms.text import Encoding
from sms.ways import WAYS, Way

log = logging.getLogger(__name__)

RESTS_SECONDS = 60.0  # a gateway that refuses everything is not asked for so long
NO_WAY_SECONDS = 30.0
PATIENCE_SECONDS = 2.0  # for a gateway's pace; whoever waits longer goes the next way, or later


class SmsCarrier:
    """Hands texts to gateways. `body` has `text`, `encoding`, `parts`, `ways` (gateway ids), and may have `valid_for`
    (seconds) and `is_secret`.
    """

    name = "sms"
    capability: Capability = "echo"

    def __init__(self, way_of: Callable[[UUID], Way | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._way_of = way_of
        self._clock = clock
        self._rests: dict[UUID, float] = {}
        self._pacers = threading.local()

    def send(self, sender: Any, outgoing: Outgoing) -> Accepted:
        """Hand one text over, once. Raises `SendFailed` of the way that refused last, or when there is none."""
        submission = submission_of(sender.number, outgoing)
        refusals: list[SendFailed] = []
        for gateway_id in outgoing.body["ways"]:
            way = self._way_of(UUID(str(gateway_id)))
            if way is None or self._clock() < self._rests.get(way.account.id, 0.0):
                continue
            try:
                return self._hand(way, submission)
            except SendFailed as failed:
                if failed.retry in (Retry.UNSURE, Retry.PERMANENT):
                    raise
                self._note(way, failed)
                refusals.append(failed)
        raise _none_took(refusals)

    def verify(self, headers: Mapping[str, str], raw_body: bytes) -> bool:
        """Callbacks are checked by their gateway before they are kept (`sms.callbacks`); nothing else is believed."""
        return False

    def events(self, raw_body: bytes) -> Sequence[EventItem]:
        """The items of a kept callback. Raises `Malformed`."""
        from sms.items import items_of  # it reads rows; carriers are found before models are ready

        return items_of(raw_body)

    def _hand(self, way: Way, submission: Submission) -> Accepted:
        self._wait_for_turn(way)
        taken = _taken(way, submission)
        return Accepted(f"{way.tag}:{taken.provider_ids[0]}"[:255], held=False)

    def _wait_for_turn(self, way: Way) -> None:
        """Keep to the gateway's pace. Raises SendFailed when it is used up for longer than a thread should wait."""
        until = self._clock() + PATIENCE_SECONDS
        while not (grant := self._pacer().take([way.limit], 1)).tokens:
            if self._clock() + grant.wait > until:
                text = "The gateway's pace is used up"
                raise SendFailed("gateway_busy", text, Retry.NOT_ATTEMPTED, grant.wait, scope="sender")
            time.sleep(max(grant.wait, 0.005))

    def _note(self, way: Way, failed: SendFailed) -> None:
        """A gateway that refuses whatever it is given is left alone for a while."""
        if failed.retry is Retry.HOLD:
            self._rests[way.account.id] = self._clock() + RESTS_SECONDS
        elif failed.scope != "message":
            self._rests[way.account.id] = self._clock() + (failed.retry_after or 1.0)

    def _pacer(self) -> Pacer:
        if not hasattr(self._pacers, "own"):
            self._pacers.own = Pacer()
        pacer: Pacer = self._pacers.own
        return pacer


def _taken(way: Way, submission: Submission) -> Taken:
    """What the gateway said. Its words about a code are not kept: they may repeat the text."""
    if not submission.is_secret:
        return way.adapter.send(way.account, submission)
    try:
        return way.adapter.send(way.account, submission)
    except SendFailed as failed:
        text = "The gateway did not take it"
        raise SendFailed(failed.code, text, failed.retry, failed.retry_after, scope=failed.scope) from None
    except Exception as error:  # noqa: BLE001 - what breaks inside may have sent before, and may quote the text
        log.error("gateway %s broke on a text with a code: %s", way.account.id, type(error).__name__)
        raise SendFailed("carrier_broke", type(error).__name__, Retry.UNSURE) from None


def submission_of(sender_id: str, outgoing: Outgoing) -> Submission:
    """The text as gateways take it. Refuses a recipient that is no phone."""
    if outgoing.to_kind != "phone" or not outgoing.to.startswith("+"):
        raise SendFailed("recipient_refused", "An SMS goes to + with country code", Retry.PERMANENT)
    body = outgoing.body
    seconds = body.get("valid_for")
    return Submission(
        reference=outgoing.attempt_id,
        sender=sender_id,
        to=outgoing.to,
        text=body["text"],
        encoding=Encoding(body["encoding"]),
        parts=body["parts"],
        valid_for=None if seconds is None else timedelta(seconds=seconds),
        is_secret=bool(body.get("is_secret", False)),
    )


def _none_took(refusals: Sequence[SendFailed]) -> SendFailed:
    """What to say when no way took it: the mildest refusal, so that one busy gateway keeps the text waiting."""
    for retry in (Retry.NOT_ATTEMPTED, Retry.HOLD):
        alike = [one for one in refusals if one.retry is retry]
        if alike:
            return min(alike, key=lambda one: one.retry_after or 0.0)
    return SendFailed("no_way", "No gateway is open for this text", Retry.NOT_ATTEMPTED, NO_WAY_SECONDS, scope="sender")


register(SmsCarrier(WAYS.get))
