"""SMS as a carrier: one text goes the ways its contract allows, in their order, until one of them takes it.

The next way is asked only when the one before is known not to have accepted: then nobody gets a text twice.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from messaging.carriers import Accepted, EventItem, Outgoing, Retry, SendFailed, register
from sms.gateways import http
from sms.gateways.gateway import Submission, Taken
from sms.rests import Rests
from sms.text import Encoding
from sms.turns import Turns
from sms.ways import WAYS, Way

log = logging.getLogger(__name__)

NO_WAY_SECONDS = 30.0
PATIENCE_SECONDS = 2.0  # for a gateway's pace; whoever waits longer goes the next way, or later
WRITTEN_WITHIN = 2.0  # seconds that are left of an attempt for writing down how it ended


class SmsCarrier:
    """Hands texts to gateways. `body` has `text`, `encoding`, `parts`, `ways` (gateway ids), and may have `valid_for`
    (seconds) and `is_secret`.
    """

    name = "sms"

    def __init__(self, way_of: Callable[[UUID], Way | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._way_of = way_of
        self._clock = clock
        self._rests = Rests(clock)
        self._turns = Turns(clock)

    def send(self, sender: Any, outgoing: Outgoing) -> Accepted:
        """Hand one text over, once. Raises `SendFailed` of the way that refused last, or when there is none."""
        submission = submission_of(sender.number, outgoing)
        refused: list[SendFailed] = []
        resting: list[SendFailed] = []
        for way in filter(None, (self._way_of(UUID(str(key))) for key in outgoing.body["ways"])):
            if rest := self._rests.of(way.account.id):
                resting.append(rest)
                continue
            if self._clock() + longest_hand_over() > outgoing.until:
                refused.append(_no_time())
                break
            try:
                accepted = self._hand(way, submission)
            except SendFailed as failed:
                if failed.retry in (Retry.UNSURE, Retry.PERMANENT):
                    raise
                self._rests.note(way.account.id, failed)
                refused.append(failed)
            else:
                self._rests.took(way.account.id)
                return accepted
        raise _none_took(refused, resting)

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
        while wait := self._turns.wait(way.limit):
            if self._clock() + wait > until:
                raise SendFailed(
                    "gateway_busy", "The gateway's pace is used up", Retry.NOT_ATTEMPTED, wait, scope="way"
                )
            time.sleep(wait)


def longest_hand_over() -> float:
    """Seconds that asking one gateway may take, until its answer has been written down."""
    return PATIENCE_SECONDS + http.CONNECT_SECONDS + http.READ_SECONDS + WRITTEN_WITHIN


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


def _no_time() -> SendFailed:
    return SendFailed("no_time", "The gateways before took too long to ask another", Retry.NOT_ATTEMPTED, scope="way")


def _none_took(refused: Sequence[SendFailed], resting: Sequence[SendFailed]) -> SendFailed:
    """What to say when no way took it: the mildest, so that one busy gateway keeps the text waiting.

    A gateway that wants somebody to act stops the queue when it says so itself, not while it rests because it did.
    """
    busy = [one for one in (*refused, *resting) if one.retry is Retry.NOT_ATTEMPTED]
    held = [one for one in refused if one.retry is Retry.HOLD]
    if held and not busy:
        return held[0]
    waiting = busy or resting
    if not waiting:
        return SendFailed(
            "no_way", "No gateway is open for this text", Retry.NOT_ATTEMPTED, NO_WAY_SECONDS, scope="way"
        )
    # What only concerns this text counts when no gateway was merely busy.
    first = min(waiting, key=lambda one: (one.scope == "message", one.retry_after or 0.0))
    scope = first.scope if first.scope == "message" else "way"
    return SendFailed(first.code, first.text, Retry.NOT_ATTEMPTED, first.retry_after, scope=scope)


register(SmsCarrier(WAYS.get))
