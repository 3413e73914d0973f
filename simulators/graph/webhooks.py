"""Webhook bodies: the updates, the envelope around them, the bytes on the wire and their signature."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from simulators.graph.account import Account


@dataclass(frozen=True, slots=True)
class Update:
    """One thing to tell.

    `kind` is the list it goes into (`statuses`, `messages`, `user_preferences`), or `value` when `item` is the whole
    value of a management field. `note` is its short form for the journal.
    """

    kind: str
    item: dict[str, Any]
    note: list[Any]
    name: str = "messages"
    phone_number_id: str = ""
    contact: dict[str, Any] | None = field(default=None)

    @property
    def goes_with(self) -> tuple[str, str, str]:
        """Neighbours that share this go into one change."""
        return self.name, self.kind, self.phone_number_id


def body_of(updates: list[Update], account: Account, now: float) -> dict[str, Any]:
    """The body that tells these updates, in their order."""
    changes: list[dict[str, Any]] = []
    for (name, kind, phone_number_id), group in groupby(updates, key=lambda update: update.goes_with):
        if kind == "value":
            changes.extend({"value": update.item, "field": name} for update in group)
        else:
            changes.append({"value": _value(list(group), kind, phone_number_id, account), "field": name})
    entry: dict[str, Any] = {"id": account.waba_id, "changes": changes}
    if any(update.kind == "value" for update in updates):
        entry["time"] = int(now)
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _value(updates: list[Update], kind: str, phone_number_id: str, account: Account) -> dict[str, Any]:
    phone = account.phone_numbers.get(phone_number_id, "")
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": phone.lstrip("+").replace(" ", ""), "phone_number_id": phone_number_id},
    }
    if contacts := {update.contact["user_id"]: update.contact for update in updates if update.contact}:
        value["contacts"] = list(contacts.values())
    value[kind] = [update.item for update in updates]
    return value


def wire_bytes(body: dict[str, Any]) -> bytes:
    """JSON as Meta writes it: nothing but ASCII, lower-case \\uXXXX escapes, and slashes escaped as well."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def signature(app_secret: str, raw: bytes) -> str:
    """The hex HMAC-SHA256 that goes into `X-Hub-Signature-256`."""
    return hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
