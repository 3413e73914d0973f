"""Notes, what counts as read, and that a team's conversation is its own. Forms answer with and without script."""

import pytest

from messaging.models import Conversation, InboundMessage, Note, Reply
from tests.desk.counter import ann_asks, do, lin_yu, says
from tests.desk.harbour import status
from tests.factories import ken_ho

pytestmark = pytest.mark.django_db


def test_what_was_on_the_screen_is_read_and_what_came_after_is_not() -> None:
    conversation = ann_asks()
    shown = InboundMessage.objects.get().pk
    says(conversation, "And jasmine?")
    Conversation.objects.update(unread=2)
    do(ken_ho(), conversation, "read", last_heard=shown)
    conversation.refresh_from_db()
    assert conversation.unread == 1
    do(ken_ho(), conversation, "read", last_heard=InboundMessage.objects.latest("pk").pk)
    conversation.refresh_from_db()
    assert conversation.unread == 0
    assert status(ken_ho(), "messaging_conversation_read", conversation.pk) == 405


def test_somebody_of_another_team_finds_no_such_conversation() -> None:
    conversation = ann_asks()
    for name in ("change", "news"):
        assert status(lin_yu(), f"messaging_conversation_{name}", conversation.pk) == 404
    for deed in ("reply", "note", "read"):
        assert do(lin_yu(), conversation, deed, text="Hello", last_heard=1).status_code == 404
    assert Note.objects.count() == 0


def test_a_note_is_kept_for_the_team_and_goes_nowhere() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "note", text="Ask Mei first")
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "cs-news"
    assert "Ask Mei first" not in answer.content.decode()  # the field is empty again
    assert Note.objects.get().author == "Ken Ho"
    assert not Reply.objects.exists()


def test_an_empty_note_is_refused_where_it_is_written() -> None:
    answer = do(ken_ho(), ann_asks(), "note", text="  ")
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_without_script_the_page_itself_answers() -> None:
    conversation = ann_asks()
    done = do(ken_ho(), conversation, "note", htmx=False, text="Ask Mei first")
    assert done.status_code == 302
    refused = do(ken_ho(), conversation, "note", htmx=False, text="x" * 2001)
    assert refused.status_code == 422
    assert "Do you have oolong?" in refused.content.decode()
    assert "x" * 2001 in refused.content.decode()
