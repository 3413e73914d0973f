"""A text in two parts whose receipts come by Vonage's older API: arrived when both have, whichever comes first."""

import json
from datetime import timedelta

import pytest

from messaging.inbox.events import Event
from messaging.inbox.senders import known_places
from messaging.models import Attempt, Message, Status
from sms.callbacks import pack
from sms.items import PartItem, items_of
from sms.models import SmsGateway
from sms.parts import note_part
from tests.factories import NOON
from tests.sms.gateways.vonage_calls import SECRET, told_of_old
from tests.sms.tea_texts import TeaTexts, drinker, text_of


@pytest.fixture
def tea() -> TeaTexts:
    found = TeaTexts()
    found.first.kind, found.first.configuration = "vonage", {"api_key": "abcd1234"}
    found.first.secrets = json.dumps({"signature_secret": SECRET, "api_secret": "an-api-secret"})
    found.first.save()
    return found


def attempt_of(message: Message) -> Attempt:
    return Attempt.objects.create(
        message=message, contact=message.contact, sender=message.sender, category="marketing", started_at=NOON,
        lease_until=NOON + timedelta(minutes=5),
    )  # fmt: skip


def hear(gateway: SmsGateway, attempt: Attempt, part_id: str, status: str) -> None:
    """Vonage reports one part."""
    fields = {"messageId": part_id, "status": status, "err-code": "0", "client-ref": f"{attempt.pk}.2"}
    event = Event(1, "sms", b"", (gateway.pk,), NOON.timestamp())
    (item,) = items_of(pack(gateway.pk, told_of_old(fields), NOON))
    assert isinstance(item, PartItem)
    note_part(item, event, known_places([event]), NOON)


@pytest.mark.django_db
def test_one_part_is_not_the_text_even_when_it_is_told_twice(tea: TeaTexts) -> None:
    message = text_of(tea, drinker("Ann"))
    attempt = attempt_of(message)
    for part_id in ("0A0000001234567C", "0A0000001234567C"):
        hear(tea.first, attempt, part_id, "delivered")
        message.refresh_from_db()
        assert message.status == Status.ACCEPTED
    hear(tea.first, attempt, "0A0000001234567B", "buffered")
    message.refresh_from_db()
    assert message.status == Status.SENT
    hear(tea.first, attempt, "0A0000001234567B", "delivered")
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


@pytest.mark.django_db
def test_one_failed_part_fails_the_text(tea: TeaTexts) -> None:
    message = text_of(tea, drinker("Ann"))
    attempt = attempt_of(message)
    hear(tea.first, attempt, "0A0000001234567B", "delivered")
    hear(tea.first, attempt, "0A0000001234567C", "failed")
    message.refresh_from_db()
    assert message.status == Status.FAILED
