"""Where something stands in what a gateway says: a JSON pointer, or literal words before and after it.

There are no regular expressions: every search here takes time in proportion to what is searched.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Self

import orjson
from pydantic import Field, model_validator

from sms.gateways.gateway import Configuration

LONGEST_FOUND = 200  # characters
POINTER = r"^(/([^~/]|~[01]){0,80}){1,8}$"  # RFC 6901; linear: no character fits two of its parts

Pointer = Annotated[str, Field(pattern=POINTER)]
Words = Annotated[str, Field(min_length=1, max_length=100)]


class Place(Configuration):
    """Where a value stands in an answer: `json_pointer` into its JSON, or `after` words and up to `until` others (or
    the end of the line).
    """

    json_pointer: Annotated[Pointer | None, Field(description="RFC 6901, as /messages/0/id.")] = None
    after: Annotated[Words | None, Field(description="The words that stand right before the value.")] = None
    until: Annotated[Words | None, Field(description="The words right after it; without, the end of the line.")] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.json_pointer is None) == (self.after is None):
            raise ValueError("Give either json_pointer or after.")
        if self.until is not None and self.after is None:
            raise ValueError("until belongs to after; leave it out with json_pointer.")
        return self


class Condition(Configuration):
    """What an answer has to say: the value at a place is one of these, or its text has these words in it. Letters are
    compared without regard to case.
    """

    at: Place | None = None
    is_one_of: Annotated[tuple[Words, ...], Field(max_length=100)] = ()
    begins_with: Words | None = None
    says: Annotated[Words | None, Field(description="Words anywhere in the answer.")] = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        asked = [bool(self.is_one_of), self.begins_with is not None, self.says is not None]
        if sum(asked) != 1 or (self.at is None) != (self.says is not None):
            raise ValueError("Give at with is_one_of or begins_with, or says alone.")
        return self


class Said:
    """What a gateway said, as text and, where it is, as JSON; each read once."""

    def __init__(self, body: bytes) -> None:
        self.text = body.decode("utf-8", "replace")
        try:
            self.json: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            self.json = None

    def find(self, place: Place) -> str:
        """The value at a place, empty when there is none or it is too long to be one."""
        if place.json_pointer is not None:
            return at_pointer(self.json, place.json_pointer)
        assert place.after is not None
        _, found, rest = self.text.partition(place.after)
        if place.until is not None:
            rest, end, _ = rest.partition(place.until)
            found = found and end
        lines = rest.splitlines()
        return shortened(lines[0].strip()) if found and lines else ""

    def holds(self, condition: Condition) -> bool:
        """Whether a condition is met."""
        if condition.says is not None:
            return condition.says.casefold() in self.text.casefold()
        assert condition.at is not None
        value = self.find(condition.at).casefold()
        if condition.begins_with is not None:
            return value.startswith(condition.begins_with.casefold())
        return value in {one.casefold() for one in condition.is_one_of}

    def hold(self, conditions: Sequence[Condition]) -> bool:
        """Whether all of them are met."""
        return all(self.holds(one) for one in conditions)


def node_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer points at; None when that is not there."""
    for raw in pointer.split("/")[1:]:
        step = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and re.fullmatch("0|[1-9][0-9]{0,4}", step) and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def at_pointer(document: Any, pointer: str) -> str:
    """The plain value there as text: words, numbers, true and false; empty for anything else."""
    return as_text(node_at(document, pointer))


def as_text(value: Any) -> str:
    """A plain value as text; empty for lists, objects, null and what is too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shortened(str(value)) if isinstance(value, str | int | float) else ""


def shortened(value: str) -> str:
    """Nothing instead of a value that is too long to be an id, a code or a state."""
    return value if len(value) <= LONGEST_FOUND else ""
