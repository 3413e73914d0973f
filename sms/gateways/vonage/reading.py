"""What Vonage's callbacks say, of the Messages API and of the older SMS API.

A status of the Messages API speaks of a whole text. The SMS API reports each part by itself, under an id of its own
and without saying which part it is; how many there are stands behind our reference, because we wrote it there.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from messaging.carriers import Malformed
from sms.gateways.failures import UNLISTED, Row
from sms.gateways.gateway import Callback, Failure, Progress, Receipt, Reply, Submission, Unknown
from sms.gateways.moments import amount, moment
from sms.gateways.told import read_json
from sms.gateways.vonage.errors import MESSAGES, RECEIPTS, TTL_PASSED, row, row_of_either

MOST_FIELDS = 200  # of a callback
_SHORTEST_PHONE = 9  # digits; fewer are a short code, which has no country
_WHICH_PART_UNTOLD = 0
_FAILED = (Progress.FAILED, Progress.EXPIRED)

# `submitted` and `buffered` are on their way: never a success.
_STATUSES = {
    "submitted": Progress.SENT,
    **dict.fromkeys(("delivered", "read"), Progress.DELIVERED),
    **dict.fromkeys(("rejected", "undeliverable"), Progress.FAILED),
}
_SMS_API_STATUSES = {
    **dict.fromkeys(("accepted", "buffered"), Progress.SENT),
    "delivered": Progress.DELIVERED,
    "expired": Progress.EXPIRED,
    **dict.fromkeys(("failed", "rejected"), Progress.FAILED),
    "unknown": Progress.UNKNOWN,
}


def client_ref(submission: Submission) -> str:
    """Our reference as it travels, at most 40 characters (an older limit): with the number of parts if several."""
    return f"{submission.reference}.{submission.parts}" if submission.parts > 1 else str(submission.reference)


def phone(number: str) -> str:
    """Vonage writes numbers without +; short codes and names stay as they are."""
    return f"+{number}" if number.isdecimal() and number.isascii() and len(number) >= _SHORTEST_PHONE else number


def fields_of(callback: Callback) -> Mapping[str, Any]:
    """The fields of a call: the query of a GET, the form or the JSON object of a POST. Raises `Malformed`."""
    if callback.method == "GET":
        return _form(callback.query)
    try:
        if callback.headers.get("content-type", "").startswith("application/json"):
            fields = read_json(callback.body)
            if isinstance(fields, dict) and len(fields) <= MOST_FIELDS:
                return fields
            raise Malformed("the body is no object")
        return _form(callback.body.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("the body cannot be read") from None


def plain(fields: Mapping[str, Any]) -> dict[str, str] | None:
    """The fields as `sig` covers them; None for one that is neither text nor a whole number."""
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in fields.values()):
        return None
    return {key: str(value) for key, value in fields.items()}


def item_of(callback: Callback) -> Receipt | Reply | Unknown:
    """What a call says. Raises `Malformed` when nothing of it can be read."""
    fields = fields_of(callback)
    if "message_uuid" in fields:
        item = _reply(fields) if callback.kind == "reply" else _status(fields)
    else:
        texts = plain(fields) or {}
        item = _old_reply(texts) if callback.kind == "reply" else _old_receipt(texts)
    return item or Unknown(_digest(callback), f"a {callback.kind} with a field that is missing or makes no sense")


def _status(fields: Mapping[str, Any]) -> Receipt | None:
    told, status, progress = _text(fields, "message_uuid"), _text(fields, "status"), None
    if _text(fields, "channel") in ("sms", ""):
        progress = _STATUSES.get(status)
    if not told or progress is None:
        return None
    code = code_of(fields.get("error"))
    if progress is Progress.FAILED and code == str(TTL_PASSED):
        progress = Progress.EXPIRED
    usage = fields.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return _receipt(
        told, status, progress, code, row(MESSAGES, code), _reference(_text(fields, "client_ref"))[0],
        at=moment(_text(fields, "timestamp")), price=amount(usage.get("price")), currency=_text(usage, "currency")[:3],
    )  # fmt: skip


def _old_receipt(fields: Mapping[str, str]) -> Receipt | None:
    """`msisdn` is the recipient here and `to` our sender ID. `scts` has no zone, so the time is `message-timestamp`."""
    told, status = fields.get("messageId", ""), fields.get("status", "").lower()
    progress = _SMS_API_STATUSES.get(status)
    if not told or progress is None:
        return None
    code = fields.get("err-code", "")
    reference, parts = _reference(fields.get("client-ref", ""))
    return _receipt(
        told, status, progress, "" if code == "0" else code, row(RECEIPTS, code), reference,
        at=moment(fields.get("message-timestamp"), zone_if_untold=True), price=amount(fields.get("price")),
        part=1 if parts == 1 else _WHICH_PART_UNTOLD, parts=parts,
    )  # fmt: skip


def _receipt(
    told: str, status: str, progress: Progress, code: str, meaning: Row, reference: str, **more: Any
) -> Receipt:
    is_failed = progress in _FAILED
    if progress is Progress.EXPIRED and meaning is UNLISTED:
        meaning = row_of_either("expired")
    return Receipt(
        dedupe_key=f"{told}:{status}:{code}"[:200],
        provider_id=told[:64],
        reference=reference,
        progress=progress,
        code=code[:20],
        text=meaning.do if is_failed else "",
        failure=meaning.failure if is_failed else Failure.NONE,
        **more,
    )


def _reply(fields: Mapping[str, Any]) -> Reply | None:
    told, sender = _text(fields, "message_uuid"), phone(_text(fields, "from"))
    text = fields.get("text")
    if not told or not sender.startswith("+") or not isinstance(text, str):
        return None
    return Reply(told[:200], told[:64], phone(_text(fields, "to"))[:20], sender[:20], text,
                 moment(_text(fields, "timestamp")))  # fmt: skip


def _old_reply(fields: Mapping[str, str]) -> Reply | None:
    """Long texts come in parts, each of them a reply of its own: a stop stands in the first."""
    told, sender = fields.get("messageId", ""), phone(fields.get("msisdn", ""))
    if not told or not sender.startswith("+") or "text" not in fields:
        return None
    at = moment(fields.get("message-timestamp"), zone_if_untold=True)
    return Reply(told[:200], told[:64], phone(fields.get("to", ""))[:20], sender[:20], fields["text"], at)


def code_of(error: Any) -> str:
    """The number at the end of an error's `type`, or its `title` where that is the number; empty without either."""
    if not isinstance(error, dict):
        return ""
    for told in (_text(error, "type").rpartition("#")[2], str(error.get("title", ""))):
        if told.isdecimal() and told.isascii():
            return told[:20]
    return ""


def _reference(told: str) -> tuple[str, int]:
    """Our reference and the number of parts out of what `client_ref` wrote."""
    reference, _, parts = told.partition(".")
    return reference[:36], max(1, int(parts)) if parts.isdecimal() and parts.isascii() and len(parts) < 4 else 1


def _form(encoded: str) -> Mapping[str, str]:
    """Each field once: of a field that comes twice nobody knows which one was signed."""
    try:
        read = parse_qs(encoded, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Malformed("the form cannot be read") from None
    if any(len(values) > 1 for values in read.values()):
        raise Malformed("a field comes twice")
    return {key: values[0] for key, values in read.items()}


def _text(fields: Mapping[str, Any], name: str) -> str:
    told = fields.get(name)
    return told if isinstance(told, str) else ""


def _digest(callback: Callback) -> str:
    return hashlib.sha256(callback.query.encode() + b"\n" + callback.body).hexdigest()[:40]
