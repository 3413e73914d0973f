"""What became of a write that a flat tool asked for, in the words of flat tools."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.envelope import Envelope
from approvals.models import State
from approvals.reasons import Reason, Refused

PENDING = "pending_approval"

ActionRequestId = Annotated[
    UUID | None,
    Field(
        exclude_if=lambda found: found is None,
        description="Where a person decides first: ask whatsapp.action_request.status for it; absent otherwise.",
    ),
]


def status_of(answer: Envelope[Any], *, done: str) -> dict[str, Any]:
    """`status`, and `action_request_id` while somebody has to decide or it is carried out.

    Raises Refused where it was let go and then could not be carried out.
    """
    assert answer.request is not None
    if answer.request.state == State.SUCCEEDED:
        return {"status": done}
    if answer.request.state == State.PENDING:
        return {"status": PENDING, "action_request_id": answer.request.action_request_id}
    if answer.request.state in (State.APPROVED, State.EXECUTING):
        return {"status": str(answer.request.state), "action_request_id": answer.request.action_request_id}
    text = " ".join(answer.warnings) or answer.request.anything_sent
    raise Refused(Reason("not_carried_out", text, _("Read the request with whatsapp.action_request.status.")))
