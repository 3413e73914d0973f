"""How long a lane keeps quiet after its provider asked for it, longer each time that it is asked again."""

from messaging.engine.taken import Ending, Result

FIRST = 1.0
LONGEST = 60.0
_WIDE = frozenset({"sender", "account"})


class Cooling:
    """Times are seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._until = 0.0
        self._times = 0

    def after(self, result: Result, moment: float) -> float:
        """Seconds to keep quiet because of this result, 0.0 for none. Answers to what was under way then count once."""
        if result.ending is Ending.HOLD:
            self._until = moment + FIRST
            return FIRST
        if result.ending in (Ending.ACCEPTED, Ending.HELD):
            self._times = 0
        if result.ending is not Ending.NOT_ATTEMPTED or result.scope not in _WIDE or self.is_on(moment):
            return 0.0
        wait = min(max(LONGEST, result.wait), (result.wait or FIRST) * 2.0**self._times)
        self._times += 1
        self._until = moment + wait
        return wait

    def is_on(self, moment: float) -> bool:
        return moment < self._until

    def left(self, moment: float) -> float:
        return max(0.0, self._until - moment)
