"""The bar is open at noon."""

import pytest

from messaging.models import (
    Flow,
)
from tests.messaging.whatsapp.automation.tea_bar import TeaBar, enabled, flow_ask, rule_ask


@pytest.fixture
def bar() -> TeaBar:
    return TeaBar.opened()


@pytest.fixture
def menu(bar: TeaBar) -> Flow:
    """The menu, begun by the word “menu”."""
    flow = enabled(flow_ask())
    enabled(rule_ask("menu", flow_id=str(flow.pk)))
    assert isinstance(flow, Flow)
    return flow
