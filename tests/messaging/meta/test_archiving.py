"""archive_chat: what is over is closed and put away."""

from datetime import timedelta
from uuid import uuid4

import pytest

from audit.models import Entry
from tests.factories import NOON
from tests.messaging.meta.flat import asked, ken, refused, written_by
from tests.messaging.whatsapp.session.answering import house

pytestmark = pytest.mark.django_db


def test_a_conversation_is_archived_once_its_window_is_over_and_leaves_the_list() -> None:
    house()
    one = written_by("Ann", 25)
    assert asked("archive_chat", ken(), conversation_id=str(one.pk)) == {
        "conversation_id": str(one.pk),
        "status": "archived",
        "from_type": "service",
    }
    one.refresh_from_db()
    assert (one.state, one.closed_at, one.archived_at) == ("closed", NOON, NOON)
    assert asked("list_conversations")["total"] == 0
    actions = Entry.objects.filter(action__startswith="conversation.").values_list("action", flat=True)
    assert sorted(actions) == ["conversation.archived", "conversation.closed"]


def test_one_that_is_closed_already_is_put_away_and_that_only_once() -> None:
    house()
    one = written_by("Ann", 25, state="closed", closed_at=NOON - timedelta(hours=1), outcome="She has her tea")
    assert asked("archive_chat", ken(), conversation_id=str(one.pk))["status"] == "archived"
    one.refresh_from_db()
    assert (one.closed_at, one.outcome, one.archived_at) == (NOON - timedelta(hours=1), "She has her tea", NOON)
    assert [no.code for no in refused("archive_chat", ken(), conversation_id=str(one.pk))] == ["already_closed"]


def test_an_active_conversation_is_not_archived() -> None:
    house()
    one = written_by("Ann", 23.75)
    (no,) = refused("archive_chat", ken(), conversation_id=str(one.pk))
    assert (no.code, no.field) == ("CONVERSATION_ACTIVE", "conversation_id")
    assert str(no.text) == "The window of this conversation is open for another 15 minutes."
    one.refresh_from_db()
    assert (one.state, one.archived_at) == ("open", None)


def test_one_whose_customer_waits_is_archived_by_a_person_alone() -> None:
    house()
    one = written_by("Ann", 25, waiting_since=NOON - timedelta(hours=25))
    told = asked("archive_chat", ken(), conversation_id=str(one.pk))
    assert told["status"] == "pending_approval"
    assert set(told) == {"conversation_id", "status", "from_type", "action_request_id"}
    one.refresh_from_db()
    assert one.archived_at is None


def test_a_conversation_that_nobody_has_is_not_archived() -> None:
    assert [no.code for no in refused("archive_chat", conversation_id=str(uuid4()))] == ["conversation_not_found"]
