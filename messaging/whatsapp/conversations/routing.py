"""What sends conversations into a queue. Whoever does registers: keyword rules, flows."""

from collections.abc import Callable

from messaging.models import Queue

Find = Callable[[Queue], list[str]]
_finders: list[Find] = []


def register_way(find: Find) -> None:
    """Have `find` name what leads into a queue."""
    _finders.append(find)


def ways_into(queue: Queue) -> list[str]:
    """The names of the rules and flows that send conversations there."""
    return [name for find in _finders for name in find(queue)]
