from collections.abc import Iterator

import pytest

from tests.messaging.engine.conftest import witness
from tests.messaging.whatsapp.session.stage import plain_reply_tools

__all__ = ["reply_tools", "witness"]


@pytest.fixture
def reply_tools() -> Iterator[None]:
    with plain_reply_tools():
        yield
