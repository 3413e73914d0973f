"""A conversation with a number at Meta."""

import pytest
from pytest_django import Settings

from messaging.models import Conversation
from tests.factories import ConversationFactory, SenderFactory, harbour_tea


@pytest.fixture
def at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"


@pytest.fixture
def conversation() -> Conversation:
    sender = SenderFactory(account__organisation=harbour_tea(), provider_ref="555001", account__access_token="EAAGtea")
    made: Conversation = ConversationFactory(sender=sender)
    return made
