"""Taking, handing over, labelling and closing a conversation at the desk, through the tools that agents use."""

from datetime import timedelta

import pytest

from approvals.models import ActionRequest, State
from messaging.models import Conversation, Note
from tests.desk.counter import ann_asks, do, lin_yu, the_complaints, the_counter
from tests.desk.harbour import page
from tests.factories import NOON, QueueFactory, TeamFactory, ken_ho, mei_chan

pytestmark = pytest.mark.django_db


def test_one_takes_it_oneself_with_one_press() -> None:
    conversation = ann_asks()
    assert "Take it myself" in page(ken_ho(), "messaging_conversation_change", conversation.pk)
    answer = do(ken_ho(), conversation, "take")
    assert answer.status_code == 200, answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.owner == ken_ho()
    assert "It is yours." in answer.content.decode()


def test_it_is_handed_to_a_queue_and_a_person_with_a_note_for_them() -> None:
    conversation, orders = ann_asks(), QueueFactory(name="Orders")
    answer = do(
        ken_ho(), conversation, "assign", queue=str(orders.pk), owner=str(lin_yu().pk), note="She wants two tins"
    )
    assert answer.status_code == 200, answer.content.decode()
    conversation.refresh_from_db()
    assert (conversation.queue, conversation.owner) == (orders, lin_yu())
    assert Note.objects.get().text == "She wants two tins"
    shown = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "Counter → Orders · – → Lin Yu" in shown


def test_who_hands_it_to_others_is_led_back_to_the_inbox() -> None:
    conversation = ann_asks(owner=ken_ho())
    wholesale = QueueFactory(name="Wholesale", team=TeamFactory(members=[lin_yu(), ken_ho()]))
    form = {"queue": str(wholesale.pk), "owner": str(lin_yu().pk), "note": ""}
    assert do(ken_ho(), conversation, "assign", **form).status_code == 200
    ken_ho().teams.clear()
    conversation.refresh_from_db()
    Conversation.objects.update(owner=ken_ho())
    answer = do(ken_ho(), conversation, "assign", key="desk-second-wish", **form)
    assert answer.status_code == 422  # a queue that is no longer his is no choice of his


def test_a_restricted_queue_takes_it_only_when_somebody_has_countersigned() -> None:
    conversation, complaints = ann_asks(), the_complaints()
    form = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "Complaints" not in form  # Ken may not know of it
    answer = do(mei_chan(), conversation, "assign", queue=str(complaints.pk), owner="", note="")
    assert ActionRequest.objects.get().state == State.PENDING
    assert "Waits for a countersignature." in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.queue == the_counter()
    assert "Waiting for a decision" in page(mei_chan(), "messaging_conversation_change", conversation.pk)
    assert "Complaints" not in page(ken_ho(), "messaging_conversation_change", conversation.pk)


def test_a_queue_that_one_may_not_know_of_is_no_choice() -> None:
    conversation, complaints = ann_asks(), the_complaints()
    answer = do(ken_ho(), conversation, "assign", queue=str(complaints.pk), owner="", note="")
    assert answer.status_code == 422
    assert not ActionRequest.objects.exists()


def test_it_counts_as_a_complaint_from_now_on_and_stays_with_whom_it_is() -> None:
    conversation = ann_asks(owner=ken_ho())
    answer = do(ken_ho(), conversation, "concern", concern="complaint", note="A pot arrived broken")
    assert answer.status_code == 200, answer.content.decode()
    conversation.refresh_from_db()
    assert (conversation.concern, conversation.owner, conversation.queue) == ("complaint", ken_ho(), the_counter())
    assert Note.objects.get().text == "A pot arrived broken"
    shown = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "General → Complaint" in shown
    assert '<option value="complaint" selected>' in shown


def test_what_is_no_complaint_any_more_is_for_somebody_else_to_say() -> None:
    conversation = ann_asks(owner=ken_ho(), concern="complaint")
    answer = do(ken_ho(), conversation, "concern", concern="general", note="")
    request = ActionRequest.objects.get()
    assert request.state == State.PENDING
    assert f"/actionrequest/{request.pk}/change/" in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.concern == "complaint"
    shown = page(ken_ho(), "messaging_conversation_change", conversation.pk)
    assert "Count 1 conversation as “General”" in shown


def test_what_it_counts_as_already_is_no_change() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "concern", concern="general", note="")
    assert answer.status_code == 422
    assert "That is what it counts as already." in answer.content.decode()
    assert not ActionRequest.objects.exists()


def test_labels_are_put_on_and_taken_off() -> None:
    conversation = ann_asks(labels=["old"])
    answer = do(ken_ho(), conversation, "labels", labels="gift,  two tins , gift")
    assert answer.status_code == 200, answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.labels == ["gift", "two tins"]


def test_a_label_that_sounds_like_consent_is_refused_where_it_is_typed() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "labels", labels="opt-in marketing")
    assert answer.status_code == 422
    assert "opt-in marketing" in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.labels == []


def test_it_is_closed_with_how_it_ended() -> None:
    conversation = ann_asks(waiting_since=None, owner=ken_ho())
    answer = do(ken_ho(), conversation, "close", outcome="Bought two tins", follow_up_at="2026-03-09T10:00")
    assert answer.status_code == 200, answer.content.decode()
    conversation.refresh_from_db()
    assert (conversation.state, conversation.outcome) == (Conversation.State.CLOSED, "Bought two tins")
    assert conversation.follow_up_at == (NOON + timedelta(days=7)).replace(hour=10)


def test_who_still_waits_is_not_forgotten() -> None:
    conversation = ann_asks(owner=ken_ho())
    answer = do(ken_ho(), conversation, "close", outcome="Nothing to do")
    assert answer.status_code == 422
    assert "The customer&#x27;s last word has not been answered." in answer.content.decode()
    assert do(ken_ho(), conversation, "close", outcome="A thank-you", leaves_unanswered="on").status_code == 200
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.CLOSED


def test_a_complaint_is_closed_by_its_owner_alone() -> None:
    conversation = ann_asks(owner=mei_chan(), concern="complaint", waiting_since=None)
    answer = do(ken_ho(), conversation, "close", outcome="Settled")
    assert answer.status_code == 422
    assert "closed by its owner alone" in answer.content.decode()


def test_what_changed_meanwhile_is_read_again_first() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "labels", labels="gift", version="v1-stale")
    assert answer.status_code == 422
    assert "This has changed since you read it" in answer.content.decode()
