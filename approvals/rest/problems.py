"""Every error as problem+json (RFC 9457): type, title, status, detail, and the reasons with code, text, fix, field."""

import logging
import re
import uuid
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from approvals.reasons import Reason, Refused

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# What a caller can do differs by status: correct the arguments, get rights, read again, wait.
STATUS_OF_CODE = {
    "invalid_argument": 400,
    "invalid_cursor": 400,
    "scope_missing": 403,
    "forbidden_by_policy": 403,
    "unknown_tool": 404,
    "idempotency_key_reused": 409,
    "name_taken": 409,
    "preview_expired": 409,
    "seal_broken": 409,
    "stale_version": 409,
    "wrong_state": 409,
    "over_budget": 429,
}
# Codes that are named alike mean alike, whichever package tells them.
STATUS_OF_NAME = ((re.compile(r".*_not_found"), 404), (re.compile(r".*_changed|already_.*"), 409))
# Every other code is the gate's no to a wish that is well-formed.
REFUSED = 422


class ProblemReason(BaseModel):
    code: str = Field(description="Stable; meant for programs.")
    text: str = Field(description="What is wrong, in plain words.")
    fix: str = Field(description="What to do about it.")
    field: str = Field(default="", description="The argument at fault, as a dotted path; absent when there is none.")


class Problem(BaseModel):
    """RFC 9457. Nothing has been changed."""

    type: str = Field(description="A URN that ends in the code of the first reason.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="Every reason in one text.")
    reasons: list[ProblemReason] = Field(description="All that stands in the way, not just the first.")
    reference: str = Field(default="", description="For a 500: what to tell an administrator.")


def answer_for(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler for our views: this face ends here, so nothing gets past it."""
    if isinstance(error, Refused):
        return problem(status_of(error), *error.reasons)
    if isinstance(error, RequestDataTooBig):
        return problem(413, Reason("body_too_large", _("The body is too large."), _("Send less at once.")))
    known = exception_handler(error, context)
    if known is None:
        return _crash(error)
    answer = problem(known.status_code, _reason(error, known))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in known:
            answer[name] = known[name]
    return answer


def problem(status: int, *reasons: Reason, reference: str = "") -> Response:
    """A response for these reasons."""
    body = Problem(
        type=f"urn:countersign:problem:{reasons[0].code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=" ".join(str(reason) for reason in reasons),
        reasons=[ProblemReason.model_validate(reason.as_dict()) for reason in reasons],
        reference=reference,
    )
    return Response(body.model_dump(mode="json", exclude_unset=not reference), status=status, content_type=MEDIA_TYPE)


def status_of(no: Refused) -> int:
    """The status of the first reason: the door tells the one that comes before the others first."""
    code = no.reasons[0].code
    named = (status for name, status in STATUS_OF_NAME if name.fullmatch(code))
    return STATUS_OF_CODE.get(code) or next(named, REFUSED)


def _reason(error: Exception, answer: Response) -> Reason:
    """DRF's own errors as a reason; their codes are words like `not_authenticated`."""
    code = getattr(error, "default_code", "not_found" if answer.status_code == 404 else "permission_denied")
    text = str(error.detail) if isinstance(error, APIException) else HTTPStatus(answer.status_code).phrase
    return Reason(code, text, _fixes().get(answer.status_code, _("See the API's description at /api/schema.")))


def _fixes() -> dict[int, str]:
    return {
        400: _("Send one JSON object in UTF-8 with every name once."),
        401: _("Send an agent's key as `Authorization: Bearer cs_...`, or sign in at the desk."),
        403: _("Ask an administrator; with a session, send the CSRF token as well."),
        404: _("List the tools with GET /api/tools and use a name from there."),
        405: _("Use one of the methods in the header Allow."),
        411: _("Send the header Content-Length."),
        413: _("Send less at once."),
        415: _("Send JSON with the header `Content-Type: application/json`."),
    }


def _crash(error: Exception) -> Response:
    reference = uuid.uuid4().hex[:12]
    log.error("REST call broke off, reference %s", reference, exc_info=error)
    reason = Reason(
        "internal_error",
        _("Something broke off on our side."),
        _("Ask for the status before you repeat a write; tell an administrator the reference %s.") % reference,
    )
    return problem(500, reason, reference=reference)
