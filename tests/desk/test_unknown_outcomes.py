"""Unknown outcomes at the desk: seen on the start page, explained on the message, sent again only by request."""

import re

import pytest

from approvals.models import ActionRequest
from messaging.models import Attempt, Message, Send, Status
from tests.desk.harbour import ANN, answers_were_lost, page, status
from tests.factories import ken_ho, mei_chan, sam_lee, vera_ng
from tests.webhooks import arrived

pytestmark = pytest.mark.django_db


@pytest.fixture
def send() -> Send:
    return answers_were_lost()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_start_page_counts_them_while_there_are_any(send: Send) -> None:
    assert "Outcome unknown 2 wait for a report or for somebody" in words(page(vera_ng(), "index"))
    Message.objects.update(status=Status.DELIVERED)
    assert "wait for a report or for somebody" not in words(page(vera_ng(), "index"))


def test_the_list_holds_them_apart(send: Send) -> None:
    Message.objects.filter(contact__phone=ANN).update(status=Status.CLOSED)
    for which, shown in (("open", 1), ("closed", 1), ("any", 2), ("again", 0)):
        assert page(vera_ng(), "messaging_message_changelist", unknown=which).count("field-shown_status") == shown


def test_a_message_says_all_that_is_known(send: Send) -> None:
    message = Message.objects.get(contact__phone=ANN)
    attempt = Attempt.objects.get(message=message)
    shown = words(page(vera_ng(), "messaging_message_change", message.pk))
    assert "The connection broke after the message may have left. answer_lost" in shown
    assert str(attempt.pk) in shown
    assert "None came." in shown
    assert "it stays unknown for good from 5 Mar 2026, 14:00 on" in shown
    assert "The person may then get it twice" in shown
    event = arrived(send.sender, b'{"biz_opaque_callback_data": "%s"}' % str(attempt.pk).encode())
    type(event).objects.update(received_at=attempt.started_at)
    assert "None came." not in page(vera_ng(), "messaging_message_change", message.pk)


def test_a_known_outcome_has_nothing_to_explain(send: Send) -> None:
    message = Message.objects.get(contact__phone=ANN)
    Message.objects.update(status=Status.DELIVERED)
    assert "Why nobody knows" not in page(vera_ng(), "messaging_message_change", message.pk)


def test_asking_for_it_sends_nothing_and_shows_who_may_get_it_twice(send: Send) -> None:
    form = {"reason": "They wait for it.", "key": "desk-of-sam-1", "_form_submitted": "on"}
    assert status(sam_lee(), "messaging_send_resend", send.pk, method="post", **form) == 204
    request = ActionRequest.objects.get(tool="whatsapp.unknown.resend")
    assert (request.state, request.people, Send.objects.count()) == ("pending", 2, 1)
    shown = words(page(mei_chan(), "approvals_actionrequest_change", request.pk))
    assert "Nobody knows whether 2 people got this already." in shown
    assert "Send “Spring tea” again to 2 people, who may get it twice" in shown


def test_one_message_can_be_asked_for_alone(send: Send) -> None:
    message = Message.objects.get(contact__phone=ANN)
    form = {"reason": "She called.", "key": "desk-of-sam-2", "_form_submitted": "on"}
    assert status(sam_lee(), "messaging_message_resend", message.pk, method="post", **form) == 204
    assert ActionRequest.objects.get(tool="whatsapp.unknown.resend").people == 1


def test_a_role_that_asks_for_nothing_has_no_button(send: Send) -> None:
    for who in (ken_ho(), vera_ng()):
        assert status(who, "messaging_send_resend", send.pk, method="post", reason="Because.", key="k" * 12) == 403
