"""Small words for the desk's templates."""

from decimal import Decimal

from django import template
from django.utils import formats

from approvals.describing import description_of, safety_of
from approvals.numerals import number
from approvals.registry import Tool

register = template.Library()

_COLOURS = {
    "pending": "warning",
    "approved": "info",
    "executing": "info",
    "succeeded": "success",
    "failed": "danger",
    "unsure": "danger",
    "rejected": "danger",
    "draft": "plain",
    "scheduled": "info",
    "releasing": "info",
    "sending": "info",
    "paused": "warning",
    "completed": "success",
    "stopped": "danger",
}


@register.filter
def state_colour(state: str) -> str:
    """The colour of a state's label, for requests and sends."""
    return _COLOURS.get(str(state), "plain")


@register.filter
def counted(value: int | Decimal | None) -> str:
    """A number with its thousands separated."""
    return "–" if value is None else number(value)


@register.filter
def money(value: Decimal | None) -> str:
    """An amount with four places, so that the points of a column stand below each other."""
    return "–" if value is None else formats.number_format(value, decimal_pos=4, force_grouping=True)


@register.filter
def share_of(part: int, whole: int) -> str:
    """A part as a percentage with one place, for the width of a bar."""
    return f"{100 * part / whole:.1f}" if whole else "0"


@register.filter
def quality_colour(quality: str) -> str:
    """The colour of a sender's quality."""
    return {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}.get(quality, "plain")


@register.filter
def what_it_does(tool: Tool) -> str:
    """A tool's description in the reader's language."""
    return description_of(tool)


@register.filter
def guarded_against(tool: Tool) -> str:
    """A tool's safety line in the reader's language, or what it does where it has none."""
    return safety_of(tool) or description_of(tool)
