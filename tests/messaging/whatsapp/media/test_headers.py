"""Files in the headers of templates: approved before they are used, at Meta in time, stopped when forbidden."""

import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from pytest_django import Settings

from accounts.actor import Actor
from approvals.execution import carry_out
from messaging.engine.bodies import Build, SendDoesNotStand
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.engine.taken import Taken
from messaging.models import MediaAsset, MediaUpload, Send, TemplateTranslation, WhatsAppAccount
from messaging.whatsapp.bodies import prepare
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import NOON, ConversationFactory, WhatsAppAccountFactory, harbour_tea, other_tenant
from tests.messaging import spring_broadcasts, spring_templates
from tests.messaging.spring_broadcasts import scheduled, send_of, tea_for_three
from tests.messaging.spring_tea import SpringTea, tea_assistant
from tests.messaging.whatsapp.media.files import AMR, PDF
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v25.0"


@pytest.fixture(autouse=True)
def at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"


@pytest.fixture
def agent() -> Actor:
    return tea_assistant()


@pytest.fixture
def tea() -> SpringTea:
    """The spring tea, with a picture above the text."""
    tea = tea_for_three()
    tea.english.definition = {**tea.english.definition, "header": {"kind": "image", "example": "4::sample"}}
    tea.english.save()
    TemplateTranslation.objects.filter(pk=tea.english.pk).update(digest="a" * 64)
    return tea


def with_picture(said: str) -> dict[str, Any]:
    name = {"name": "1", "source": "name"}
    return {"variables": [name, {"name": "header", "source": "text", "text": said}]}


def why_not(tea: SpringTea, agent: Actor, said: str) -> list[str]:
    """What stands against drafting a broadcast with this in its header."""
    made = spring_broadcasts.preview(tea, agent, **with_picture(said)).preview_id
    return refused(lambda: spring_broadcasts.write("create", made, agent)).codes


def waiting(tea: SpringTea, agent: Actor, asset: MediaAsset) -> Send:
    """A broadcast with this picture that Mei has approved."""
    request = scheduled(tea, agent, **with_picture(str(asset.pk)))
    ended = carry_out(approved(request).pk, NOON)
    assert ended.state == "succeeded", codes_of(ended)
    return send_of(request)


def leaving(send: Send) -> tuple[list[Taken], Build]:
    """The send's messages as they go out, and what builds them. The database looks at the clock of today."""
    assert release_due(send.due_at) == 1
    MediaUpload.objects.update(expires_at=NOON + timedelta(days=3650))
    batch = take(send.sender, 10, send.due_at)
    assert len(batch) == 2
    return batch, prepare(batch)


def meta_takes(sender_ref: str) -> None:
    responses.post(f"{GRAPH}/{sender_ref}/media", json={"id": "800001"})


def test_a_broadcast_takes_no_address_no_foreign_id_and_no_file_that_was_not_approved(
    tea: SpringTea, agent: Actor
) -> None:
    assert why_not(tea, agent, "https://tea.example.test/a.png") == ["header_not_a_file"]
    assert why_not(tea, agent, "1037543291543636") == ["header_not_a_file"]
    assert why_not(tea, agent, str(on_shelf(state="waiting").pk)) == ["file_not_approved"]
    assert why_not(tea, agent, str(on_shelf(organisation=other_tenant()).pk)) == ["file_not_found"]
    conversation = ConversationFactory(sender=tea.sender)
    assert why_not(tea, agent, str(on_shelf(conversation=conversation).pk)) == ["file_not_found"]
    document = on_shelf(PDF, kind="document", content_type="application/pdf")
    assert why_not(tea, agent, str(document.pk)) == ["header_of_another_kind"]


@responses.activate
def test_the_picture_is_at_meta_before_the_first_message_leaves(tea: SpringTea, agent: Actor) -> None:
    asset = on_shelf()
    send = waiting(tea, agent, asset)
    meta_takes(tea.sender.provider_ref)
    batch, build = leaving(send)
    parts = [build(one)["template"]["components"][0] for one in batch]
    assert parts == [{"type": "header", "parameters": [{"type": "image", "image": {"id": "800001"}}]}] * 2
    assert len(responses.calls) == 1


@responses.activate
def test_a_broadcast_whose_picture_meta_does_not_take_pauses_and_says_why(tea: SpringTea, agent: Actor) -> None:
    send = waiting(tea, agent, on_shelf())
    error = {"error": {"message": "x", "code": 131053, "error_data": {"details": "unsupported"}}}
    responses.post(f"{GRAPH}/{tea.sender.provider_ref}/media", status=400, json=error)
    assert release_due(send.due_at) == 0
    send = Send.objects.get(pk=send.pk)
    assert send.state == "paused"
    assert "unsupported" in send.pause_reason


def test_a_picture_that_was_forbidden_after_the_approval_lets_nothing_leave(tea: SpringTea, agent: Actor) -> None:
    asset = on_shelf()
    send = waiting(tea, agent, asset)
    MediaAsset.objects.update(state="rejected")
    assert release_due(send.due_at) == 0
    assert Send.objects.get(pk=send.pk).state == "paused"


@responses.activate
def test_a_picture_that_is_forbidden_under_way_stops_the_rest(tea: SpringTea, agent: Actor) -> None:
    send = waiting(tea, agent, on_shelf())
    meta_takes(tea.sender.provider_ref)
    batch, build = leaving(send)
    assert build(batch[0])
    MediaAsset.objects.update(state="rejected")
    build = prepare(batch)
    with pytest.raises(SendDoesNotStand, match="may not be used any more"):
        build(batch[0])


# Templates


@pytest.fixture
def account() -> WhatsAppAccount:
    spring_templates.keep_drafts_at_once()
    made: WhatsAppAccount = WhatsAppAccountFactory(organisation=harbour_tea(), app_id="9001", waba_id="104990")
    return made


def drafted(agent: Actor, said: str) -> Any:
    """The spring tea as a draft with this sample in its header."""
    ask = spring_templates.ask()
    ask["translations"][0]["header"] = {"kind": "image", "example": said}
    return spring_templates.drafted(agent, translations=ask["translations"])


@pytest.mark.parametrize(
    ("said", "code"),
    [("4::aW1hZ2U=", "header_not_a_file"), ("waiting", "file_not_approved"), ("sound", "header_of_another_kind")],
)
def test_a_template_is_submitted_with_no_sample_that_nobody_approved(
    agent: Actor, account: WhatsAppAccount, said: str, code: str
) -> None:
    if said == "waiting":
        said = str(on_shelf(state="waiting").pk)
    elif said == "sound":
        said = str(on_shelf(AMR, kind="audio", content_type="audio/amr").pk)
    made = drafted(agent, said)
    assert refused(lambda: spring_templates.write("template.submit", made, agent)).codes == [code]


@responses.activate
def test_the_sample_goes_up_when_the_template_is_submitted(agent: Actor, account: WhatsAppAccount) -> None:
    made = drafted(agent, str(on_shelf().pk))
    responses.post(f"{GRAPH}/9001/uploads", json={"id": "upload:abc"})
    responses.post(f"{GRAPH}/upload:abc", json={"h": "4::handle"})
    responses.post(f"{GRAPH}/104990/message_templates", json={"id": "77", "status": "PENDING", "category": "MARKETING"})
    request = spring_broadcasts.request_of(spring_templates.write("template.submit", made, agent))
    ended = carry_out(approved(request).pk, NOON)
    assert (ended.state, codes_of(ended)) == ("succeeded", [])
    posted = json.loads(responses.calls[2].request.body)
    assert posted["components"][0]["example"] == {"header_handle": ["4::handle"]}


@responses.activate
def test_a_sample_whose_upload_is_lost_leaves_the_draft_a_draft(agent: Actor, account: WhatsAppAccount) -> None:
    made = drafted(agent, str(on_shelf().pk))
    responses.post(f"{GRAPH}/9001/uploads", body=ConnectionError("cut"))
    request = spring_broadcasts.request_of(spring_templates.write("template.submit", made, agent))
    ended = carry_out(approved(request).pk, NOON)
    assert ended.state == "failed"
    assert TemplateTranslation.objects.get().status == "DRAFT"
    assert not MediaUpload.objects.exists()
