"""The message centre as tests and the demo hold it: a process of its own, and a client of its side door."""

from pathlib import Path
from typing import Any

import orjson

from simulators.process import Hosted


class SmscSimulator(Hosted):
    """A context manager; `smpp_port` is where it listens once it has started."""

    def __init__(
        self,
        state_dir: Path,
        *,
        system_id: str = "harbour",
        password: str = "pw-00001",
        seed: int = 1,
        misbehaviour: dict[str, Any] | None = None,
        port: int = 0,
        smpp_port: int = 0,
    ) -> None:
        arguments = {
            "--port": str(port),
            "--smpp-port": str(smpp_port),
            "--state-dir": str(state_dir),
            "--system-id": system_id,
            "--password": password,
            "--seed": str(seed),
            "--misbehave": orjson.dumps(misbehaviour or {}, option=orjson.OPT_NON_STR_KEYS).decode(),
        }
        super().__init__("simulators.smsc", [f"{name}={value}" for name, value in arguments.items()], state_dir)
        self.system_id, self.password = system_id, password

    @property
    def smpp_port(self) -> int:
        """Where binds are taken."""
        return int(self.health()["smpp_port"])

    def inbound(self, sender: str, to: str, text: str = "Hello", **more: Any) -> int:
        """Somebody writes now; in how many parts. More: `coding`, `numbering`, `reference`, `order`."""
        return int(self._ask("POST", "inbound", json={"sender": sender, "to": to, "text": text, **more})["parts"])

    def deliver(self, body: bytes) -> None:
        """Send any body as a deliver_sm."""
        self._ask("POST", "deliver", json={"hex": body.hex()})

    def drop(self) -> None:
        """Cut every line."""
        self._ask("POST", "drop")

    def unbind(self) -> None:
        """Ask everybody to leave."""
        self._ask("POST", "unbind")

    def reset(self) -> None:
        """As at the start; lines stay, the journal goes on."""
        self._ask("POST", "reset")

    def submits(self, since: int = 0) -> list[dict[str, Any]]:
        """What was submitted, from a byte offset of the journal on."""
        return list(self.journal("submit", since))
