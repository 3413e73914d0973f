"""Answering at the desk: the same tools as agents use, a no where one typed, and nothing that was typed is lost."""

from datetime import timedelta

import pytest

from approvals.models import ActionRequest, State
from messaging.models import Conversation, Reply, SendState
from tests.desk.counter import ann_asks, do, news
from tests.desk.harbour import page
from tests.factories import NOON, SuppressionFactory, ada_wong, ken_ho

pytestmark = pytest.mark.django_db


def test_a_plain_answer_is_on_its_way_at_once() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "reply", text="Yes, two kinds.")
    assert answer.status_code == 200, answer.content.decode()
    assert "On its way to the customer." in answer.content.decode()
    assert "Yes, two kinds." not in answer.content.decode()  # the field is empty again
    request = ActionRequest.objects.get()
    assert (request.tool, request.state, request.face) == ("whatsapp.session_message.send", State.SUCCEEDED, "desk")
    reply = Reply.objects.get()
    said = reply.body["text"]["body"]
    assert (reply.by, said, reply.send.state) == (
        "Ken Ho",
        "Yes, two kinds.",
        SendState.SCHEDULED,
    )
    assert "Yes, two kinds." in news(ken_ho(), conversation).content.decode()


def test_what_speaks_of_money_waits_for_somebody_and_says_so_with_a_link() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "reply", text="Please pay HKD 188 to our bank account.")
    request = ActionRequest.objects.get()
    assert request.state == State.PENDING
    assert "Waits for a countersignature." in answer.content.decode()
    assert f"/actionrequest/{request.pk}/change/" in answer.content.decode()
    assert not Reply.objects.exists()
    shown = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "Please pay HKD 188" in shown
    assert "Waits for a countersignature" in shown


def test_a_no_stands_where_one_typed_and_what_was_typed_stays() -> None:
    conversation = ann_asks(window_until=NOON - timedelta(minutes=5))
    answer = do(ken_ho(), conversation, "reply", text="Yes, two kinds.")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Nothing was changed" in text
    assert "window_closed" in text
    assert "Yes, two kinds." in text
    assert not Reply.objects.exists()


def test_whoever_opted_out_is_not_answered() -> None:
    conversation = ann_asks()
    SuppressionFactory(contact=conversation.contact)
    answer = do(ken_ho(), conversation, "reply", text="Yes, two kinds.")
    assert answer.status_code == 422
    assert not Reply.objects.exists()


def test_pressing_twice_sends_once() -> None:
    conversation = ann_asks()
    for _press in range(2):
        answer = do(ken_ho(), conversation, "reply", text="Yes, two kinds.", key="desk-once")
        assert "On its way to the customer." in answer.content.decode()
    assert Reply.objects.count() == 1


def test_other_words_under_a_used_key_are_refused_and_kept() -> None:
    conversation = ann_asks()
    do(ken_ho(), conversation, "reply", text="Yes, two kinds.", key="desk-once")
    answer = do(ken_ho(), conversation, "reply", text="No, none at all.", key="desk-once")
    assert answer.status_code == 422
    assert "No, none at all." in answer.content.decode()
    assert Reply.objects.count() == 1


def test_an_answer_quotes_the_message_it_answers() -> None:
    conversation = ann_asks()
    asked = conversation.inbound.get()
    do(ken_ho(), conversation, "reply", text="Yes, two kinds.", quotes=str(asked.key))
    assert Reply.objects.get().body["context"] == {"message_id": asked.provider_id}


def test_nothing_typed_is_said_where_one_types() -> None:
    answer = do(ken_ho(), ann_asks(), "reply", text="  ")
    assert answer.status_code == 422
    assert "Write something, or choose a file." in answer.content.decode()


def test_a_closed_conversation_offers_no_answer() -> None:
    conversation = ann_asks(state=Conversation.State.CLOSED)
    text = page(ada_wong(), "messaging_conversation_change", conversation.pk)
    assert "The conversation is closed. It opens again when the customer writes." in text
    assert do(ada_wong(), conversation, "reply", text="Hello").status_code == 422
