"""How long a lane keeps quiet because its provider has no room: longer, the longer nothing has got through."""

from dataclasses import dataclass

from messaging.engine.taken import Ending, Result

FIRST = 1.0
LONGEST = 60.0  # unless the provider itself names a longer time, and then no longer than
LONGEST_NAMED = 3600.0
# Refusals in a row by single ways of a sender. Fewer may concern one country, and the others go on meanwhile.
WAYS_IN_A_ROW = 8
LONGEST_FOR_WAYS = 5.0
# A pause or a wait is stretched by up to this much, so that not everybody comes back in the same moment.
STRETCH = 0.25

WIDE = frozenset({"sender", "account"})  # scopes of what stands still as a whole
_SUCCESSES = frozenset({Ending.ACCEPTED, Ending.HELD})


@dataclass(frozen=True, slots=True)
class Quiet:
    """What the lane before this one left: seconds to keep quiet still, and seconds since nothing has got through."""

    left: float = 0.0
    refused_for: float = 0.0


class Pause:
    """How long somebody who has no room is left alone: as long as they say themselves, and as long as nothing has got
    through before. Times are seconds of a clock that only goes forward.
    """

    def __init__(self, until: float = 0.0, refused_at: float | None = None) -> None:
        self._until, self._refused_at = until, refused_at

    def took(self) -> None:
        """Something got through: the next refusal is a first one."""
        self._refused_at = None

    def after_refusal(self, named: float, moment: float) -> float:
        """Seconds to pause after one more refusal, which names so many itself, or 0.0."""
        if self._refused_at is None:
            self._refused_at = moment
        return max(FIRST, min(LONGEST, moment - self._refused_at), min(LONGEST_NAMED, named))

    def extend(self, seconds: float, moment: float) -> bool:
        """Pause for so long from now. Whether that is longer than was meant already."""
        if moment + seconds <= self._until:
            return False
        self._until = moment + seconds
        return True

    def left(self, moment: float) -> float:
        return max(0.0, self._until - moment)


class Cooling:
    """The pauses of one lane."""

    def __init__(self, quiet: Quiet = Quiet(), moment: float = 0.0) -> None:
        self._pause = Pause(moment + quiet.left, moment - quiet.refused_for if quiet.refused_for else None)
        self._in_a_row = 0

    def after(self, result: Result, moment: float) -> float:
        """Seconds to keep quiet because of this result; 0.0 where nothing new makes the lane wait."""
        if result.ending in _SUCCESSES:
            self._pause.took()
            self._in_a_row = 0
        wait = self._wait(result, moment)
        return wait if self._pause.extend(wait, moment) else 0.0

    def is_on(self, moment: float) -> bool:
        return self._pause.left(moment) > 0

    def left(self, moment: float) -> float:
        return self._pause.left(moment)

    def _wait(self, result: Result, moment: float) -> float:
        if result.ending is Ending.HOLD:
            return FIRST
        if result.ending is not Ending.BUSY or result.scope == "template":
            return 0.0
        self._in_a_row += 1
        wait = self._pause.after_refusal(result.wait, moment)
        if result.scope in WIDE:
            return stretched(wait, result)
        return min(LONGEST_FOR_WAYS, wait) if self._in_a_row >= WAYS_IN_A_ROW else 0.0


def stretched(seconds: float, result: Result) -> float:
    """A little longer, by a part that each attempt's id gives: random, and the same whenever it is asked."""
    return seconds * (1.0 + STRETCH * (result.taken.attempt_id.int % 256) / 256)
