"""The pretend Stripe as tests and the demo hold it in hand."""

from typing import Any

from simulators.common.steering import SideDoor


class PaymentsSteering(SideDoor):
    """A client of the side door."""

    def set_account(self, **fields: str) -> None:
        """Set `webhook_url`, `key` or `signing_secret`."""
        self._ask("POST", "account", json=fields)

    def pay(self, session: str, **states: Any) -> dict[str, Any]:
        """Somebody pays this session (id or address of its page): the event's id and the session as it then is.

        `states` are fields that the event states differently from the truth, such as `amount_total`.
        """
        return self._ask("POST", "pay", json={"session": session, "states": states})

    def move_clock(self, ahead_seconds: float) -> None:
        """Let Stripe's clock run so many seconds before the machine's; 0 puts it right again."""
        self._ask("POST", "clock", json={"ahead_seconds": ahead_seconds})

    def callback(
        self, event: dict[str, Any], *, secret: str = "", late_seconds: float = 0.0, spoil: bool = False
    ) -> int:
        """Post this event now, as Stripe would or as a forger would; the HTTP status of the answer."""
        asked = {"event": event, "secret": secret, "late_seconds": late_seconds, "spoil": spoil}
        return int(self._ask("POST", "callback", json=asked)["status"])

    def reset(self) -> None:
        """As at the start; the journal goes on."""
        self._ask("POST", "reset", json={})
