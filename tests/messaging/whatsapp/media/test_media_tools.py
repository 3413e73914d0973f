"""whatsapp.media_asset.upload and whatsapp.media_assets.list through the door."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from pytest_django import Settings

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import Policy
from audit.models import Entry
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media.approving import reject_media
from tests.approvals.tea_room import approved, at_desk, codes_of, refused, request_of
from tests.factories import (
    NOON,
    ConversationFactory,
    QueueFactory,
    SenderFactory,
    TeamFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    vera_ng,
)
from tests.messaging.whatsapp.media.clamd import pretend_clamd
from tests.messaging.whatsapp.media.files import EICAR, HTML, PDF, picture
from tests.messaging.whatsapp.media.shelves import TOOL, handed_in, menu, on_shelf, sam, sent_by_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    made: Conversation = ConversationFactory(sender=SenderFactory(account__organisation=harbour_tea()))
    return made


def ken() -> Actor:
    return Actor.of_person(ken_ho(), Face.DESK)


def listed(actor: Actor, **ask: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("whatsapp.media_assets.list", ask, actor, NOON).data["media_assets"]
    return rows


def test_a_file_waits_for_a_compliance_officer_before_it_may_be_used() -> None:
    request = request_of(handed_in(sam()))
    asset = MediaAsset.objects.get()
    assert (request.state, request.role, asset.state) == ("pending", "compliance", "waiting")
    carry_out(approved(request).pk, NOON)
    asset.refresh_from_db()
    assert (asset.state, asset.kind, asset.width, asset.height, asset.uploaded_by) == (
        "approved", "image", 8, 6, "Sam Lee",
    )  # fmt: skip
    assert storages["media"].exists(asset.path)


def test_a_policy_that_lets_everything_run_lets_no_file_of_all_uses_run() -> None:
    Policy.objects.create(organisation=harbour_tea(), name="All", tools="*", outcome=Policy.Outcome.AUTOMATIC)
    assert request_of(handed_in(sam())).state == "pending"


def test_supports_clean_file_for_one_conversation_is_taken_at_once(
    conversation: Conversation, settings: Settings
) -> None:
    default_policies(harbour_tea())
    with pretend_clamd() as clamd:
        settings.CLAMD_ADDRESS = clamd.address
        answer = handed_in(ken(), conversation_id=str(conversation.pk))
    assert (request_of(answer).state, answer.data["state"], answer.data["scan"]) == ("succeeded", "approved", "clean")
    assert MediaAsset.objects.get().conversation == conversation


def test_a_file_that_no_scanner_has_called_clean_waits_for_a_person(conversation: Conversation) -> None:
    default_policies(harbour_tea())
    answer = handed_in(ken(), conversation_id=str(conversation.pk))
    assert (request_of(answer).state, MediaAsset.objects.get().scan) == ("pending", "unscanned")


def test_support_may_hand_in_nothing_for_all_uses() -> None:
    assert refused(lambda: handed_in(ken())).codes == ["scope_missing"]
    assert not MediaAsset.objects.exists()


def test_who_serves_nobody_hands_nothing_into_a_conversation(conversation: Conversation) -> None:
    assert refused(lambda: handed_in(sam(), conversation_id=str(conversation.pk))).codes == ["scope_missing"]


def test_a_conversation_of_a_restricted_queue_is_as_unknown_as_none(conversation: Conversation) -> None:
    conversation.queue = QueueFactory(team=TeamFactory(), is_restricted=True)
    conversation.save()
    hidden = str(conversation.pk)
    assert refused(lambda: handed_in(ken(), conversation_id=hidden)).codes == ["conversation_not_found"]
    assert refused(lambda: listed(ken(), conversation_id=hidden)).codes == ["conversation_not_found"]


def test_a_virus_is_refused_recorded_and_not_kept(settings: Settings) -> None:
    with pretend_clamd() as clamd:
        settings.CLAMD_ADDRESS = clamd.address
        no = refused(lambda: handed_in(sam(), content=EICAR, file_name="a.txt", content_type="text/plain"))
    assert no.codes == ["infected"]
    assert not MediaAsset.objects.exists()
    assert Entry.objects.get(action="media.infected").facts["found"] == "Eicar-Test-Signature"


def test_nothing_is_taken_while_the_scanner_does_not_answer(settings: Settings) -> None:
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:9"
    assert refused(lambda: handed_in(sam())).codes == ["not_scanned"]
    assert not MediaAsset.objects.exists()


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"content": HTML}, ["content_disagrees"]),
        ({"content": b""}, ["invalid_argument"]),
        ({"file_name": ""}, ["ending_disagrees"]),
        ({"content_type": "image/svg+xml"}, ["type_not_taken"]),
        ({"asset_id": "5f4dcc3b-0000-4000-8000-000000000000"}, ["invalid_argument"]),
    ],
)
def test_a_bad_file_leaves_no_request_and_no_row(more: dict[str, Any], codes: list[str]) -> None:
    assert refused(lambda: handed_in(sam(), **more)).codes == codes
    assert not MediaAsset.objects.exists()


def test_what_is_no_base64_and_what_is_too_long_is_said() -> None:
    arguments = menu() | {"content": "not base64!"}
    assert refused(lambda: call(TOOL, arguments, sam(), NOON)).codes == ["invalid_argument"]
    arguments["content"] = "A" * (8 * 1024 * 1024 * 4 // 3 + 8)
    assert refused(lambda: call(TOOL, arguments, sam(), NOON)).reasons[0].field == "content"


def test_the_same_key_and_the_same_file_twice_are_one_request_and_one_file() -> None:
    arguments = menu()
    first, second = (call(TOOL, arguments, sam(), NOON) for _time in range(2))
    assert request_of(first) == request_of(second)
    assert MediaAsset.objects.count() == 1


def test_who_hands_in_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.whatsapp.media.shelf.MOST_WAITING", 2)
    for number in range(2):
        handed_in(sam(), content=picture(size=(8, 8 + number)))
    assert refused(lambda: handed_in(sam(), content=picture(size=(8, 20)))).codes == ["shelf_full"]
    assert MediaAsset.objects.count() == 2


def test_a_file_that_was_rejected_is_not_approved_any_more() -> None:
    request = request_of(handed_in(sam()))
    reject_media(MediaAsset.objects.get(), at_desk(mei_chan()), NOON)
    assert refused(lambda: approved(request)).codes == ["file_rejected"]
    assert refused(lambda: handed_in(sam())).codes == ["file_rejected"]


def test_bytes_that_were_exchanged_after_the_approval_void_it() -> None:
    request = approved(request_of(handed_in(sam())))
    MediaAsset.objects.update(sha256="0" * 64)
    request = carry_out(request.pk, NOON)
    assert (request.state, codes_of(request)) == ("voided", ["file_changed"])


def test_a_file_that_lies_on_the_shelf_is_approved_by_its_id() -> None:
    asset = on_shelf(state="waiting")
    ask = {"asset_id": str(asset.pk), "idempotency_key": "the-menu-1", "reason": "For the spring menu."}
    request = request_of(call(TOOL, ask, sam(), NOON))
    carry_out(approved(request).pk, NOON)
    asset.refresh_from_db()
    assert asset.state == "approved"


def test_a_file_of_another_house_or_of_a_conversation_is_as_unknown_as_none(conversation: Conversation) -> None:
    for asset in (on_shelf(organisation=other_tenant()), on_shelf(conversation=conversation),
                  on_shelf(origin="inbound", state="received")):  # fmt: skip
        ask = {"asset_id": str(asset.pk), "idempotency_key": f"the-menu-{asset.pk}", "reason": "For the menu."}
        assert refused(lambda ask=ask: call(TOOL, ask, sam(), NOON)).codes == ["mediaasset_not_found"]  # type: ignore[misc]


def test_the_list_shows_files_of_all_uses_and_of_no_other_house(conversation: Conversation) -> None:
    menu_, _theirs = on_shelf(), on_shelf(organisation=other_tenant())
    on_shelf(conversation=conversation)
    (row,) = listed(sam())
    assert (row["asset_id"], row["state"], row["most_bytes"], row["fits_header"]) == (
        str(menu_.pk), "approved", 5 * 1024 * 1024, True,
    )  # fmt: skip
    assert row["reference"].startswith("https://desk.example.test/media/")
    assert row["reference_expires_at"] == (NOON + timedelta(minutes=10)).isoformat()


def test_no_path_and_no_digest_leaves_the_house() -> None:
    asset = on_shelf()
    told = str(call("whatsapp.media_assets.list", {}, sam(), NOON).data)
    assert asset.path not in told
    assert asset.sha256 not in told


def test_the_list_is_narrowed_by_kind_and_state() -> None:
    on_shelf(), on_shelf(PDF, kind="document", content_type="application/pdf", state="waiting")
    assert [row["kind"] for row in listed(sam(), kind="document")] == ["document"]
    assert [row["kind"] for row in listed(sam(), state="approved")] == ["image"]


def test_a_customers_file_is_listed_with_its_conversation_for_those_who_serve(conversation: Conversation) -> None:
    asset = on_shelf(picture(), conversation=conversation, origin="inbound", state="received",
                     inbound=sent_by_customer(conversation, b"x").message)  # fmt: skip
    assert [row["asset_id"] for row in listed(ken(), conversation_id=str(conversation.pk))] == [str(asset.pk)]
    viewer = Actor.of_person(vera_ng(), Face.REST)
    assert refused(lambda: listed(viewer, conversation_id=str(conversation.pk))).codes == ["scope_missing"]


def test_what_is_quarantined_has_no_reference() -> None:
    on_shelf(state="quarantined", path="")
    (row,) = listed(sam())
    assert (row["reference"], row["reference_expires_at"]) == ("", None)
