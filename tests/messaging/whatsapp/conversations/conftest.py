"""The inbox of Harbour Tea."""

import pytest

from tests.messaging.whatsapp.conversations.tea_inbox import (
    TeaInbox,
)


@pytest.fixture
def inbox() -> TeaInbox:
    return TeaInbox()
