"""whatsapp.message_delivery.list: what became of each message, without what the provider repeats of it."""

import pytest

from accounts.actor import Actor, Face
from approvals.calls import call
from messaging.models import Status
from tests.factories import NOON, mei_chan, sam_lee, vera_ng
from tests.messaging.engine.stage import countersigned, crowd

pytestmark = pytest.mark.django_db

WORDS = "Recipient 85261234567 did not want: Hello Mei, spring tea is in."


@pytest.mark.parametrize("who", [sam_lee, vera_ng, mei_chan])
def test_the_words_of_the_provider_are_read_by_who_may_read_the_message(who) -> None:  # type: ignore[no-untyped-def]
    (mei,) = crowd(1)
    send = countersigned([mei])
    send.messages.create(
        organisation=send.organisation, contact=mei, sender=send.sender, address=mei.phone, address_kind="phone",
        category="marketing", queued_at=NOON, status=Status.FAILED, error_code="131026", error_text=WORDS,
    )  # fmt: skip
    actor = Actor.of_person(who(), Face.REST)
    answer = call("whatsapp.message_delivery.list", {"broadcast_id": str(send.pk)}, actor, NOON)
    (told,) = answer.data["deliveries"]
    assert told["error_code"] == "131026"
    assert (told["error"] == WORDS) is (who is mei_chan)
    assert ("error" in answer.masked) is (who is not mei_chan)
