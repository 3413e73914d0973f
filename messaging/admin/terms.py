"""What the desk reads of every contract of a send, whatever channel it is on."""

from collections.abc import Sequence
from datetime import datetime
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


class SendTerms(Protocol):
    """Whom a send is for, and when it goes out."""

    @property
    def audience_id(self) -> UUID: ...

    @property
    def segment_rule(self) -> str: ...

    @property
    def targeted(self) -> int: ...

    @property
    def included(self) -> int: ...

    @property
    def excluded(self) -> dict[str, int]: ...

    @property
    def sender_id(self) -> UUID: ...

    @property
    def due_at(self) -> datetime: ...

    def message_category(self) -> str: ...


Texts = Sequence[ReadText]
