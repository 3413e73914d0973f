"""What the tests of the product's client share: whose number it is, how Meta says no, what arrived last."""

from typing import Any

import pytest

from messaging.whatsapp.client import GraphError
from simulators.process import GraphSimulator

NUMBER = "555001"


def refused(code: int) -> Any:
    """Meta's no with this code."""
    return pytest.raises(GraphError, match=f"^{code}: ")


def last_request(simulator: GraphSimulator) -> dict[str, Any]:
    """The last call in the simulator's own journal."""
    return list(simulator.journal("request"))[-1]
