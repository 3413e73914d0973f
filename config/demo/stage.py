"""What every story has at hand: the cast, the house, the agent's session, an officer at the desk, a voice."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from config.demo.agent_client import AgentClient, Answer
from config.demo.desk_client import DeskClient
from config.demo.house import House
from config.demo.seeding import Cast
from config.demo.telling import Telling

ENDED = frozenset({"succeeded", "failed", "unsure", "rejected", "withdrawn", "expired", "voided"})


class StoryBroke(Exception):
    """Something did not go as the story goes; the text says what."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`due_in` is how many seconds ahead a broadcast is scheduled, `contacts` the file that is imported."""

    cast: Cast
    house: House
    agent: AgentClient
    officer: DeskClient
    tell: Telling
    folder: Path
    contacts: Path
    due_in: float
    is_only_once: bool

    def ask(self, tool: str, reason: str, **arguments: Any) -> Answer:
        """The agent's write with a key of its own."""
        return self.agent.use(tool, reason=reason, idempotency_key=f"demo-{uuid4()}", **arguments)

    def outcome_of(self, answer: Answer, *, within: float = 60.0) -> Answer:
        """Wait until a write has been carried out and give its status. Raises StoryBroke for any other end."""
        wanted = answer["request"]["action_request_id"]
        status: Answer = {}

        def ended() -> bool:
            nonlocal status
            status = self.agent.use("whatsapp.action_request.status", action_request_id=wanted)["data"]
            return status["request"]["state"] in ENDED

        self.wait_for(ended, f"the end of {answer['tool']}", within=within)
        if status["request"]["state"] != "succeeded":
            raise StoryBroke(f"{answer['tool']} is {status['request']['state']}: {status['reasons']}")
        return status

    def wait_for(self, question: Callable[[], bool], what: str, *, within: float, every: float = 0.3) -> None:
        """Ask until it is true. Raises StoryBroke when it takes too long, ProcessTrouble when a process has ended."""
        deadline = time.monotonic() + within
        while not question():
            self.house.processes.check()
            if time.monotonic() > deadline:
                raise StoryBroke(f"{what} did not come within {within:.0f} seconds; see {self.folder / 'logs'}")
            time.sleep(every)


def many(count: int, one: str, several: str = "") -> str:
    """`1 person`, `3,105 people`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
