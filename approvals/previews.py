"""Freezing contracts and finding them again. A preview belongs to its maker: possession of its id is no authority."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.canonical import seal_of
from approvals.contracts import Contract
from approvals.models import Preview
from approvals.reasons import Reason, Refused
from approvals.registry import Tool
from approvals.taint import is_tainted

LASTS = timedelta(minutes=30)


def freeze(tool: Tool, contract: Contract, actor: Actor, now: datetime, concerns: list[Reason]) -> Preview:
    """Store the contract with its seal, and the reasons the gate would give today."""
    plain = contract.model_dump(mode="json")
    return Preview.objects.create(
        organisation=actor.organisation,
        tool=tool.name,
        maker=actor.principal,
        contract=plain,
        seal=seal_of(plain),
        concerns=[reason.as_dict() for reason in concerns],
        tainted=is_tainted(actor, now),
        created_at=now,
        expires_at=now + LASTS,
    )


def find(preview_id: UUID, tool_name: str, actor: Actor, now: datetime, handle: str = "preview_id") -> Preview:
    """The maker's own, unexpired, untouched preview of that tool. Somebody else's is as unknown as none.

    `handle` is what the argument is called, for the reasons.
    """
    preview = Preview.objects.filter(
        pk=preview_id, organisation=actor.organisation, maker=actor.principal, tool=tool_name
    ).first()
    if preview is None:
        raise Refused(
            Reason(
                "preview_not_found",
                _("You have no such preview of %s.") % tool_name,
                _("Call %s and pass the preview_id of its answer.") % tool_name,
                handle,
            )
        )
    if preview.expires_at <= now:
        raise Refused(
            Reason(
                "preview_expired",
                _("This preview expired at %s.") % preview.expires_at.isoformat(timespec="seconds"),
                _("Call %s again: the world may have changed since.") % tool_name,
                handle,
            )
        )
    if not preview.is_untouched:
        raise Refused(
            Reason(
                "seal_broken",
                _("This preview was altered after it was made."),
                _("Call %s again and tell an administrator.") % tool_name,
                handle,
            )
        )
    return preview


def contract_of(tool: Tool, preview: Preview) -> Contract:
    """The contract as the tool's own type."""
    assert tool.contract is not None
    return tool.contract.model_validate(preview.contract)
