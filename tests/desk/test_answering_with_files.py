"""A file handed in with an answer at the desk: through its own tool, scanned, and never sent before it may be."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from approvals.models import ActionRequest, State
from messaging.models import MediaAsset
from tests.desk.counter import ann_asks, do
from tests.desk.harbour import page
from tests.factories import NOON, ken_ho
from tests.messaging.whatsapp.media.clamd import pretend_clamd
from tests.messaging.whatsapp.media.files import EICAR, HTML, picture
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db

UPLOAD, SEND = "whatsapp.media_asset.upload", "whatsapp.session_message.send"


@pytest.fixture
def scanner(settings: Settings) -> Iterator[None]:
    """Calls files clean; Meta, which keeps them, knows each as 800001."""
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"
    with pretend_clamd() as clamd, responses.RequestsMock(assert_all_requests_are_fired=False) as meta:
        settings.CLAMD_ADDRESS = clamd.address
        meta.post(re.compile("https://graph.facebook.com/v25.0/[0-9]+/media"), json={"id": "800001"})
        yield


def menu(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("menu.jpg", picture() if content is None else content, "image/jpeg")


def states() -> list[tuple[str, str]]:
    return list(ActionRequest.objects.order_by("tool").values_list("tool", "state"))


@pytest.mark.usefixtures("scanner")
def test_a_clean_file_goes_with_the_answer_which_somebody_reads_first() -> None:
    conversation = ann_asks()
    answer = do(ken_ho(), conversation, "reply", text="Our menu.", upload=menu())
    assert answer.status_code == 200, answer.content.decode()
    assert states() == [(UPLOAD, State.SUCCEEDED), (SEND, State.PENDING)]
    asset, request = MediaAsset.objects.get(), ActionRequest.objects.get(tool=SEND)
    assert (asset.conversation, asset.state, asset.uploaded_by) == (conversation, "approved", "Ken Ho")
    assert (request.face, request.preview.contract["asset_ids"]) == ("desk", [str(asset.pk)])
    assert request.preview.contract["body"]["image"] == {"id": "800001", "caption": "Our menu."}
    assert "Waits for a countersignature." in answer.content.decode()
    assert f'<option value="{asset.pk}"' in page(ken_ho(), "messaging_conversation_change", conversation.pk)


def test_a_file_that_nobody_scanned_waits_and_the_answer_stays_in_its_form() -> None:
    conversation = ann_asks()
    quoted = str(conversation.inbound.get().key)
    answer = do(ken_ho(), conversation, "reply", text="Our menu.", upload=menu(), quotes=quoted)
    shown = answer.content.decode()
    assert answer.status_code == 202  # the window keeps its draft
    assert states() == [(UPLOAD, State.PENDING)]
    assert "Nothing was sent: choose the file here once it has one." in shown
    assert f"/actionrequest/{ActionRequest.objects.get().pk}/change/" in shown
    assert "Our menu.</textarea>" in shown
    assert f'name="quotes" value="{quoted}"' in shown


def test_without_scripts_the_answer_stays_in_its_form_as_well() -> None:
    answer = do(ken_ho(), ann_asks(), "reply", htmx=False, text="Our menu.", upload=menu())
    assert answer.status_code == 202
    assert "Our menu.</textarea>" in answer.content.decode()
    assert "The file waits for a countersignature." in answer.content.decode()


@pytest.mark.usefixtures("scanner")
def test_pressing_twice_hands_in_once_and_asks_once() -> None:
    conversation = ann_asks()
    for _press in range(2):
        answer = do(ken_ho(), conversation, "reply", text="Our menu.", upload=menu(), key="desk-once")
        assert answer.status_code == 200, answer.content.decode()
    assert states() == [(UPLOAD, State.SUCCEEDED), (SEND, State.PENDING)]
    assert MediaAsset.objects.count() == 1


@pytest.mark.usefixtures("scanner")
@pytest.mark.parametrize(("content", "code"), [(HTML, "content_not_of_type"), (EICAR, "infected")])
def test_a_hostile_file_is_refused_where_one_typed_and_the_words_stay(content: bytes, code: str) -> None:
    answer = do(ken_ho(), ann_asks(), "reply", text="Our menu.", upload=menu(content))
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()
    assert "Our menu.</textarea>" in answer.content.decode()
    assert not MediaAsset.objects.exists()
    assert not ActionRequest.objects.exists()


@pytest.mark.usefixtures("scanner")
def test_a_file_that_was_taken_stays_chosen_where_the_answer_is_refused() -> None:
    conversation = ann_asks(window_until=NOON - timedelta(minutes=5))
    answer = do(ken_ho(), conversation, "reply", text="Our menu.", upload=menu())
    assert answer.status_code == 422
    assert "window_closed" in answer.content.decode()
    assert f'<option value="{MediaAsset.objects.get().pk}" selected>menu.jpg</option>' in answer.content.decode()
    assert states() == [(UPLOAD, State.SUCCEEDED)]


def test_one_file_at_a_time() -> None:
    conversation = ann_asks()
    chosen = str(on_shelf(conversation=conversation).pk)
    answer = do(ken_ho(), conversation, "reply", text="", asset=chosen, upload=menu())
    assert answer.status_code == 422
    assert "One file at a time" in answer.content.decode()
    assert not ActionRequest.objects.exists()


def test_words_beside_a_voice_message_are_refused_and_not_lost() -> None:
    conversation = ann_asks()
    voice = on_shelf(b"OggS", conversation=conversation, kind="audio", content_type="audio/ogg", name="Hello")
    answer = do(ken_ho(), conversation, "reply", text="Listen to this.", asset=str(voice.pk))
    assert answer.status_code == 422
    assert "A voice message and a sticker carry no words." in answer.content.decode()
    assert "Listen to this.</textarea>" in answer.content.decode()
    assert not ActionRequest.objects.exists()
