"""WhatsApp as a carrier: our attempt's id travels with each message and comes back in its delivery reports."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import requests
from django.apps import apps
from django.conf import settings

from messaging.carriers import Accepted, EventItem, Outgoing, Retry, SendFailed, register
from messaging.whatsapp.addresses import BSUID, PHONE
from messaging.whatsapp.client import Address, CloudApi, Credentials
from messaging.whatsapp.graph import node
from messaging.whatsapp.webhooks import SIGNATURE_HEADER, parse, verify_signature
from messaging.wire import new_session

KINDS = frozenset(
    {
        "text",
        "template",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "reaction",
        "interactive",
    }
)
_BODY_KEYS = frozenset({"type", "context", "recipient_identity_key_hash"})


class Account(Protocol):
    """The WhatsApp Business Account behind a number, as far as sending needs it."""

    @property
    def access_token(self) -> str: ...

    @property
    def app_secret(self) -> str: ...


class Sender(Protocol):
    """A number we send from."""

    @property
    def phone_number_id(self) -> str: ...

    @property
    def account(self) -> Account: ...


class WhatsAppCarrier:
    """The Cloud API behind the carrier interface. The address and the app secrets are read when they are used."""

    name = "whatsapp"

    def __init__(
        self,
        address: Callable[[], Address],
        app_secrets: Callable[[], Sequence[str]],
        session: requests.Session | None = None,
    ) -> None:
        self._address = address
        self._app_secrets = app_secrets
        self._session = session or new_session()

    def api(self, account: Account) -> CloudApi:
        """The Cloud API with this account's credentials, for everything that is not a message."""
        return CloudApi(Credentials(account.access_token, account.app_secret), self._address(), self._session)

    def send(self, sender: Sender, outgoing: Outgoing) -> Accepted:
        """Hand one message over, once. Raises `SendFailed`."""
        payload = payload_for(outgoing)
        if outgoing.sender_ref != sender.phone_number_id:
            raise SendFailed(
                "sender_mismatch", "The message belongs to another number", Retry.PERMANENT, scope="message"
            )
        try:
            api, number = self.api(sender.account), node(sender.phone_number_id)
        except ValueError as error:
            raise SendFailed("sender_unusable", str(error), Retry.HOLD, scope="sender") from None
        return api.send_message(number, payload)

    def verify(self, headers: Mapping[str, str], raw_body: bytes) -> bool:
        """Whether Meta signed these bytes with one of our app secrets."""
        found = [value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER]
        return len(found) == 1 and verify_signature(raw_body, found[0], self._app_secrets())

    def events(self, raw_body: bytes) -> Sequence[EventItem]:
        """The items of a webhook body. Raises `Malformed`."""
        return parse(raw_body)


def payload_for(outgoing: Outgoing) -> dict[str, Any]:
    """The whole request body. Refuses a body that would set the recipient or the reference itself."""
    kind = str(outgoing.body.get("type", ""))
    foreign = set(outgoing.body) - _BODY_KEYS - {kind}
    if kind not in KINDS or kind not in outgoing.body or foreign:
        wrong = ", ".join(sorted(foreign)) or "type"
        raise SendFailed("payload_refused", f"The message body may not carry: {wrong}", Retry.PERMANENT)
    return {
        **outgoing.body,
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(outgoing),
        "biz_opaque_callback_data": str(outgoing.attempt_id),
    }


def _recipient(outgoing: Outgoing) -> dict[str, str]:
    """Without the +, Meta puts the sender's country code in front and may reach a stranger; so it is not optional."""
    if outgoing.to_kind == "bsuid" and BSUID.fullmatch(outgoing.to):
        return {"recipient": outgoing.to}
    if outgoing.to_kind == "phone" and PHONE.fullmatch(outgoing.to):
        return {"to": outgoing.to}
    raise SendFailed(
        "recipient_refused", "A recipient is + with country code, or a business-scoped user id", Retry.PERMANENT
    )


def _address() -> Address:
    return Address(settings.GRAPH_BASE_URL, settings.GRAPH_VERSION)


def _app_secrets() -> Sequence[str]:
    """The current and the previous app secret of every account: Meta signs with either while one is being replaced."""
    rows = apps.get_model("messaging", "WhatsAppAccount").objects.values_list("app_secret", "previous_app_secret")
    return [secret for row in rows for secret in row if secret]


register(WhatsAppCarrier(_address, _app_secrets))
