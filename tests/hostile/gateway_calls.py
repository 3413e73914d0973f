"""Calls as SMS gateways make them, each with an account at it, and what can stand in a field of a form."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.hostile.poison import POISONS, Path, places, poisoned
from tests.sms.gateways.test_generic import HARBOUR

AT, PHONE = "2026-03-02T04:00:05Z", "85261230009"
ACCOUNTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "twilio": ({"account_sid": "AC" + "3" * 32}, {"auth_token": "test-auth-token-0003"}),
    "infobip": ({"base_url": "https://xyz.api.infobip.com"}, {"api_key": "an-api-key-0001"}),
    "vonage": ({"api_key": "abcd1234"}, {"signature_secret": "a-signature-secret", "api_secret": "an-api-secret"}),
    "generic": (HARBOUR, {"values": {"password": "harbour", "callback": "a-secret"}}),
}
# As it stands in the form: half of it means something else in JSON, or cannot be written there.
IN_FORMS = {
    "nul": "%00", "nul_inside": "tea%00drinkers", "half_surrogate": "%ED%A0%80", "no_utf_8": "%FF%FE", "percent": "%ZZ",
    "empty": "", "space": "+12", "line_end": "1%0A2", "nan": "NaN", "overflow": "1e400", "4301_digits": "1" * 4301,
    "negative": "-1", "full_width": "%EF%BC%91%EF%BC%92", "year_10000": "253402300800", "no_year": "99999999999999",
    "very_long": "x" * 20_000, "sql": "%27%3B+DROP+TABLE+x%3B--", "mark": "%E2%80%AE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One sound call: `fields` are the whole of a form, or of a JSON body."""

    kind: str
    way: str
    fields: dict[str, Any]

    def body(self) -> bytes:
        return json.dumps(self.fields).encode() if self.way == "json" else urlencode(self.fields).encode()


def calls(gateway: str, name: str, reference: str) -> dict[str, Told]:
    """A receipt and a reply in the gateway's own words, about a text of this name."""
    return {"twilio": _twilio, "infobip": _infobip, "vonage": _vonage, "generic": _generic}[gateway](name, reference)


def _twilio(name: str, reference: str) -> dict[str, Told]:
    said = {"MessageSid": f"SM{name}", "To": "+85261234567", "From": "#HARBOUR"}
    receipt = {**said, "MessageStatus": "delivered", "ErrorCode": "30008", "RawDlrDoneDate": "2603021200"}
    reply = {**said, "From": f"+{PHONE}", "Body": "Is it back?", "OptOutType": ""}
    return {"receipt": Told("receipt", "form", receipt), "reply": Told("reply", "form", reply)}


def _infobip(name: str, reference: str) -> dict[str, Told]:
    """Two items a call: the second is sound."""
    receipt = {
        "bulkId": "b-1", "messageId": f"m-{name}", "to": PHONE, "sender": "#HARBOUR", "sentAt": AT, "doneAt": AT,
        "messageCount": 1, "callbackData": reference, "price": {"pricePerMessage": 0.4, "currency": "HKD"},
        "status": {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "…"},
        "error": {"groupId": 0, "id": 0, "name": "NO_ERROR", "permanent": False},
    }  # fmt: skip
    reply = {"messageId": f"m-{name}", "from": PHONE, "to": "85268001234", "text": "Is it back?",
             "cleanText": "Is it back?", "keyword": "", "receivedAt": AT, "smsCount": 1}  # fmt: skip
    return {
        shape: Told(shape, "json", {"results": [one, {**deepcopy(one), "messageId": f"m-{name}-beside"} | alone]})
        for shape, one, alone in (("receipt", receipt, {"callbackData": ""}), ("reply", reply, {}))
    }


def _vonage(name: str, reference: str) -> dict[str, Told]:
    """By its Messages API, and by the older one."""
    told = {"message_uuid": f"u-{name}", "to": PHONE, "from": "HARBOUR", "timestamp": AT, "channel": "sms"}
    receipt = {
        **told, "status": "rejected", "client_ref": reference, "usage": {"price": "0.4", "currency": "EUR"},
        "destination": {"network_code": "45400"},
        "error": {"type": "https://x.test#1320", "title": "1320", "detail": "x", "instance": "y"},
    }  # fmt: skip
    reply = {**told, "from": PHONE, "to": "HARBOUR", "text": "Is it back?", "sms": {"num_messages": "1"}}
    old = {
        "messageId": f"u-{name}", "status": "delivered", "msisdn": PHONE, "to": "HARBOUR", "err-code": "0",
        "price": "0.4", "scts": "2603021200", "client-ref": reference, "message-timestamp": "2026-03-02 04:00:05",
    }  # fmt: skip
    return {
        "receipt": Told("receipt", "json", receipt),
        "reply": Told("reply", "json", reply),
        "old receipt": Told("receipt", "form", old),
    }


def _generic(name: str, reference: str) -> dict[str, Told]:
    receipt = {"id": f"g-{name}", "state": "DELIVRD", "why": "absent", "at": AT, "price": "0.4", "money": "HKD"}
    reply = {"id": f"g-{name}", "from": PHONE, "to": "HARBOUR", "text": "Is it back?", "at": AT}
    return {"receipt": Told("receipt", "form", receipt), "reply": Told("reply", "form", reply)}


def poisoned_bodies(told: Told) -> Iterator[tuple[str, Path, bytes]]:
    """Every poison in every field: its name, the field, the body."""
    if told.way == "json":
        for path in places(told.fields):
            for poison, raw in POISONS.items():
                yield poison, path, poisoned(told.fields, path, raw)
        return
    for field in told.fields:
        for poison, raw in IN_FORMS.items():
            others = urlencode({name: value for name, value in told.fields.items() if name != field})
            yield poison, (field,), f"{others}&{field}={raw}".encode()
        yield "twice", (field,), f"{urlencode(told.fields)}&{field}=again".encode()


def named(body: bytes, name: str) -> bytes:
    """The same call about another text: made of one about the text `n`."""
    for start in (b"m-n", b"u-n", b"g-n", b"SMn"):
        body = body.replace(start, start[:-1] + name.encode())
    return body
