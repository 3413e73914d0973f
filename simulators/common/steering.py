"""A simulator as tests and the demo hold it in hand: what every side door has."""

import time
from collections.abc import Iterator
from typing import Any

import requests


class SideDoor:
    """A client of `/_sim`. Methods raise RuntimeError with the simulator's words when a wish is impossible."""

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
