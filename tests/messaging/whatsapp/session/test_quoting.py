"""What an answer may refer to: messages of its own conversation, told to nobody without the right."""

from datetime import timedelta

import pytest

from approvals.models import Preview
from messaging.models import Message, Send
from tests.approvals.tea_room import refused
from tests.factories import NOON
from tests.messaging.whatsapp.session.answering import answered, house, kens_agent, shown
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db


def test_a_message_of_this_conversation_can_be_quoted() -> None:
    house()
    ann = ann_wrote()
    words = ann.inbound.get()
    shown(ann, quotes=str(words.key))
    assert Preview.objects.get().contract["body"]["context"] == {"message_id": words.provider_id}


def test_our_own_answer_can_be_quoted_once_the_provider_has_taken_it() -> None:
    house()
    ann = ann_wrote()
    reply = answered(ann).result
    assert reply is not None
    assert refused(lambda: shown(ann, quotes=reply["reply_id"])).codes == ["message_not_found"]
    send = Send.objects.get()
    Message.objects.create(
        organisation=send.organisation, send=send, contact=ann.contact, sender=send.sender, address="x",
        address_kind="phone", category="service", status=20, provider_id="wamid.OURS", queued_at=NOON, handed_at=NOON,
    )  # fmt: skip
    preview = shown(ann, quotes=reply["reply_id"])
    assert Preview.objects.get(pk=preview.preview_id).contract["body"]["context"] == {"message_id": "wamid.OURS"}


@pytest.mark.parametrize("whose", ["another conversation", "nobody"])
def test_nothing_else_can_be_quoted(whose: str) -> None:
    house()
    ann, ben = ann_wrote(), ann_wrote(name="Ben")
    key = ben.inbound.get().key if whose == "another conversation" else "0b6d7a3e-2a51-4d53-9a3e-6f2f6a3f0001"
    no = refused(lambda: shown(ann, quotes=str(key)))
    assert (no.codes, no.reasons[0].field) == (["message_not_found"], "quotes")


def test_a_reaction_goes_to_a_message_of_this_conversation_less_than_30_days_old() -> None:
    house()
    ann = ann_wrote()
    words = ann.inbound.get()
    like = {"kind": "reaction", "message_id": str(words.key), "emoji": "👍"}
    assert shown(ann, like).data["shows"] == ["👍"]  # type: ignore[index]
    assert Preview.objects.get().contract["body"]["reaction"]["message_id"] == words.provider_id
    assert refused(lambda: shown(ann, like, quotes=str(words.key))).codes == ["reaction_quotes_nothing"]
    ann.inbound.update(at=NOON - timedelta(days=30))
    assert refused(lambda: shown(ann, like)).codes == ["message_too_old"]


def test_a_wamid_tells_the_number_so_nobody_without_the_right_reads_one() -> None:
    house()
    ann = ann_wrote()
    words = ann.inbound.get()
    assert words.provider_id not in str(shown(ann, quotes=str(words.key), actor=kens_agent()).model_dump())
