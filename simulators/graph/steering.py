"""The simulator as tests and the demo hold it in hand: one method for each thing behind `/_sim`."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import requests


class Steering:
    """A client of the side door. Methods raise RuntimeError with the simulator's words when a wish is impossible."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    def _ask(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        answer = self._session.request(method, f"{self.base_url}/_sim/{path}", timeout=30, **kwargs)
        told: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {told['problem']}")
        return told

    def health(self) -> dict[str, Any]:
        """`quiet`, `to_come` and `counts`."""
        return self._ask("GET", "health")

    def misbehave(self, **fields: Any) -> dict[str, Any]:
        """Set fields of `Misbehaviour`; the others stay."""
        return self._ask("POST", "misbehaviour", json=fields)

    def inbound(self, sender: str, text: str = "Hello", **more: Any) -> dict[str, Any]:
        """Somebody writes now. More: `button`, `message`, `phone_number_id`, `hide_phone`, `at`."""
        return self._ask("POST", "inbound", json={"from": sender, "text": text, **more})

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

    def journal(self, kind: str = "", since: int = 0) -> Iterator[dict[str, Any]]:
        """The lines of the journal, of one kind or all, from a byte offset on."""
        while True:
            page = self._ask("GET", "journal", params={"since": since, "kind": kind})
            yield from page["entries"]
            if not page["more"]:
                return
            since = page["next"]

    def journal_end(self) -> int:
        """The offset at which lines written from now on will begin."""
        since, more = 0, True
        while more:
            page = self._ask("GET", "journal", params={"since": since, "kind": "none"})
            since, more = page["next"], page["more"]
        return since

    def wait_until_quiet(self, seconds: float = 30.0) -> None:
        """Wait until nothing is to come. Raises TimeoutError with what still is."""
        deadline = time.monotonic() + seconds
        while not (told := self.health())["quiet"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"After {seconds} s there is still to come: {told['to_come']}")
            time.sleep(0.02)
