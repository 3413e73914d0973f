"""The bar is open at noon."""

import pytest

from tests.messaging.whatsapp.automation.tea_bar import TeaBar


@pytest.fixture
def bar() -> TeaBar:
    return TeaBar.opened()
