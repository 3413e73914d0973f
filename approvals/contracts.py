"""What a preview freezes: a pydantic model that says what will happen, how many people it reaches and what it may
cost.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from accounts.budgets import Spend


def _in_a_zone_of_this_earth(moment: datetime) -> datetime:
    """PostgreSQL takes no offset of 16 hours or more; the farthest that was ever kept is 15:13:42."""
    offset = moment.utcoffset()
    if offset is not None and abs(offset) >= timedelta(hours=16):
        raise ValueError("an offset of less than 16 hours is needed")
    return moment


# A time that somebody names, with its zone.
Moment = Annotated[AwareDatetime, AfterValidator(_in_a_zone_of_this_earth)]


class Ask(BaseModel):
    """The arguments of a tool. Unknown fields are errors, so that a misspelt limit never counts as no limit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Answer(BaseModel):
    """What a tool returns."""

    model_config = ConfigDict(extra="forbid")


class Contract(BaseModel):
    """What will happen if somebody countersigns. Holds no personal data: people are held by reference and digest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def spend(self) -> Spend:
        """What carrying it out would set in motion at the most; policies and budgets look at this."""
        return Spend()

    def message_category(self) -> str:
        """marketing, utility, authentication or service; empty when no message is sent."""
        return ""

    def says(self) -> str:
        """What is said, whoever it is said to: many small requests that say the same count together. Empty where it
        is nothing that could be repeated to many.
        """
        return ""

    def sentence(self) -> str:
        """One line for the queue at the desk: what this does, in plain words."""
        return ""

    def is_for(self, tool: str) -> bool:
        """Whether the write of this name may carry it out: where several stand on one preview tool, it says which."""
        return True
