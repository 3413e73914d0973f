"""The pretend Stripe as tests and the demo hold it in hand."""

from typing import Any

from simulators.common.steering import SideDoor


class PaymentSteering(SideDoor):
    """A client of the side door."""

    def set_account(self, **fields: str) -> None:
        """Set `key`, `signing_secret`, `webhook_url`."""
        self._ask("POST", "account", json=fields)

    def sessions(self) -> list[dict[str, Any]]:
        """All sessions, oldest first; `page` is where each is paid."""
        found: list[dict[str, Any]] = self._ask("GET", "sessions")["sessions"]
        return found

    def open_page(self, page: str) -> int:
        """Open a payment page as a phone does that shows a preview; the HTTP status."""
        return self._session.get(page, timeout=30, allow_redirects=False).status_code

    def pay(self, page: str) -> int:
        """Press the button of a payment page; 303 when it was paid."""
        return self._session.post(page, timeout=30, allow_redirects=False).status_code

    def expire(self, session: str) -> None:
        """The session's time is over."""
        self._ask("POST", "expire", json={"session": session})

    def refund(self, session: str, amount: int = 0) -> None:
        """Give back so much of the smallest unit; 0 is all."""
        self._ask("POST", "refund", json={"session": session, "amount": amount})

    def callback(
        self, event: dict[str, Any], *, sign: bool = True, spoil: bool = False, at: float = 0.0, url: str = ""
    ) -> int:
        """Post this event as Stripe would, or as a forger would; the HTTP status of the answer."""
        asked = {"event": event, "sign": sign, "spoil": spoil, "at": at, "url": url}
        return int(self._ask("POST", "callback", json=asked)["status"])

    def reset(self) -> None:
        """As at the start; the journal goes on."""
        self._ask("POST", "reset", json={})
