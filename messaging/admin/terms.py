"""What the desk reads of every text of a send, whatever channel it is on."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class ReadText(Protocol):
    """One language of a send's text, and how many people read it."""

    @property
    def translation_id(self) -> UUID: ...

    @property
    def language(self) -> str: ...

    @property
    def people(self) -> int: ...


Texts = Sequence[ReadText]
