"""A customer of each pretend gateway, with the product's own adapter: real HTTP out, real callbacks in."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulators.process import SmsSimulator
from sms.gateways.gateway import Account, Callback, Gateway, Receipt, Reply, Taken, Unknown
from sms.gateways.generic.adapter import Generic
from sms.gateways.infobip.adapter import Infobip
from sms.gateways.twilio.adapter import Twilio
from sms.gateways.vonage.adapter import Vonage
from tests.sms.gateways.accounts import submission
from tests.sms.gateways.listener import Asked, Listener

PLAIN: dict[str, Any] = {
    "form": {"username": "harbour", "password": "{secret.password}", "to": "{to_digits}", "from": "{sender}",
             "text": "{text}", "ref": "{reference}", "dlr_url": "{callback}?ref={reference}"},
    "accepted": {"when": [{"at": {"json_pointer": "/status"}, "is_one_of": ["OK"]}],
                 "id": {"json_pointer": "/message/id"}},
    "refused": [
        *({"when": [{"at": {"json_pointer": "/error/code"}, "is_one_of": [code]}], "failure": failure,
           "code": {"json_pointer": "/error/code"}}
          for code, failure in {"E01": "account", "E03": "recipient_bad", "E04": "sender", "E05": "content",
                                "E06": "account", "E07": "route", "E08": "recipient_refused"}.items()),
    ],
    "receipts": {"id": "id", "reference": "?ref", "status": "status", "error": "error", "at": "at",
                 "statuses": {"ENROUTE": "sent", "DELIVRD": "delivered", "UNDELIV": "failed", "REJECTD": "failed",
                              "EXPIRED": "expired"},
                 "errors": {"absent": "recipient_away", "unknown": "recipient_bad", "optout": "recipient_refused"}},
    "replies": {"id": "id", "phone": "from", "sender": "to", "text": "text", "at": "at"},
    "callback_header": "x-gateway-secret",
}  # fmt: skip


@dataclass
class Customer:
    """One account at one gateway, and what came back to it."""

    adapter: Gateway
    account: Account
    listener: Listener

    def send(self, text: str = "Harbour Tea: tea is in.", to: str = "+85261234567", sender: str = "#HARBOUR") -> Taken:
        """A text with a reference of its own."""
        return self.adapter.send(self.account, replace(submission(text, to, sender), reference=uuid.uuid4()))

    def calls(self, kind: str = "receipt") -> list[Callback]:
        """What the gateway called, as our callbacks hand it to the adapter."""
        return [self._call(asked) for asked in self.listener.asked if asked.path.startswith(f"/{kind}")]

    def told(self, kind: str = "receipt") -> Sequence[Receipt | Reply | Unknown]:
        """The items of all calls that the adapter believes."""
        calls = self.calls(kind)
        assert all(self.adapter.verify(self.account, call) for call in calls)
        return [item for call in calls for item in self.adapter.read(self.account, call)]

    def progress(self) -> list[str]:
        """What the receipts say, sorted: they may overtake each other."""
        return sorted(item.progress.value for item in self.told() if isinstance(item, Receipt))

    def _call(self, asked: Asked) -> Callback:
        kind = "reply" if asked.path.startswith("/reply") else "receipt"
        url, query = f"{self.listener.url}{asked.path}", asked.path.partition("?")[2]
        return Callback(kind, asked.method, url, query, asked.headers, asked.body)  # type: ignore[arg-type]


def at_twilio(simulator: SmsSimulator, **secrets: str) -> tuple[Gateway, Any, Any]:
    adapter = Twilio()
    configuration = adapter.configuration(account_sid="AC" + "0" * 32, base_url=simulator.base_url)
    given = {"auth_token": "simulated-auth-token", **secrets}
    return adapter, configuration, adapter.secrets.model_validate(given)


def at_vonage(simulator: SmsSimulator, **secrets: str) -> tuple[Gateway, Any, Any]:
    adapter = Vonage()
    configuration = adapter.configuration(
        api_key="abcd1234", base_url=simulator.base_url, account_url=simulator.base_url
    )
    given = {"signature_secret": "simulated-signature-secret-0123456789", "api_secret": "simulated-api-secret"}
    return adapter, configuration, adapter.secrets.model_validate({**given, **secrets})


def at_infobip(simulator: SmsSimulator, **secrets: str) -> tuple[Gateway, Any, Any]:
    adapter = Infobip()
    configuration = adapter.configuration(base_url=simulator.base_url, balance_path="/account/1/balance")
    return adapter, configuration, adapter.secrets.model_validate({"api_key": "simulated-infobip-key", **secrets})


def at_plain(simulator: SmsSimulator, **secrets: str) -> tuple[Gateway, Any, Any]:
    adapter = Generic()
    balance = {
        "url": f"{simulator.base_url}/plain/credit", "headers": {"X-Api-Key": "{secret.password}"},
        "amount": {"after": "credit=", "until": " "},
    }  # fmt: skip
    described = {**PLAIN, "url": f"{simulator.base_url}/plain/send", "balance": balance}
    configuration = adapter.configuration.model_validate(described)
    values = {"password": "simulated-password", "callback": "simulated-receipt-secret", **secrets}
    return adapter, configuration, adapter.secrets.model_validate({"values": values})


GATEWAYS: dict[str, Callable[..., tuple[Gateway, Any, Any]]] = {
    "twilio": at_twilio, "vonage": at_vonage, "infobip": at_infobip, "plain": at_plain,
}  # fmt: skip


def customer_of(name: str, simulator: SmsSimulator, listener: Listener, **secrets: str) -> Customer:
    adapter, configuration, kept = GATEWAYS[name](simulator, **secrets)
    return Customer(adapter, Account(uuid.UUID(int=7), configuration, kept, listener.url), listener)
