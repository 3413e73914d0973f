"""The wire of a small local gateway, as many of them are: fields in a form, a query or JSON; the answer says in words
whether it worked; receipts are a form with a secret header.

`POST /plain/send` answers JSON, `GET /plain/send.txt` and `GET /plain/credit` answer one line.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import PlainTextResponse, Response

from simulators.sms.accounts import PlainAccount
from simulators.sms.wires.wire import Outcome, as_text, same, with_plus
from simulators.sms.words import Asked, Call, Event, No, Refused, Stage, Text, Trouble, Written

BALANCE = "/plain/credit"
REFUSALS: dict[No, tuple[str, str]] = {
    No.CREDENTIALS: ("E01", "wrong username or password"),
    No.MALFORMED: ("E02", "a field is missing"),
    No.NUMBER: ("E03", "invalid destination"),
    No.LANDLINE: ("E03", "invalid destination"),
    No.SENDER: ("E04", "sender not registered"),
    No.LENGTH: ("E05", "text too long"),
    No.EMPTY: ("E05", "text missing"),
    No.CREDIT: ("E06", "no credit"),
    No.THROTTLED: ("E07", "too fast"),
    No.OPTED_OUT: ("E08", "destination has opted out"),
    No.COUNTRY: ("E09", "destination not served"),
    No.DUPLICATE: ("E10", "reference used before"),
    No.BROKEN: ("E99", "internal error"),
}
TROUBLES: dict[Trouble, tuple[str, str]] = {
    Trouble.ABSENT: ("UNDELIV", "absent"),
    Trouble.DEAD: ("UNDELIV", "unknown"),
    Trouble.LANDLINE: ("UNDELIV", "unknown"),
    Trouble.BARRED: ("REJECTD", "optout"),
    Trouble.FILTERED: ("REJECTD", "spam"),
    Trouble.NETWORK: ("UNDELIV", "network"),
    Trouble.EXPIRED: ("EXPIRED", ""),
}


class Plain:
    name = "plain"
    most_items = 1
    hears_stop = False
    refuses_landlines = True

    def __init__(self, account: PlainAccount) -> None:
        self.account = account

    @property
    def longest(self) -> int:
        return self.account.longest

    def serves(self, call: Call) -> bool:
        return call.path in ("/plain/send", "/plain/send.txt", BALANCE)

    def asks_balance(self, call: Call) -> bool:
        return call.method == "GET" and call.path == BALANCE

    def balance(self, left: Decimal) -> Response:
        return PlainTextResponse(f"OK credit={left} {self.account.currency}")

    def authorise(self, call: Call) -> None:
        """User and password among the fields, or the password in `X-Api-Key`."""
        fields = _fields(call)
        by_fields = same(fields.get("username", ""), self.account.username)
        by_fields = by_fields and same(fields.get("password", ""), self.account.password)
        if not by_fields and not same(call.headers.get("x-api-key", ""), self.account.password):
            raise Refused(No.CREDENTIALS, _form_of(call))

    def read(self, call: Call) -> list[Asked]:
        fields = _fields(call)
        if not fields.get("to") or not fields.get("from"):
            raise Refused(No.MALFORMED, _form_of(call))
        url, reference = fields.get("dlr_url", ""), fields.get("ref", "")
        return [Asked(with_plus(fields["to"]), fields["from"], fields.get("text", ""), reference, url)]

    def new_id(self, asked: Asked) -> str:
        return str(uuid.uuid4().int % 10**12)

    def answer(self, call: Call, outcomes: Sequence[Outcome]) -> Response:
        ((_, outcome),) = outcomes
        if isinstance(outcome, Refused):
            return self.refusal(Refused(outcome.no, _form_of(call)))
        if _form_of(call) == "txt":
            return PlainTextResponse(f"OK: {outcome.id}\n")
        return _json({"status": "OK", "message": {"id": outcome.id, "parts": outcome.parts}}, 200)

    def refusal(self, refused: Refused) -> Response:
        """HTTP 200 whatever it is, save what is broken or too fast; `details` is the form of the answer."""
        code, words = REFUSALS[refused.no]
        status = {No.BROKEN: 500, No.THROTTLED: 429}.get(refused.no, 200)
        if refused.details == "txt":
            return PlainTextResponse(f"ERR {code}: {words}\n", status)
        return _json({"status": "ERROR", "error": {"code": code, "text": words}}, status)

    def receipt(self, text: Text, event: Event) -> dict[str, Any] | None:
        status, error = ("ENROUTE" if event.stage is Stage.SENT else "DELIVRD"), ""
        if event.trouble is not None:
            status, error = TROUBLES[event.trouble]
        at = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="seconds")
        return {"id": text.id, "ref": text.asked.reference, "status": status, "error": error, "at": at}

    def reply(self, written: Written) -> dict[str, Any]:
        at = datetime.fromtimestamp(written.at, UTC).isoformat(timespec="seconds")
        return {
            "id": written.id,
            "from": written.phone.lstrip("+"),
            "to": written.sender,
            "text": written.text,
            "at": at,
        }

    def letter(self, url: str, items: Sequence[dict[str, Any]]) -> tuple[bytes, Mapping[str, str]]:
        return urlencode(items[0]).encode(), {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Gateway-Secret": self.account.receipt_secret,
        }


def _fields(call: Call) -> dict[str, str]:
    if call.method == "GET":
        return dict(call.query)
    if call.headers.get("content-type", "").startswith("application/json"):
        return {key: as_text(value) for key, value in call.json().items()}
    return call.form()


def _form_of(call: Call) -> str:
    return "txt" if call.path.endswith(".txt") else ""


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(told), status, media_type="application/json")
