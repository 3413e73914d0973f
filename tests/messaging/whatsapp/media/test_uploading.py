"""Getting files to Meta: once a sender and thirty days, and only what may be sent."""

from datetime import timedelta

import pytest
import responses
from pytest_django import Settings

from messaging.models import Conversation, MediaAsset, MediaUpload, Sender
from messaging.whatsapp.media.uploading import find_attachment, header_handle_of, media_id_of
from tests.approvals.tea_room import refused
from tests.factories import NOON, ConversationFactory, SenderFactory, harbour_tea, other_tenant
from tests.messaging.whatsapp.media.files import AMR
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v25.0"


@pytest.fixture(autouse=True)
def at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"


@pytest.fixture
def sender() -> Sender:
    made: Sender = SenderFactory(account__organisation=harbour_tea(), provider_ref="555001", account__app_id="9001")
    return made


def meta_takes(media_id: str = "800001", number: str = "555001") -> None:
    responses.post(f"{GRAPH}/{number}/media", json={"id": media_id})


@responses.activate
def test_a_file_goes_up_once_and_its_id_is_used_until_it_is_about_to_end(sender: Sender) -> None:
    asset = on_shelf()
    meta_takes("800001")
    assert media_id_of(asset, sender, NOON) == "800001"
    assert media_id_of(asset, sender, NOON + timedelta(days=29)) == "800001"
    assert len(responses.calls) == 1
    upload = MediaUpload.objects.get()
    assert (upload.asset, upload.sender, upload.expires_at) == (asset, sender, NOON + timedelta(days=30))
    responses.replace("POST", f"{GRAPH}/555001/media", json={"id": "800002"})
    assert media_id_of(asset, sender, NOON + timedelta(days=29, hours=18)) == "800002"


@responses.activate
def test_each_number_has_an_id_of_its_own(sender: Sender) -> None:
    other = SenderFactory(account=sender.account, provider_ref="555002")
    asset = on_shelf()
    meta_takes("800001"), meta_takes("800002", "555002")
    assert [media_id_of(asset, one, NOON) for one in (sender, other)] == ["800001", "800002"]


@pytest.mark.parametrize(
    "facts",
    [{"state": "waiting"}, {"state": "rejected"}, {"state": "received"}, {"scan": "infected"}, {"path": ""}],
)
@responses.activate
def test_what_may_not_be_sent_does_not_go_up_even_with_an_id_from_before(sender: Sender, facts: dict[str, str]) -> None:
    asset = on_shelf()
    meta_takes()
    media_id_of(asset, sender, NOON)
    MediaAsset.objects.update(**facts)
    assert refused(lambda: media_id_of(asset, sender, NOON)).codes == ["file_not_approved"]
    assert len(responses.calls) == 1


def test_bytes_that_were_exchanged_do_not_go_up(sender: Sender) -> None:
    asset = on_shelf(sha256="0" * 64)
    assert refused(lambda: media_id_of(asset, sender, NOON)).codes == ["file_lost"]


@responses.activate
def test_what_meta_refuses_is_told_in_its_words_and_leaves_no_id(sender: Sender) -> None:
    responses.post(
        f"{GRAPH}/555001/media",
        status=400,
        json={"error": {"message": "x", "code": 131053, "error_data": {"details": "unsupported codec"}}},
    )
    no = refused(lambda: media_id_of(on_shelf(), sender, NOON))
    assert no.codes == ["meta_131053"]
    assert "unsupported codec" in str(no)
    assert not MediaUpload.objects.exists()


@responses.activate
def test_the_sample_of_a_header_goes_up_in_two_steps(sender: Sender) -> None:
    responses.post(f"{GRAPH}/9001/uploads", json={"id": "upload:abc"})
    responses.post(f"{GRAPH}/upload:abc", json={"h": "4::handle"})
    assert sender.account is not None
    assert header_handle_of(on_shelf(), sender.account) == "4::handle"
    sound = on_shelf(AMR, kind="audio", content_type="audio/amr")
    assert refused(lambda: header_handle_of(sound, sender.account)).codes == ["type_not_taken"]  # type: ignore[arg-type]


def test_an_attachment_is_ones_own_approved_and_of_this_conversation_or_of_all(sender: Sender) -> None:
    here: Conversation = ConversationFactory(sender=sender)
    elsewhere: Conversation = ConversationFactory(sender=sender)
    for asset in (on_shelf(), on_shelf(conversation=here)):
        assert find_attachment(harbour_tea(), asset.pk, here) == asset
    for asset in (on_shelf(conversation=elsewhere), on_shelf(organisation=other_tenant())):
        assert refused(lambda key=asset.pk: find_attachment(harbour_tea(), key, here)).codes == ["file_not_found"]  # type: ignore[misc]
    only_here = on_shelf(conversation=here).pk
    assert refused(lambda: find_attachment(harbour_tea(), only_here, None)).codes == ["file_not_found"]
    waiting = on_shelf(state="waiting").pk
    assert refused(lambda: find_attachment(harbour_tea(), waiting, here)).codes == ["file_not_approved"]
