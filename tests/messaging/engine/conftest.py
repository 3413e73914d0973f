from collections.abc import Iterator

import pytest

from approvals.contracts import Answer, Ask
from approvals.floors import Always
from approvals.reasons import Reason
from approvals.registry import Call, Kind, Tool, registry
from messaging import carriers
from tests.factories import MessagingRulesFactory
from tests.messaging.engine.stage import PREVIEW, TOOL, TestContract, Witness


class Facts:
    """A guard whose answer a test decides."""

    def __init__(self) -> None:
        self.against: list[Reason] = []

    def __call__(self, call: Call, contract: TestContract) -> list[Reason]:
        assert call.request is not None
        return self.against


@pytest.fixture(autouse=True)
def facts() -> Iterator[Facts]:
    """The tool that our sends are asked for by, with one guard; it is there for one test."""
    guard = Facts()

    def run(call: Call, contract: TestContract) -> Answer:
        return Answer()

    made = Tool(TOOL, Kind.WRITE, "whatsapp:request", run, TestContract, Answer, "Schedule.", preview=PREVIEW,
                approval=Always(), guards=(guard,))  # fmt: skip
    seen = Tool(PREVIEW, Kind.PREVIEW, "whatsapp:preview", run, Ask, TestContract, "Show.")
    registry.tools |= {TOOL: made, PREVIEW: seen}
    yield guard
    del registry.tools[TOOL], registry.tools[PREVIEW]


@pytest.fixture(autouse=True)
def witness() -> Iterator[Witness]:
    """The carrier of `witness_sender`."""
    carrier = Witness()
    carriers.register(carrier)
    yield carrier
    del carriers._carriers[carrier.name]


@pytest.fixture
def no_quiet_hours() -> None:
    """Lanes live by the real clock, and tests are run at night, too."""
    MessagingRulesFactory(quiet_from="00:00", quiet_until="00:00")
