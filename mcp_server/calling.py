"""Using a tool over MCP: through the door, and every outcome as a result that a model can read."""

import json
import time
import uuid
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, TextContent

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.calls import call
from approvals.envelope import plain
from approvals.reasons import Refused
from approvals.registry import registry, unknown_tool
from approvals.toolsets import offered_to

log = structlog.get_logger(__name__)


def use(name: str, arguments: dict[str, Any], actor: Actor) -> CallToolResult:
    """Call a tool. Raises MCPError for one that the actor cannot use, with the same words whether it exists or not."""
    tool = registry.get(name)
    if tool is None or tool not in offered_to(actor):
        raise not_offered(name)
    began = time.monotonic()
    result, outcome = _outcome(tool.name, arguments, actor)
    milliseconds = round((time.monotonic() - began) * 1000, 1)
    log.info("tool", tool=tool.name, principal=actor.principal, outcome=outcome, milliseconds=milliseconds)
    return result


def not_offered(name: str) -> MCPError:
    return MCPError(INVALID_PARAMS, str(unknown_tool(name)))


def language_of(organisation: Organisation) -> str:
    """The language of answers: the organisation's, if we speak it."""
    wanted = organisation.locale.replace("_", "-").lower()
    try:
        return translation.get_supported_language_variant(wanted)
    except LookupError:
        return settings.LANGUAGE_CODE


def _outcome(name: str, arguments: dict[str, Any], actor: Actor) -> tuple[CallToolResult, str]:
    """The result, and one word for the log."""
    try:
        envelope = call(name, arguments, actor, timezone.now())
        return answered(plain(envelope)), "answered"
    except Refused as no:
        return refused(name, no), "refused: " + ", ".join(dict.fromkeys(no.codes))
    except Exception:
        # The face ends here: a client never sees a traceback.
        reference = uuid.uuid4().hex[:12]
        log.exception("tool broke off", tool=name, reference=reference)
        return crashed(name, reference), "crashed"


def answered(told: dict[str, Any] | list[Any]) -> CallToolResult:
    """Structured content, which is always an object, and the same as text for clients that read only text."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(
        content=[TextContent(text=text)], structured_content={"result": told} if isinstance(told, list) else told
    )


def refused(name: str, no: Refused) -> CallToolResult:
    """A no that the model can act on: a line for each reason, `code: text fix (field)`."""
    lines = [
        f"{reason.code}: {reason.text} {reason.fix}" + (f" ({reason.field})" if reason.field else "")
        for reason in no.reasons
    ]
    reasons = [reason.as_dict() for reason in no.reasons]
    return _error(name, "\n".join(lines), reasons)


def crashed(name: str, reference: str) -> CallToolResult:
    """What a client learns of our own failure: that there was one, and what to call it."""
    text = _("Something broke off on our side; nobody knows yet whether it was done.")
    fix = _("Ask for the status before you repeat a write; tell an administrator the reference %s.") % reference
    return _error(name, f"internal_error: {text} {fix}", [{"code": "internal_error", "text": text, "fix": fix}])


def _error(name: str, text: str, reasons: list[dict[str, str]]) -> CallToolResult:
    content = {"tool": name, "reasons": reasons}
    return CallToolResult(content=[TextContent(text=text)], structured_content=content, is_error=True)
