"""Files at the desk: pictures are seen, files handed in and forbidden, and what customers' files came to is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from approvals.models import ActionRequest
from messaging.models import Conversation, MediaAsset, MediaFetch
from tests.desk.harbour import page, signed_in, status
from tests.factories import (
    NOON,
    ConversationFactory,
    QueueFactory,
    SenderFactory,
    TeamFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    sam_lee,
    vera_ng,
)
from tests.messaging.whatsapp.media.files import HTML, PDF, picture
from tests.messaging.whatsapp.media.shelves import on_shelf, sent_by_customer

pytestmark = pytest.mark.django_db

LIST, CHANGE, HAND_IN = (f"messaging_mediaasset_{name}" for name in ("changelist", "change", "hand_in"))


@pytest.fixture
def conversation() -> Conversation:
    made: Conversation = ConversationFactory(sender=SenderFactory(account__organisation=harbour_tea()))
    return made


def menu(content: bytes | None = None, name: str = "menu.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content, content_type)


def test_a_file_is_handed_in_and_somebody_else_sees_its_picture_before_they_decide() -> None:
    answer = signed_in(sam_lee()).post(reverse(f"admin:{HAND_IN}"), {"file": menu(), "name": "Spring menu"})
    request, asset = ActionRequest.objects.get(), MediaAsset.objects.get()
    assert answer["Location"] == reverse("admin:approvals_actionrequest_change", args=(request.pk,))
    assert (request.state, asset.name, asset.state) == ("pending", "Spring menu", "waiting")
    shown = page(mei_chan(), "approvals_actionrequest_change", request.pk)
    assert '<img class="cs-picture" src="/media/' in shown
    assert "No virus scanner has called this file clean." in shown


def test_a_hostile_file_is_refused_with_what_to_do() -> None:
    answer = signed_in(sam_lee()).post(reverse(f"admin:{HAND_IN}"), {"file": menu(HTML)})
    assert answer.status_code == 422
    assert "The content is not image/jpeg." in answer.content.decode()
    assert not MediaAsset.objects.exists()


def test_no_file_at_all_is_said() -> None:
    answer = signed_in(sam_lee()).post(reverse(f"admin:{HAND_IN}"), {})
    assert "There is no file" in answer.content.decode()


def test_who_may_not_ask_for_anything_hands_nothing_in() -> None:
    for person in (ken_ho(), vera_ng()):
        assert status(person, HAND_IN) == 403


def test_pictures_are_seen_and_other_files_named(settings: Settings) -> None:
    on_shelf(), on_shelf(PDF, kind="document", content_type="application/pdf", name="Price list")
    shown = page(vera_ng(), LIST)
    assert shown.count('<img class="cs-thumb" src="/media/') == 1
    assert "Price list" in shown


def test_the_desk_says_when_nothing_is_scanned(settings: Settings) -> None:
    assert "No virus scanner is configured" in page(vera_ng(), LIST)
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:9"
    assert "No virus scanner is configured" not in page(vera_ng(), LIST)


def test_a_name_that_a_file_brings_along_is_shown_as_text() -> None:
    asset = on_shelf(name="<script>alert(1)</script>", file_name="<img src=x>.jpg")
    for shown in (page(vera_ng(), LIST), page(vera_ng(), CHANGE, asset.pk)):
        assert "<script>alert(1)" not in shown
        assert "<img src=x>" not in shown


def test_mei_forbids_a_file_and_sam_may_not() -> None:
    asset = on_shelf()
    assert status(sam_lee(), "messaging_mediaasset_reject", asset.pk, method="post", _form_submitted="on") == 403
    status(mei_chan(), "messaging_mediaasset_reject", asset.pk, method="post", _form_submitted="on")
    asset.refresh_from_db()
    assert asset.state == "rejected"


def test_files_of_conversations_are_for_those_who_may_know_of_them(conversation: Conversation) -> None:
    asset, fetch = on_shelf(conversation=conversation), sent_by_customer(conversation, b"x")
    assert [status(one, CHANGE, asset.pk) for one in (ken_ho(), mei_chan(), sam_lee(), vera_ng())] == [
        200,
        200,
        404,
        404,
    ]
    conversation.queue = QueueFactory(team=TeamFactory(), is_restricted=True)
    conversation.save()
    for name, row in ((CHANGE, asset), ("messaging_mediafetch_change", fetch)):
        assert [status(one, name, row.pk) for one in (ken_ho(), mei_chan())] == [404, 200]


def test_a_quarantined_file_is_told_on_its_page_and_on_the_start_page(conversation: Conversation) -> None:
    assert "quarantined or lost this week" not in page(ken_ho(), "index")
    fetch = sent_by_customer(conversation, b"x")
    MediaFetch.objects.update(state="quarantined", settled_at=NOON, problem="the virus scanner found Eicar")
    assert "quarantined or lost this week" in page(ken_ho(), "index")
    assert "the virus scanner found Eicar" in page(ken_ho(), "messaging_mediafetch_change", fetch.pk)
