"""Fixtures for tests of the faces: the demo tools, and agents with keys."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.credentials import create_agent
from accounts.models import Agent, Person
from approvals.registry import Tool, registry
from tests.factories import sam_lee

SCOPES = ["whatsapp:preview", "whatsapp:read", "whatsapp:request"]


_declared: dict[str, Tool] = {}


@pytest.fixture
def demo_tools() -> Iterator[None]:
    """The registry as if the demo tools were all there are; afterwards it is as before."""
    before = registry.tools
    registry.tools = dict(_declared)
    if not _declared:
        from tests.demo_tools import tools  # noqa: F401 - importing it declares them

        _declared.update(registry.tools)
    yield
    registry.tools = before


def agent_with_key(owner: Person | None = None, name: str = "Tea assistant", **fields: Any) -> tuple[Agent, str]:
    """Sam's agent unless told otherwise, which may read, preview and ask, and its key."""
    owner = owner or sam_lee()
    assert owner.organisation is not None
    return create_agent(owner.organisation, owner, name, **{"scopes": SCOPES, **fields})
