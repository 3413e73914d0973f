"""What gateways told, as the inbox takes it: nothing arrives before it has, and each speaks for its own texts alone."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from messaging.inbox.items import StatusItem
from messaging.models import Attempt, Outcome
from sms.callbacks import pack
from sms.gateways.gateway import Callback, Progress, Receipt
from sms.items import UnplacedItem, items_of, status_item
from sms.models import SmsGateway
from tests.factories import NOON, other_tenant
from tests.sms.tea_texts import TeaTexts, drinker, text_of


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        (Progress.ACCEPTED, "accepted"),
        (Progress.SENT, "sent"),
        (Progress.DELIVERED, "delivered"),
        (Progress.FAILED, "failed"),
        (Progress.EXPIRED, "failed"),
    ],
)
def test_a_text_has_arrived_only_when_the_gateway_says_delivered(progress: Progress, status: str) -> None:
    assert status_item(Receipt("key", "SM1", str(uuid4()), progress, NOON), "tag", "ref", NOON).status == status


def told_by(gateway: SmsGateway, attempt: Attempt, sid: str) -> StatusItem | UnplacedItem:
    """What comes of a receipt for this attempt that this gateway has sent."""
    form = urlencode({"MessageSid": sid, "MessageStatus": "delivered"}).encode()
    call = Callback("receipt", "POST", "", f"ref={attempt.pk}", {}, form)
    (item,) = items_of(pack(gateway.pk, call, NOON))
    assert isinstance(item, StatusItem | UnplacedItem)
    return item


@pytest.mark.django_db
def test_a_gateway_of_another_tenant_speaks_for_no_text_of_ours() -> None:
    tea, other = TeaTexts(), TeaTexts(organisation=other_tenant())
    message = text_of(tea, drinker("Ann"))
    attempt = Attempt.objects.create(
        message=message, contact=message.contact, sender=message.sender, category="marketing", price=message.price,
        started_at=NOON, lease_until=NOON, outcome=Outcome.ACCEPTED,
    )  # fmt: skip
    sid = str(message.provider_id).partition(":")[2]
    ours = told_by(tea.first, attempt, sid)
    assert isinstance(ours, StatusItem)
    assert ours.sender_ref == message.sender.provider_ref
    theirs = told_by(other.first, attempt, sid)
    assert isinstance(theirs, UnplacedItem), "it waits for a text of its own house"
    assert theirs.receipt.provider_id == sid
