"""Gateways that refuse whatever they are given are left alone for a while: longer, the longer they take nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from messaging.carriers import Retry, SendFailed
from messaging.engine.cooling import Pause

HELD_SECONDS = 60.0  # for one that wants somebody to act


@dataclass(slots=True)
class _Rest:
    """The pauses of one gateway, and what it said last."""

    last: SendFailed
    pause: Pause = field(default_factory=Pause)


class Rests:
    """Shared by the threads that send; `clock` only goes forward."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rests: dict[UUID, _Rest] = {}

    def of(self, gateway_id: UUID) -> SendFailed | None:
        """Why it is not to be asked now, and for how many seconds; None when it may be asked."""
        rest = self._rests.get(gateway_id)
        left = rest.pause.left(self._clock()) if rest else 0.0
        if rest is None or not left:
            return None
        return SendFailed(rest.last.code, "The gateway is left alone for a while", rest.last.retry, left, scope="way")

    def note(self, gateway_id: UUID, failed: SendFailed) -> None:
        """It refused. What concerns that text alone, and our own pace, is no reason to leave it alone."""
        if failed.retry is not Retry.HOLD and failed.scope not in ("sender", "account"):
            return
        rest = self._rests.setdefault(gateway_id, _Rest(failed))
        rest.last, moment = failed, self._clock()
        is_held = failed.retry is Retry.HOLD
        rest.pause.extend(
            HELD_SECONDS if is_held else rest.pause.after_refusal(failed.retry_after or 0.0, moment), moment
        )

    def took(self, gateway_id: UUID) -> None:
        """It took a text."""
        if rest := self._rests.get(gateway_id):
            rest.pause.took()
