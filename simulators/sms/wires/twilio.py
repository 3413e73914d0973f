"""Twilio's wire: form in, JSON out, callbacks signed over address and form. Source: the Messages resource of its
2010-04-01 API, its error dictionary and its page on webhook security.
"""

import base64
import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from simulators.sms.accounts import TwilioAccount
from simulators.sms.wires.wire import Outcome, basic, same
from simulators.sms.words import Asked, Call, Event, No, Refused, Stage, Text, Trouble, Written

PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/(?:Messages|Balance)\.json")

REFUSALS: dict[No, tuple[int, int, str]] = {
    No.CREDENTIALS: (401, 20003, "Authenticate"),
    No.MALFORMED: (400, 21604, "A 'To' phone number is required."),
    No.NUMBER: (400, 21211, "The 'To' number is not a valid phone number."),
    No.LANDLINE: (400, 21614, "'To' number is not a valid mobile number"),
    No.SENDER: (400, 21606, "The 'From' phone number provided is not a valid message-capable number."),
    No.OPTED_OUT: (400, 21610, "Attempt to send to unsubscribed recipient"),
    No.COUNTRY: (400, 21408, "Permission to send an SMS has not been enabled for the region."),
    No.EMPTY: (400, 21602, "Message body is required."),
    No.LENGTH: (400, 21617, "The concatenated message body exceeds the 1600 character limit."),
    No.DUPLICATE: (409, 20409, "Conflict"),
    No.CREDIT: (400, 30002, "Account suspended"),
    No.THROTTLED: (429, 20429, "Too Many Requests"),
    No.BROKEN: (500, 20500, "Internal server error"),
}
TROUBLES: dict[Trouble, tuple[str, int]] = {
    Trouble.ABSENT: ("undelivered", 30003),
    Trouble.DEAD: ("undelivered", 30005),
    Trouble.LANDLINE: ("undelivered", 30006),
    Trouble.BARRED: ("undelivered", 30004),
    Trouble.FILTERED: ("undelivered", 30007),
    Trouble.NETWORK: ("undelivered", 30008),
    Trouble.EXPIRED: ("failed", 30036),
}


class Twilio:
    name = "twilio"
    most_items = 1
    hears_stop = True
    refuses_landlines = True
    longest = 1600

    def __init__(self, account: TwilioAccount) -> None:
        self.account = account

    def serves(self, call: Call) -> bool:
        return PATH.fullmatch(call.path) is not None

    def asks_balance(self, call: Call) -> bool:
        return call.method == "GET" and call.path.endswith("/Balance.json")

    def balance(self, left: Decimal) -> Response:
        account = self.account
        return _json({"account_sid": account.account_sid, "balance": str(left), "currency": account.currency}, 200)

    def authorise(self, call: Call) -> None:
        """The auth token, or the secret of the API key; both for the account in the path."""
        user, password = basic(call)
        account = self.account
        by_token = same(user, account.account_sid) and same(password, account.auth_token)
        by_key = same(user, account.api_key_sid) and same(password, account.api_key_secret)
        found = PATH.fullmatch(call.path)
        if not (by_token or by_key) or found is None or found[1] != account.account_sid:
            raise Refused(No.CREDENTIALS)

    def read(self, call: Call) -> list[Asked]:
        form = call.form()
        if not form.get("To"):
            raise Refused(No.MALFORMED)
        if not (form.get("From") or form.get("MessagingServiceSid")):
            raise Refused(No.SENDER, "A 'From' or 'MessagingServiceSid' parameter is required.")
        url = form.get("StatusCallback", "")
        sender = form.get("From") or next(iter(self.account.senders), "")
        return [Asked(form["To"], sender, form.get("Body", ""), _reference(url), url)]

    def new_id(self, asked: Asked) -> str:
        return "SM" + uuid.uuid4().hex

    def answer(self, call: Call, outcomes: Sequence[Outcome]) -> Response:
        ((asked, outcome),) = outcomes
        if isinstance(outcome, Refused):
            return self.refusal(outcome)
        now = format_datetime(datetime.fromtimestamp(call.now, UTC))
        uri = f"/2010-04-01/Accounts/{self.account.account_sid}/Messages/{outcome.id}.json"
        service = call.form().get("MessagingServiceSid") or None
        told: dict[str, Any] = {
            "sid": outcome.id, "account_sid": self.account.account_sid, "messaging_service_sid": service,
            "from": None if service else asked.sender, "to": asked.to, "body": asked.text,
            "status": "accepted" if service else "queued", "num_segments": "0" if service else str(outcome.parts),
            "num_media": "0", "price": None, "price_unit": self.account.currency, "error_code": None,
            "error_message": None, "direction": "outbound-api", "date_created": now, "date_sent": None,
            "date_updated": now, "api_version": "2010-04-01", "uri": uri, "subresource_uris": {},
        }  # fmt: skip
        return _json(told, 201)

    def refusal(self, refused: Refused) -> Response:
        status, code, words = REFUSALS[refused.no]
        info = f"https://www.twilio.com/docs/errors/{code}"
        return _json({"code": code, "message": refused.details or words, "more_info": info, "status": status}, status)

    def receipt(self, text: Text, event: Event) -> dict[str, Any] | None:
        status, code = (event.stage.value, 0) if event.trouble is None else TROUBLES[event.trouble]
        told = {
            "MessageSid": text.id, "SmsSid": text.id, "MessageStatus": status, "SmsStatus": status,
            "AccountSid": self.account.account_sid, "From": text.asked.sender, "To": text.asked.to,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if event.stage is not Stage.SENT:
            told["RawDlrDoneDate"] = datetime.fromtimestamp(event.at, UTC).strftime("%y%m%d%H%M")
        return told | ({"ErrorCode": str(code)} if code else {})

    def reply(self, written: Written) -> dict[str, Any]:
        told = {
            "MessageSid": written.id, "SmsMessageSid": written.id, "SmsSid": written.id, "SmsStatus": "received",
            "AccountSid": self.account.account_sid, "From": written.phone, "To": written.sender, "Body": written.text,
            "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        return told | ({"OptOutType": written.asks} if written.asks else {})

    def letter(self, url: str, items: Sequence[dict[str, Any]]) -> tuple[bytes, Mapping[str, str]]:
        (form,) = items
        covered = url + "".join(key + form[key] for key in sorted(form))
        mac = hmac.new(self.account.auth_token.encode(), covered.encode(), hashlib.sha1).digest()
        return urlencode(form).encode(), {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": base64.b64encode(mac).decode(),
        }


def _reference(url: str) -> str:
    """What the journal knows the text by: Twilio has no field for it, so it is taken from the callback's address."""
    return url.rpartition("=")[2] if "=" in url else ""


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(told), status, media_type="application/json")
