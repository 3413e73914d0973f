"""Every kind of webhook with each of its keys missing, into the tables."""

import json

import pytest

from messaging.inbox.apply import apply_waiting
from messaging.models import InboundMessage, PhoneEcho, WebhookEvent, WebhookFailure
from tests.factories import NOON, SenderFactory
from tests.messaging.whatsapp.bodies import body
from tests.messaging.whatsapp.webhook_catalogue import KINDS, with_one_key_missing
from tests.thoroughness import THOROUGH
from tests.webhooks import arrived

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not THOROUGH, reason="applies four hundred webhooks")]


def test_nothing_that_is_missing_keeps_an_item_from_being_applied() -> None:
    number = SenderFactory(provider_ref="555001", number="+85250001111", account__waba_id="104990")
    less = [one for change, _item in KINDS.values() for _path, one in with_one_key_missing(change)]
    for place, change in enumerate(less):  # no two are the same message
        own = json.loads(json.dumps(change).replace("wamid.", f"wamid.{place}."))
        arrived(number, body(own, time=int(NOON.timestamp())))
    apply_waiting(NOON)
    assert list(WebhookFailure.objects.values_list("kind", "error")) == []
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.APPLIED}
    assert InboundMessage.objects.count() > 100
    assert PhoneEcho.objects.count() > 5
