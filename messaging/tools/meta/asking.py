"""How flat tools ask for a write: through the door, with a key and a reason of their own making."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import uuid4

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field

from approvals.calls import call as use
from approvals.envelope import Envelope
from approvals.models import State
from approvals.registry import Call
from messaging.tools.meta.outcomes import PENDING

# Callers of the tools that send have no key: who repeats a call whose answer was lost must not send twice.
SAME_FOR = timedelta(minutes=5)

Note = Annotated[
    str | None,
    Field(
        exclude_if=lambda note: note is None,
        description="What to know while it waits, for example that many single messages should be one campaign.",
    ),
]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


# What fills a variable: JSON writes numbers without quotes.
Substitute = Annotated[str, BeforeValidator(_as_text)]


def ask_for(tool: str, arguments: dict[str, Any], call: Call, flat: str, why: str = "") -> Envelope[Any]:
    """Ask for this write in the name of whoever uses the flat tool. Raises Refused like the write itself."""
    wish = {"idempotency_key": uuid4().hex, "reason": why or _("Asked for with %s.") % flat}
    return use(tool, {**arguments, **wish}, call.actor, call.now)


def note_of(answer: Envelope[Any]) -> str | None:
    """Why it waits, where there is more to say than that a person decides."""
    waits = answer.request is not None and answer.request.state == State.PENDING
    return " ".join(answer.warnings) or None if waits else None


__all__ = ["PENDING", "SAME_FOR", "Note", "Substitute", "ask_for", "note_of"]
