"""Vonage's wire, the Messages API: JSON in, problems as in RFC 7807, callbacks under a JWT that names the body's hash.
Source: its API reference and its list of errors.
"""

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.responses import Response

from simulators.common.side_door import json_object
from simulators.sms.accounts import VonageAccount
from simulators.sms.wires.wire import Outcome, as_text, basic, same, with_plus
from simulators.sms.words import Asked, Call, Event, No, Refused, Stage, Text, Trouble, Written

BALANCE = "/account/get-balance"
TYPES = "https://developer.vonage.com/api-errors/messages#"
LONGEST_TOKEN = 15 * 60  # seconds

REFUSALS: dict[No, tuple[int, str, str]] = {
    No.CREDENTIALS: (401, "https://developer.vonage.com/api-errors#unauthorized", "Unauthorized"),
    No.MALFORMED: (422, TYPES + "1010", "Missing params"),
    No.NUMBER: (422, TYPES + "1170", "Invalid or Missing Msisdn Param"),
    No.LANDLINE: (422, TYPES + "1040", "Invalid message"),
    No.SENDER: (422, TYPES + "1120", "Illegal Sender Address"),
    No.OPTED_OUT: (422, TYPES + "1050", "Number barred"),
    No.COUNTRY: (422, TYPES + "1040", "Invalid message"),
    No.EMPTY: (422, TYPES + "1010", "Missing params"),
    No.LENGTH: (422, TYPES + "1090", "Message too long"),
    No.DUPLICATE: (422, TYPES + "1320", "Message already sent"),
    No.CREDIT: (402, "https://developer.vonage.com/api-errors#low-balance", "Low balance"),
    No.THROTTLED: (429, TYPES + "1000", "Throttled"),
    No.BROKEN: (500, TYPES + "1030", "Internal error"),
}  # fmt: skip
TROUBLES: dict[Trouble, tuple[str, int, str]] = {
    Trouble.ABSENT: ("undeliverable", 1180, "Absent Subscriber - Temporary"),
    Trouble.DEAD: ("undeliverable", 1190, "Absent Subscriber - Permanent"),
    Trouble.LANDLINE: ("undeliverable", 1260, "Destination unreachable"),
    Trouble.BARRED: ("rejected", 1240, "Illegal Number"),
    Trouble.FILTERED: ("rejected", 1210, "Anti-Spam Rejection"),
    Trouble.NETWORK: ("undeliverable", 1230, "Network Error"),
    Trouble.EXPIRED: ("rejected", 1360, "TTL was reached"),
}


class Vonage:
    name = "vonage"
    most_items = 1
    hears_stop = False
    refuses_landlines = False
    longest = 1000

    def __init__(self, account: VonageAccount) -> None:
        self.account = account

    def serves(self, call: Call) -> bool:
        return call.path in ("/v1/messages", BALANCE)

    def asks_balance(self, call: Call) -> bool:
        return call.method == "GET" and call.path == BALANCE

    def balance(self, left: Decimal) -> Response:
        return Response(orjson.dumps({"value": float(left), "autoReload": False}), media_type="application/json")

    def authorise(self, call: Call) -> None:
        """Key and secret, or a token that the application's private key has signed lately."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.account.public_key and not self.asks_balance(call):
            right = _is_signed(token, self.account.public_key, self.account.application_id, call.now)
        else:
            user, password = basic(call)
            right = same(user, self.account.api_key) and same(password, self.account.api_secret)
        if not right:
            raise Refused(No.CREDENTIALS)

    def read(self, call: Call) -> list[Asked]:
        body = call.json()
        wrong = [name for name, one in (("message_type", "text"), ("channel", "sms")) if body.get(name) != one]
        wrong += [name for name in ("to", "from", "text") if not as_text(body.get(name))]
        if wrong:
            raise Refused(No.MALFORMED, f"Your request body is missing or has a wrong {wrong[0]}")
        reference = as_text(body.get("client_ref"))
        if len(reference) > 100:
            raise Refused(No.NUMBER, "client_ref is longer than 100 characters")
        to = as_text(body["to"])
        # Digits only: a + is not an E.164 number to this API.
        to = "" if to.startswith("+") else with_plus(to)
        return [Asked(to, as_text(body["from"]), body["text"], reference, as_text(body.get("webhook_url")))]

    def new_id(self, asked: Asked) -> str:
        return str(uuid.uuid4())

    def answer(self, call: Call, outcomes: Sequence[Outcome]) -> Response:
        ((_, outcome),) = outcomes
        if isinstance(outcome, Refused):
            return self.refusal(outcome)
        return Response(orjson.dumps({"message_uuid": outcome.id}), 202, media_type="application/json")

    def refusal(self, refused: Refused) -> Response:
        status, kind, title = REFUSALS[refused.no]
        told = {"type": kind, "title": title, "detail": refused.details or title, "instance": uuid.uuid4().hex}
        return Response(orjson.dumps(told), status, media_type="application/problem+json")

    def receipt(self, text: Text, event: Event) -> dict[str, Any] | None:
        """SMS are charged when they are submitted, so the price comes with that."""
        told = {
            "message_uuid": text.id, "to": text.asked.to.lstrip("+"), "from": text.asked.sender.lstrip("+"),
            "timestamp": _moment(event.at), "channel": "sms", "destination": {"network_code": "45400"},
            **({"client_ref": text.asked.reference} if text.asked.reference else {}),
        }  # fmt: skip
        if event.trouble is not None:
            status, code, title = TROUBLES[event.trouble]
            error = {"type": f"{TYPES}{code}", "title": str(code), "detail": title, "instance": text.id}
            return told | {"status": status, "error": error}
        if event.stage is Stage.SENT:
            usage = {"currency": self.account.currency, "price": self.account.price}
            return told | {"status": "submitted", "usage": usage, "sms": {"count_total": str(text.parts)}}
        return told | {"status": "delivered"}

    def reply(self, written: Written) -> dict[str, Any]:
        return {
            "message_uuid": written.id, "to": written.sender.lstrip("+"), "from": written.phone.lstrip("+"),
            "timestamp": _moment(written.at), "channel": "sms", "message_type": "text", "text": written.text,
            "sms": {"num_messages": "1"},
        }  # fmt: skip

    def letter(self, url: str, items: Sequence[dict[str, Any]]) -> tuple[bytes, Mapping[str, str]]:
        raw = orjson.dumps(items[0])
        account = self.account
        claims = {
            "iat": int(time.time()), "jti": str(uuid.uuid4()), "iss": "Vonage", "api_key": account.api_key,
            "payload_hash": hashlib.sha256(raw).hexdigest(), "application_id": account.application_id,
        }  # fmt: skip
        head = f"{_base64(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_base64(orjson.dumps(claims))}"
        mac = hmac.new(account.signature_secret.encode(), head.encode(), hashlib.sha256).digest()
        token = f"{head}.{_base64(mac)}"
        return raw, {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def _is_signed(token: str, public_key: str, application_id: str, now: float) -> bool:
    """Whether a token is the application's: RS256, its id, and an end within a quarter of an hour of its beginning."""
    key = load_pem_public_key(public_key.encode())
    head, _, given = token.rpartition(".")
    try:
        header, claims = (json_object(_unbase64(part)) for part in head.split("."))
        if not isinstance(key, RSAPublicKey) or header.get("alg") != "RS256":
            return False
        key.verify(_unbase64(given), head.encode(), PKCS1v15(), SHA256())
        begins = int(claims["iat"])
        ends = int(claims.get("exp", begins + LONGEST_TOKEN))
        return claims["application_id"] == application_id and now < ends <= begins + LONGEST_TOKEN and "jti" in claims
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return False


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
