"""A bug as somebody might write it, and who must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` stands exactly once in the file. `tests` are pytest's own words for a selection; a name with `cell:` in
    front is a cell of the harness. `hangs` says that its tests wait for ever, so that a time-out notices it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    hangs: bool = False
