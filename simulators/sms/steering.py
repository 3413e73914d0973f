"""The pretend gateways as tests and the demo hold them in hand."""

from typing import Any

from simulators.common.steering import SideDoor


class SmsSteering(SideDoor):
    """A client of the side door. `gateway` is twilio, vonage, infobip or plain; `misbehave` without it means all."""

    def set_account(self, gateway: str, **fields: Any) -> None:
        """Set fields of the account: `senders`, `inbound_url`, keys, prices."""
        self._ask("POST", "account", json={"gateway": gateway, **fields})

    def inbound(self, gateway: str, sender: str, text: str = "Hello", to: str = "") -> str:
        """Somebody writes now to one of the account's numbers; the id of the text."""
        return str(
            self._ask("POST", "inbound", json={"gateway": gateway, "from": sender, "text": text, "to": to})["id"]
        )

    def callback(self, gateway: str, url: str, item: dict[str, Any], *, sign: bool = True, spoil: bool = False) -> int:
        """Post this item as the gateway would, or as a forger would; the HTTP status of the answer."""
        asked = {"gateway": gateway, "url": url, "item": item, "sign": sign, "spoil": spoil}
        return int(self._ask("POST", "callback", json=asked)["status"])

    def reset(self) -> None:
        """As at the start; the journal goes on."""
        self._ask("POST", "reset", json={})
