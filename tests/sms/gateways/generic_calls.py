"""A gateway that is described instead of programmed."""

from typing import Any

from sms.gateways.gateway import Account, Callback
from sms.gateways.generic.configuration import GenericConfiguration, GenericSecrets
from tests.sms.gateways.accounts import CALLBACKS, account

PASSWORD = "harbour & tea/1"


HARBOUR: dict[str, Any] = {
    "url": "https://sms.example.test/send",
    "form": {"user": "harbour", "pass": "{secret.password}", "to": "{to_digits}", "from": "{sender}", "text": "{text}",
             "type": "{encoding}", "ref": "{reference}", "dlr": "{callback}?ref={reference}"},
    "accepted": {"when": [{"at": {"json_pointer": "/status"}, "is_one_of": ["ok"]}],
                 "id": {"json_pointer": "/message/id"}},
    "refused": [
        {"when": [{"at": {"json_pointer": "/error/code"}, "is_one_of": ["E03"]}], "failure": "recipient_bad",
         "code": {"json_pointer": "/error/code"}},
        {"when": [{"at": {"json_pointer": "/error/code"}, "is_one_of": ["E04"]}], "failure": "sender"},
        {"when": [{"says": "opted out"}], "failure": "recipient_refused"},
        {"statuses": [401, 403], "failure": "account"},
        {"statuses": [429], "failure": "route", "wait": 7},
    ],
    "receipts": {"id": "id", "reference": "?ref", "status": "state", "error": "why", "at": "at", "price": "price",
                 "currency": "money",
                 "statuses": {"DELIVRD": "delivered", "ENROUTE": "sent", "UNDELIV": "failed", "EXPIRED": "expired"},
                 "errors": {"absent": "recipient_away", "unknown": "recipient_bad"}},
    "replies": {"id": "id", "phone": "from", "sender": "to", "text": "text", "at": "at"},
    "callback_header": "x-gateway-secret",
}  # fmt: skip


def at_harbour(url: str = "https://sms.example.test", **more: Any) -> Account:
    configuration = GenericConfiguration.model_validate({**HARBOUR, "url": f"{url}/send", **more})
    values = {"password": PASSWORD, "callback": "told-only-to-them", "basic": "basic-password"}
    return account(configuration, GenericSecrets.model_validate({"values": values}))


def told(body: str, kind: str = "receipt", query: str = "", **headers: str) -> Callback:
    url = f"{CALLBACKS}/{kind}" + (f"?{query}" if query else "")
    given = {"x-gateway-secret": "told-only-to-them", **headers}
    return Callback(kind, "POST", url, query, given, body.encode())  # type: ignore[arg-type]
