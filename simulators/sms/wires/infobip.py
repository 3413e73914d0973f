"""Infobip's wire: many texts in one JSON, a status for each, up to a hundred receipts in one body, nothing signed.
Source: the SMS part of its published OpenAPI, version 3 of sending.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from starlette.responses import Response

from simulators.sms.accounts import InfobipAccount
from simulators.sms.wires.wire import Outcome, as_text, same, with_plus
from simulators.sms.words import Asked, Call, Event, No, Refused, Stage, Text, Trouble, Written

Status = tuple[int, str, int, str]
BALANCE = "/account/1/balance"

# A text that is refused by itself: HTTP 200 and one of these.
REFUSALS: dict[No, Status] = {
    No.NUMBER: (5, "REJECTED", 52, "REJECTED_DESTINATION"),
    No.LANDLINE: (5, "REJECTED", 52, "REJECTED_DESTINATION"),
    No.SENDER: (5, "REJECTED", 13, "REJECTED_SENDER"),
    No.OPTED_OUT: (5, "REJECTED", 14, "REJECTED_DESTINATION_BLOCKLISTED"),
    No.COUNTRY: (5, "REJECTED", 19, "REJECTED_ROUTE_NOT_AVAILABLE"),
    No.LENGTH: (5, "REJECTED", 25, "REJECTED_MESSAGE_TOO_LONG"),
    No.DUPLICATE: (5, "REJECTED", 23, "REJECTED_DUPLICATE_MESSAGE_ID"),
    No.CREDIT: (5, "REJECTED", 12, "REJECTED_NOT_ENOUGH_CREDITS"),
}
# A call that is refused as a whole.
ERRORS: dict[No, tuple[int, str, str]] = {
    No.CREDENTIALS: (401, "E401", "Invalid login details"),
    No.MALFORMED: (400, "E400", "Request cannot be processed."),
    No.EMPTY: (400, "E400", "Request cannot be processed."),
    No.THROTTLED: (429, "E429", "Too many requests."),
    No.BROKEN: (500, "E500", "Internal server error."),
}
PENDING: Status = (1, "PENDING", 26, "PENDING_ACCEPTED")
SENT: Status = (1, "PENDING", 7, "PENDING_ENROUTE")
DELIVERED: Status = (3, "DELIVERED", 5, "DELIVERED_TO_HANDSET")
_LOST: Status = (2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED")
TROUBLES: dict[Trouble, tuple[Status, tuple[int, str, bool]]] = {
    Trouble.ABSENT: (_LOST, (27, "EC_ABSENT_SUBSCRIBER", False)),
    Trouble.DEAD: (_LOST, (1, "EC_UNKNOWN_SUBSCRIBER", True)),
    Trouble.LANDLINE: (_LOST, (11, "EC_TELESERVICE_NOT_PROVISIONED", True)),
    Trouble.BARRED: ((5, "REJECTED", 14, "REJECTED_DESTINATION_BLOCKLISTED"), (0, "NO_ERROR", False)),
    Trouble.FILTERED: ((2, "UNDELIVERABLE", 4, "UNDELIVERABLE_REJECTED_OPERATOR"), (0, "NO_ERROR", False)),
    Trouble.NETWORK: (_LOST, (34, "EC_SYSTEM_FAILURE", False)),
    Trouble.EXPIRED: ((4, "EXPIRED", 15, "EXPIRED_EXPIRED"), (0, "NO_ERROR", False)),
}


class Infobip:
    name = "infobip"
    most_items = 100
    hears_stop = False
    refuses_landlines = False
    longest = 1600

    def __init__(self, account: InfobipAccount) -> None:
        self.account = account

    def serves(self, call: Call) -> bool:
        return call.path in ("/sms/3/messages", BALANCE)

    def asks_balance(self, call: Call) -> bool:
        return call.method == "GET" and call.path == BALANCE

    def balance(self, left: Decimal) -> Response:
        return _json({"balance": float(left), "currency": self.account.currency}, 200)

    def authorise(self, call: Call) -> None:
        scheme, _, given = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "app" or not same(given, self.account.api_key):
            raise Refused(No.CREDENTIALS)

    def read(self, call: Call) -> list[Asked]:
        messages = call.json().get("messages")
        if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages) or not messages:
            raise Refused(No.MALFORMED, "messages: must not be empty")
        asked = [text for message in messages for text in _texts(message)]
        if not asked:
            raise Refused(No.MALFORMED, "messages[0].destinations: must not be empty")
        return asked

    def new_id(self, asked: Asked) -> str:
        return asked.own_id or uuid.uuid4().hex

    def answer(self, call: Call, outcomes: Sequence[Outcome]) -> Response:
        told = [_told(asked, outcome) for asked, outcome in outcomes]
        return _json({"bulkId": uuid.uuid4().hex, "messages": told}, 200)

    def refusal(self, refused: Refused) -> Response:
        status, code, words = ERRORS.get(refused.no, ERRORS[No.MALFORMED])
        violations = [{"property": "request", "violation": refused.details}] if refused.details else []
        told = {"errorCode": code, "description": words, "action": "", "violations": violations, "resources": []}
        return _json(told, status)

    def receipt(self, text: Text, event: Event) -> dict[str, Any] | None:
        status, error = SENT if event.stage is Stage.SENT else DELIVERED, (0, "NO_ERROR", False)
        if event.trouble is not None:
            status, error = TROUBLES[event.trouble]
        number, name, permanent = error
        return {
            "bulkId": text.id, "messageId": text.id, "to": text.asked.to.lstrip("+"), "sender": text.asked.sender,
            "sentAt": _moment(event.at), "doneAt": _moment(event.at), "messageCount": text.parts, "mccMnc": "45400",
            "callbackData": text.asked.reference,
            "price": {"pricePerMessage": float(self.account.price), "currency": self.account.currency},
            "status": _status(status),
            "error": {"groupId": 0 if not number else 1, "groupName": "OK" if not number else "HANDSET_ERRORS",
                      "id": number, "name": name, "description": name, "permanent": permanent},
        }  # fmt: skip

    def reply(self, written: Written) -> dict[str, Any]:
        return {
            "messageId": written.id, "from": written.phone.lstrip("+"), "to": written.sender.lstrip("+"),
            "text": written.text, "cleanText": written.text, "keyword": "", "receivedAt": _moment(written.at),
            "smsCount": 1, "callbackData": "", "price": {"pricePerMessage": 0, "currency": self.account.currency},
        }  # fmt: skip

    def letter(self, url: str, items: Sequence[dict[str, Any]]) -> tuple[bytes, Mapping[str, str]]:
        told: dict[str, Any] = {"results": list(items)}
        if "cleanText" in items[0]:
            told |= {"messageCount": len(items), "pendingMessageCount": 0}
        return orjson.dumps(told), {"Content-Type": "application/json"}


def _texts(message: dict[str, Any]) -> Iterator[Asked]:
    content, hooks = message.get("content"), message.get("webhooks")
    words = as_text(content.get("text")) if isinstance(content, dict) else ""
    hooks = hooks if isinstance(hooks, dict) else {}
    delivery = hooks.get("delivery")
    url = as_text(delivery.get("url")) if isinstance(delivery, dict) else ""
    destinations = message.get("destinations")
    for one in destinations if isinstance(destinations, list) else ():
        if isinstance(one, dict):
            own_id = as_text(one.get("messageId"))
            reference = as_text(hooks.get("callbackData")) or own_id
            to = with_plus(as_text(one.get("to")))
            yield Asked(to, as_text(message.get("sender")), words, reference, url, own_id)


def _told(asked: Asked, outcome: Text | Refused) -> dict[str, Any]:
    to = asked.to.lstrip("+")
    if isinstance(outcome, Refused):
        status = REFUSALS.get(outcome.no, (5, "REJECTED", 21, "REJECTED_SYSTEM_ERROR"))
        return {"messageId": asked.own_id or uuid.uuid4().hex, "status": _status(status), "destination": to}
    details = {"messageCount": outcome.parts}
    return {"messageId": outcome.id, "status": _status(PENDING), "destination": to, "details": details}


def _status(status: Status) -> dict[str, Any]:
    group, group_name, number, name = status
    words = name.replace("_", " ").lower()
    return {"groupId": group, "groupName": group_name, "id": number, "name": name, "description": words}


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(told), status, media_type="application/json")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
