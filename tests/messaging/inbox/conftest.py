"""The number that webhooks are about: Ann writes to it, and a template of its account waits for review."""

import pytest

from messaging.models import (
    Sender,
)
from tests.factories import (
    ContactFactory,
    SenderFactory,
    TemplateFactory,
    TemplateTranslationFactory,
)


@pytest.fixture
def sender() -> Sender:
    sender: Sender = SenderFactory()
    ContactFactory(name="Ann", phone="+85261234567")
    template = TemplateFactory(account=sender.account, name="spring_tea")
    TemplateTranslationFactory(template=template, status="PENDING", meta_id="77")
    return sender
