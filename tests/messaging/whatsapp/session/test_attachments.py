"""Files in answers: our own, approved, for this conversation, and shown as what they are."""

from typing import Any

import pytest
import responses
from pytest_django import Settings

from approvals.models import Preview
from messaging.models import Conversation, MediaAsset, MediaUpload, Reply, Send
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, SenderFactory, other_tenant
from tests.messaging.whatsapp.media.shelves import on_shelf
from tests.messaging.whatsapp.session.answering import answered, house, risks, shown
from tests.messaging.whatsapp.session.stage import ann_wrote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(settings: Settings) -> Conversation:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"
    house()
    return ann_wrote(sender=SenderFactory(provider_ref="555001"))


@pytest.fixture
def meta() -> Any:
    """What Meta is asked; it knows each file as 800001."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as asked:
        asked.post("https://graph.facebook.com/v25.0/555001/media", json={"id": "800001"})
        yield asked.calls


def photo(asset: MediaAsset, **more: Any) -> dict[str, Any]:
    return {"kind": "image", "asset_id": str(asset.pk), **more}


def test_a_file_goes_by_the_id_that_meta_knows_it_by_and_a_person_sees_it_first(ann: Conversation, meta: Any) -> None:
    asset = on_shelf()
    preview = shown(ann, photo(asset, caption="Your parcel"))
    assert risks(preview) == [("attachment", "image")]
    assert preview.data is not None
    assert (preview.data["shows"], preview.data["asset_ids"]) == (["[picture]", "Your parcel"], [str(asset.pk)])
    body = Preview.objects.get().contract["body"]
    assert body == {"type": "image", "image": {"id": "800001", "caption": "Your parcel"}}
    assert answered(ann, photo(asset)).state == "pending"
    assert (len(meta), MediaUpload.objects.count(), Send.objects.count()) == (1, 1, 0)


def test_nothing_goes_up_for_what_is_refused_anyway(ann: Conversation, meta: Any) -> None:
    Conversation.objects.update(window_until=NOON)
    assert refused(lambda: shown(ann, photo(on_shelf()))).codes == ["window_closed"]
    assert len(meta) == 0


@pytest.mark.parametrize("facts", [{"state": "waiting"}, {"state": "rejected"}, {"scan": "infected"}])
def test_a_file_that_nobody_approved_is_refused(ann: Conversation, meta: Any, facts: dict[str, str]) -> None:
    no = refused(lambda: shown(ann, photo(on_shelf(**facts))))
    assert (no.codes, len(meta)) == (["file_not_approved"], 0)


def test_files_of_others_are_unknown(ann: Conversation, meta: Any) -> None:
    ben = ann_wrote(name="Ben", sender=ann.sender)
    for asset in (on_shelf(organisation=other_tenant()), on_shelf(conversation=ben)):
        assert refused(lambda asset=asset: shown(ann, photo(asset))).codes == ["file_not_found"]  # type: ignore[misc]
    assert len(meta) == 0


def test_a_file_is_shown_as_what_it_is(ann: Conversation, meta: Any) -> None:
    picture = on_shelf()
    header = {"kind": "buttons", "text": "So?", "buttons": [{"id": "a", "title": "A"}],
              "header": {"kind": "video", "asset_id": str(picture.pk)}}  # fmt: skip
    for message in ({"kind": "document", "asset_id": str(picture.pk)}, header):
        assert refused(lambda message=message: shown(ann, message)).codes == ["wrong_kind_of_file"]  # type: ignore[misc]


def test_only_ogg_is_a_voice_message(ann: Conversation, meta: Any) -> None:
    sound = on_shelf(kind="audio", content_type="audio/mpeg")
    voice = {"kind": "audio", "asset_id": str(sound.pk), "voice": True}
    assert refused(lambda: shown(ann, voice)).codes == ["not_a_voice_message"]
    MediaAsset.objects.update(content_type="audio/ogg")
    assert shown(ann, voice).preview_id


def test_a_file_that_is_taken_back_while_a_person_decides_does_not_leave(ann: Conversation, meta: Any) -> None:
    request = answered(ann, photo(on_shelf()))
    MediaAsset.objects.update(state="rejected")
    assert refused(lambda: approved(request)).codes == ["file_not_approved"]
    assert Reply.objects.count() == 0
