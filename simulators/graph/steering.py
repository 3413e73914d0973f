"""The simulator as tests and the demo hold it in hand: one method for each thing behind `/_sim`."""

import base64
from typing import Any

from simulators.common.steering import SideDoor


class Steering(SideDoor):
    """A client of the side door. Methods raise RuntimeError with the simulator's words when a wish is impossible."""

    def inbound(self, sender: str, text: str = "Hello", **more: Any) -> dict[str, Any]:
        """Somebody writes now. More: `message`, `phone_number_id`, `hide_phone`, `at`, `quotes`, `clicked_ad`."""
        return self._ask("POST", "inbound", json={"from": sender, "text": text, **more})

    def write(self, sender: str, kind: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Somebody writes this kind of message now: `simulators.graph.inbound_kinds` has the fields. More as above."""
        return self.inbound(sender, wish={"kind": kind, **fields}, **more)

    def send_file(self, sender: str, kind: str, data: bytes, mime_type: str, **fields: Any) -> dict[str, Any]:
        """Somebody sends a file now. Fields: `caption`, `filename`, `voice`, `animated`, `sha256`."""
        coded = base64.b64encode(data).decode()
        return self.write(sender, kind, {"data": coded, "mime_type": mime_type, **fields})

    def move_clock(self, ahead_seconds: float) -> None:
        """Let the provider's clock run so many seconds before the machine's; 0 puts it right again."""
        self._ask("POST", "clock", json={"ahead_seconds": ahead_seconds})

    def preference(self, sender: str, value: str = "stop", **more: Any) -> dict[str, Any]:
        """Somebody switches marketing off (`stop`) or on (`resume`) in WhatsApp itself."""
        return self._ask("POST", "preference", json={"from": sender, "value": value, **more})

    def review_template(self, template: str, event: str = "APPROVED", **more: Any) -> dict[str, Any]:
        """Judge a template (id, name, or name:language). More: `reason`, `recommendation`, `category`."""
        return self._ask("POST", f"template/{template}/review", json={"event": event, **more})

    def pause_template(self, template: str, title: str = "FIRST_PAUSE") -> dict[str, Any]:
        """Pause it, or with `DISABLED` for good."""
        return self._ask("POST", f"template/{template}/pause", json={"title": title})

    def unpause_template(self, template: str) -> dict[str, Any]:
        """Let it be sent again."""
        return self._ask("POST", f"template/{template}/unpause")

    def change_category(self, template: str, category: str, *, warning: bool = False) -> dict[str, Any]:
        """Change the category of an approved template, or announce it."""
        return self._ask("POST", f"template/{template}/category", json={"category": category, "warning": warning})

    def change_number(self, phone_number_id: str, **facts: Any) -> dict[str, Any]:
        """Set what the number's node tells, such as `quality_rating` or `status`."""
        return self._ask("POST", f"number/{phone_number_id}", json=facts)

    def webhook(self, payload: dict[str, Any] | None = None, raw: bytes | None = None) -> int:
        """Post an object or exact bytes to the webhook, signed; its HTTP status."""
        asked = {"payload": payload} if raw is None else {"raw_base64": base64.b64encode(raw).decode()}
        return int(self._ask("POST", "webhook", json=asked)["status"])

    def handshake(self, **more: Any) -> str:
        """Do the webhook handshake; `ok`, or what went wrong. More: another `verify_token`."""
        return str(self._ask("POST", "handshake", json=more)["outcome"])

    def reset(self, *, keep_templates: bool = False) -> None:
        """As at the start; the journal goes on."""
        self._ask("POST", "reset", json={"keep_templates": keep_templates})
