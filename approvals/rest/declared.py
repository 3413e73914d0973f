"""What an address that is no tool declares of itself: its view is held to it, and the OpenAPI document reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from pydantic import BaseModel

from approvals.contracts import Ask


@dataclass(frozen=True)
class Declared:
    """One JSON object in, one out, for whoever has the scope."""

    does: str | Promise
    scope: str
    takes: type[Ask]
    answers: type[BaseModel]
    when: Mapping[int, str]
    """Each status of an answer, and when it is given; English, like all the document says of statuses."""
    refuses: tuple[int, ...] = ()
    """Statuses of a no beside those that every address has."""

    def __post_init__(self) -> None:
        assert self.when, "an address that never answers"
        assert all(200 <= status < 300 for status in self.when), "when: the statuses of answers; a no goes to refuses"
