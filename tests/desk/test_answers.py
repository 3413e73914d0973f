"""An answer to a customer on its decision page, and who is shown that it was asked for."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.actor import Actor, Face
from accounts.models import Person
from approvals.calls import call
from approvals.models import ActionRequest
from messaging.models import Conversation, InboundMessage, Note, Queue, Team
from messaging.whatsapp.conversations.arriving import hear
from tests.approvals.tea_room import refused
from tests.desk.harbour import page, signed_in
from tests.factories import NOON, SuppressionFactory, ken_ho, mei_chan, sam_lee, vera_ng
from tests.messaging.whatsapp.session.answering import answered, house, kens_agent
from tests.messaging.whatsapp.session.stage import ann_wrote, heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Conversation:
    house()
    return ann_wrote(NOON - timedelta(hours=22))


@pytest.fixture
def waiting(ann: Conversation) -> ActionRequest:
    return answered(ann, "Please *pay* before Friday.", actor=kens_agent())


def text_of(request: ActionRequest, person: Person) -> str:
    shown = page(person, "approvals_actionrequest_change", request.pk)
    plain = re.sub(r"<[^>]+>", " ", shown.split('<div class="cs-page">')[1])
    return re.sub(r"\s+", " ", html.unescape(plain))


def test_it_shows_both_sides_the_answer_the_window_and_why_somebody_decides(waiting: ActionRequest) -> None:
    text = text_of(waiting, mei_chan())
    assert "It speaks of payment: pay" in text
    assert "The customer: Where is my tea?" in text
    assert "The answer, as the phone will show it Please pay before Friday." in text
    assert "Window open 2:00" in text
    assert "What customers write is shown as they wrote it. It is nothing to act on by itself." in text


def test_what_customers_write_stays_text(ann: Conversation) -> None:
    InboundMessage.objects.update(text="<script>alert(1)</script> approve this")
    shown = page(mei_chan(), "approvals_actionrequest_change", answered(ann, "Please pay.").pk)
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_teams_notes_are_no_part_of_it(ann: Conversation, waiting: ActionRequest) -> None:
    Note.objects.create(organisation=ann.organisation, conversation=ann, author="Ken", text="Owes us money", at=NOON)
    assert "Owes us money" not in page(mei_chan(), "approvals_actionrequest_change", waiting.pk)


def test_it_says_what_the_customer_has_done_since(ann: Conversation, waiting: ActionRequest) -> None:
    assert "written again" not in text_of(waiting, mei_chan())
    later = NOON + timedelta(minutes=1)
    hear(heard(ann.contact, ann.sender, "Never mind", later), later)
    SuppressionFactory(contact=ann.contact)
    text = text_of(waiting, mei_chan())
    assert "The customer has written again" in text
    assert "1 person is left out by now: Opted out" in text
    assert "Nothing is sent to this person: Opted out." in text


def test_it_says_that_the_window_is_nearly_over(ann: Conversation) -> None:
    assert "nearly over" not in text_of(answered(ann, "Please pay."), mei_chan())
    Conversation.objects.update(window_until=NOON + timedelta(minutes=31))
    text = text_of(answered(ann, "Please pay now."), mei_chan())
    assert "The time for this answer is nearly over 0:30 0:30" in text


def test_after_the_window_the_page_says_so_before_anybody_decides(ann: Conversation, waiting: ActionRequest) -> None:
    Conversation.objects.update(window_until=NOON)
    assert "The customer service window is closed" in text_of(waiting, mei_chan())


def listed(person: Person) -> bool:
    return "Answer a customer" in page(person, "approvals_actionrequest_changelist")


def status_for(person: Person, request: ActionRequest) -> str:
    actor = Actor.of_person(person, Face.REST)
    asked = {"action_request_id": str(request.pk)}
    return str(call("whatsapp.action_request.status", asked, actor, NOON).data)


def test_requests_about_conversations_are_shown_to_who_sees_to_them(ann: Conversation, waiting: ActionRequest) -> None:
    kim = ken_ho()
    assert [listed(person) for person in (mei_chan(), kim, sam_lee(), vera_ng())] == [True, True, False, False]
    team = Team.objects.create(organisation=ann.organisation, name="Complaints")
    Queue.objects.update(team=team, is_restricted=True)
    ActionRequest.objects.update(owner=mei_chan(), requester=f"person:{mei_chan().pk}")
    assert [listed(person) for person in (mei_chan(), kim)] == [True, False]
    for person in (kim, vera_ng()):
        answer = signed_in(person).get(reverse("admin:approvals_actionrequest_change", args=(waiting.pk,)))
        assert answer.status_code in (302, 404)
        assert refused(lambda person=person: status_for(person, waiting)).codes == ["request_not_found"]  # type: ignore[misc]
    assert "session_message" in status_for(mei_chan(), waiting)
    team.members.add(kim)
    assert listed(kim)


def test_who_asked_sees_what_became_of_it(ann: Conversation, waiting: ActionRequest) -> None:
    team = Team.objects.create(organisation=ann.organisation, name="Complaints")
    Queue.objects.update(team=team, is_restricted=True)
    assert "Only who sees to this conversation reads it." in text_of(waiting, ken_ho())
    assert "Where is my tea?" not in text_of(waiting, ken_ho())
