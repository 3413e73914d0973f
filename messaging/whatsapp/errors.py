"""From an answer of the Graph API to what it means for the message. Codes decide: HTTP status is no promise there."""

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from messaging.carriers import Retry, SendFailed
from messaging.whatsapp.error_table import ROWS, Row

UNLISTED = Row(
    "Unlisted error",
    Retry.UNSURE,
    _("Meta answered with a code we do not know; the message may have gone out."),
    _("Wait for the delivery report; a person decides whether to send again."),
)
PERMISSION = Row(
    "API Permission",
    Retry.HOLD,
    _("A permission was not granted or has been removed."),
    _("Give the system user the missing permission or asset, then resume the queue."),
    "account",
)
# Without a readable code only these two say for certain that the message was not taken.
BY_STATUS = {
    401: ROWS[190],
    429: Row("Too many requests", Retry.NOT_ATTEMPTED, _("Too many calls in a short time."), "", "account", 60),
}
TEMPLATE_SUBCODES: dict[int, str | Promise] = {
    2388019: _("The account has as many templates as it may have."),
    2388023: _("A template of this name and language is being deleted; use another name or wait 30 days."),
    2388024: _("A template of this name and language exists already."),
    2388039: _("The template cannot be changed now, for example while it is in review."),
    2388040: _("A field is longer than Meta allows."),
    2388047: _("The header's format is wrong."),
    2388072: _("The body's format is wrong."),
    2388073: _("The footer's format is wrong."),
    2388293: _("Too many variables for the length of the text."),
    2388299: _("The text starts or ends with a variable."),
}
DETAIL_LIMIT = 500  # characters of Meta's own words that we keep


class GraphFault(BaseModel):
    """The error object of the Graph API, as far as we read it. Everything but the code may be missing."""

    model_config = ConfigDict(extra="ignore")

    code: int
    error_subcode: int | None = None
    message: str = ""
    error_user_title: str | None = None
    error_user_msg: str | None = None
    error_data: Any = None
    fbtrace_id: str = ""
    title: str = Field(default="")

    @field_validator("message", "fbtrace_id", "title", mode="before")
    @classmethod
    def absent_is_empty(cls, value: Any) -> Any:
        return "" if value is None else value

    @property
    def details(self) -> str:
        """The most telling words of the error."""
        if isinstance(self.error_data, dict) and isinstance(self.error_data.get("details"), str):
            return str(self.error_data["details"])[:DETAIL_LIMIT]
        return (self.error_user_msg or self.message)[:DETAIL_LIMIT]


class _Envelope(BaseModel):
    error: GraphFault


_UNKNOWN_OBJECT = 33


def row(code: int) -> Row:
    """What a code means. Never fails: an unlisted code is unsure."""
    if code in ROWS:
        return ROWS[code]
    return PERMISSION if 200 <= code <= 299 else UNLISTED


def fault_in(body: bytes | str) -> GraphFault | None:
    """The error object in an answer, or None when the answer is not one of the Graph API's."""
    try:
        return _Envelope.model_validate(json.loads(body)).error
    except (ValueError, ValidationError, RecursionError):
        return None


def classify(http_status: int, body: bytes | str) -> SendFailed:
    """What an answer that is not an acceptance means. `body` must already be free of our token."""
    fault = fault_in(body) if http_status >= 400 else None
    if fault is None:
        return _without_code(http_status)
    # An unknown number is told as "invalid parameter" with the old code in the sub-code: it concerns every message.
    code = _UNKNOWN_OBJECT if (fault.code, fault.error_subcode) == (100, _UNKNOWN_OBJECT) else fault.code
    known = row(code)
    return _failure(str(code), known, fault.details or known.title)


def _without_code(http_status: int) -> SendFailed:
    known = BY_STATUS.get(http_status, UNLISTED)
    return _failure(f"http_{http_status}", known, f"HTTP {http_status} without an error of the Graph API")


def _failure(code: str, known: Row, details: str) -> SendFailed:
    text = details if known.title in details else f"{known.title}: {details}"
    return SendFailed(code, text, known.retry, known.retry_after, scope=known.scope, opts_out=known.opts_out)
