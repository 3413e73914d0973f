"""What every report of the shop is answered with, and how one that was made before is known again."""

from datetime import datetime, timedelta
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from approvals.canonical import seal_of
from approvals.contracts import Ask, Moment
from approvals.reasons import Reason, Refused

# Clocks differ.
AHEAD = timedelta(minutes=5)

ShopId = Annotated[str, Field(min_length=1, max_length=120, description="The shop's own id; each counts once.")]
When = Annotated[Moment, Field(description="When it happened, with a time zone (ISO 8601).")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code, like HKD.")]


class Kept(BaseModel):
    id: str = Field(description="The shop's id.")
    is_new: bool = Field(description="Whether this changed anything: said again, a report changes nothing.")
    matched: bool = Field(description="Whether a contact is known by what was said.")


def said(report: Ask) -> str:
    """A digest of the report without whom: somebody may become known between two tellings."""
    return seal_of(report.model_dump(mode="json", exclude={"contact_id", "phone"}))


def refuse_if_ahead(occurred_at: datetime, now: datetime) -> None:
    if occurred_at > now + AHEAD:
        raise Refused(Reason("in_the_future", _("This has not happened yet."), _("Report it when it has."),
                             "occurred_at"))  # fmt: skip


def refuse_if_otherwise(before: str, report: Ask, field: str) -> None:
    """Raises Refused when something else was reported by the same id before."""
    if before != said(report):
        raise Refused(Reason("already_reported_otherwise", _("Something else was reported by this id before."),
                             _("Use a new id for what is new; what was reported stays."), field))  # fmt: skip
