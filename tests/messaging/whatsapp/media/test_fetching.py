"""What customers send: fetched at once, checked, scanned, kept; or tried again, then told."""

import base64
import hashlib
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import responses
from django.core.files.storage import storages
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from audit.models import Entry
from messaging.inbox.apply import apply_waiting
from messaging.models import Conversation, InboundMessage, MediaAsset, MediaFetch
from messaging.whatsapp.media import tasks
from messaging.whatsapp.media.digests import is_digest_of
from messaging.whatsapp.media.fetching import LEASE, due, fetch_one
from messaging.whatsapp.media.storing import read
from tests.factories import NOON, ContactFactory, harbour_tea
from tests.messaging.whatsapp.media.clamd import pretend_clamd
from tests.messaging.whatsapp.media.files import EICAR, HTML, PDF, archive, photo, picture
from tests.messaging.whatsapp.media.metas_files import GRAPH, fetched, meta_has
from tests.messaging.whatsapp.media.shelves import sent_by_customer
from tests.webhooks import arrived, messages_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_meta")]
MINUTE = timedelta(minutes=1)


@responses.activate
def test_a_photo_is_fetched_checked_and_kept_without_its_place(conversation: Conversation) -> None:
    meta_has(photo())
    fetch = fetched(conversation, photo(), file_name="IMG_1.jpg")
    asset = fetch.asset
    assert asset is not None
    assert (fetch.state, asset.state, asset.origin, asset.kind, asset.file_name) == (
        "kept", "received", "inbound", "image", "IMG_1.jpg",
    )  # fmt: skip
    assert (asset.conversation, asset.inbound, asset.width, asset.height) == (conversation, fetch.message, 6, 8)
    assert b"HONG KONG" not in read(asset)
    asked = [call.request.headers["Authorization"] for call in responses.calls]
    assert asked == ["Bearer EAAGtea", "Bearer EAAGtea"]


@responses.activate
def test_nothing_but_pictures_is_drawn_anew(conversation: Conversation) -> None:
    meta_has(PDF, mime_type="application/pdf")
    asset = fetched(conversation, PDF, content_type="application/pdf", message={"kind": "document"}).asset
    assert asset is not None
    assert (asset.kind, asset.content_type, read(asset)) == ("document", "application/pdf", PDF)


@pytest.mark.parametrize("content", [HTML, archive(a_dot_txt=b"x"), b"\xff\xd8\xff and no picture"])
@responses.activate
def test_what_is_not_what_it_says_keeps_no_type(conversation: Conversation, content: bytes) -> None:
    meta_has(content)
    asset = fetched(conversation, content, file_name="menu.jpg").asset
    assert asset is not None
    assert (asset.content_type, asset.width) == ("application/octet-stream", None)


@pytest.mark.parametrize("told", ["0" * 64, base64.b64encode(bytes(32)).decode(), "no digest"])
@responses.activate
def test_another_digest_than_the_webhooks_quarantines_it(conversation: Conversation, told: str) -> None:
    meta_has(picture())
    fetch = fetched(conversation, picture(), sha256=told)
    assert (fetch.state, fetch.problem) == ("quarantined", "its digest is not the one that Meta told")
    assert not MediaAsset.objects.exists()
    assert Entry.objects.get(action="media.quarantined").facts["problem"] == fetch.problem


@responses.activate
def test_another_digest_than_the_nodes_quarantines_it(conversation: Conversation) -> None:
    meta_has(picture(), sha256="0" * 64)
    assert fetched(conversation, picture(), sha256="").state == "quarantined"


def test_a_digest_is_read_as_hex_and_as_base64() -> None:
    digest = hashlib.sha256(PDF)
    assert is_digest_of(PDF, digest.hexdigest().upper())
    assert is_digest_of(PDF, base64.b64encode(digest.digest()).decode())
    assert not is_digest_of(PDF + b"x", digest.hexdigest())


@responses.activate
def test_a_virus_is_quarantined_and_not_kept(conversation: Conversation, settings: Settings) -> None:
    meta_has(EICAR)
    with pretend_clamd() as clamd:
        settings.CLAMD_ADDRESS = clamd.address
        fetch = fetched(conversation, EICAR)
    assert (fetch.state, fetch.problem) == ("quarantined", "the virus scanner found Eicar-Test-Signature")
    assert not any(storages["media"].exists(f"{fetch.organisation_id}/{digest[:2]}/{digest}")
                   for digest in (hashlib.sha256(EICAR).hexdigest(),))  # fmt: skip


@responses.activate
def test_while_the_scanner_is_away_it_is_tried_again(conversation: Conversation, settings: Settings) -> None:
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:9"
    meta_has(picture())
    fetch = fetched(conversation, picture())
    assert (fetch.state, fetch.tries, fetch.due_at) == ("waiting", 1, NOON + timedelta(seconds=30))
    settings.CLAMD_ADDRESS = ""
    fetch_one(fetch.pk, NOON + MINUTE)
    fetch.refresh_from_db()
    assert (fetch.state, fetch.problem) == ("kept", "")


@responses.activate
def test_what_does_not_work_is_tried_at_growing_intervals_until_meta_throws_it_away(conversation: Conversation) -> None:
    responses.get(f"{GRAPH}/700001", status=500)
    fetch = sent_by_customer(conversation, b"x")
    moments = []
    while fetch.state == "waiting":
        moments.append(fetch.due_at)
        fetch_one(fetch.pk, fetch.due_at)
        fetch.refresh_from_db()
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    assert pauses[:11] == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600]
    assert (fetch.state, moments[-1], fetch.settled_at) == ("given_up", NOON + timedelta(days=7), moments[-1])
    assert len(responses.calls) == len(moments) - 1
    assert Entry.objects.filter(action="media.given_up").count() == 1


@responses.activate
def test_two_workers_fetch_a_file_once(conversation: Conversation) -> None:
    meta_has(picture())
    fetch = sent_by_customer(conversation, picture())
    MediaFetch.objects.update(due_at=NOON + LEASE)  # another worker has begun
    fetch_one(fetch.pk, NOON)
    assert (due(NOON), len(responses.calls)) == ([], 0)
    fetch_one(fetch.pk, NOON + LEASE)  # and has died
    fetch_one(fetch.pk, NOON + LEASE)
    assert (MediaAsset.objects.count(), due(NOON + timedelta(days=1))) == (1, [])


@responses.activate
def test_a_storage_that_fails_does_not_lose_the_file(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BucketIsAway(Exception):
        pass

    def no(*_: object) -> str:
        raise BucketIsAway

    monkeypatch.setattr("messaging.whatsapp.media.storing.keep", no)
    meta_has(picture())
    fetch = fetched(conversation, picture())
    assert (fetch.state, fetch.problem) == ("waiting", "BucketIsAway")


def test_a_webhook_writes_the_file_down_with_its_message_and_rings(
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks.fetch, "apply_async", lambda args, **_options: rung.append(args))
    ContactFactory(organisation=harbour_tea(), phone="+85261234567")
    document = {"id": "700001", "mime_type": "application/pdf", "sha256": "abc", "filename": "ignore all rules.pdf"}
    message = {"id": "wamid.1", "timestamp": str(int(NOON.timestamp())), "type": "document", "document": document,
               "from": "85261234567"}  # fmt: skip
    arrived(conversation.sender, messages_body(conversation.sender, messages=[message]))
    with django_capture_on_commit_callbacks(execute=True):
        apply_waiting(NOON)
    fetch = MediaFetch.objects.get()
    assert (fetch.message, fetch.media_id, fetch.sha256, fetch.file_name) == (
        InboundMessage.objects.get(provider_id="wamid.1"), "700001", "abc", "ignore all rules.pdf",
    )  # fmt: skip
    assert (fetch.state, fetch.due_at, fetch.until) == ("waiting", NOON, NOON + timedelta(days=7))
    assert rung == [(fetch.pk,)]


def test_the_sweep_rings_for_what_no_bell_was_heard_for(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks.fetch, "apply_async", lambda args, **_options: rung.append(args))
    monkeypatch.setattr(tasks, "database_now", lambda: NOON)
    now, later = (sent_by_customer(conversation, b"x", due_at=NOON + wait) for wait in (timedelta(0), MINUTE))
    tasks.sweep()
    assert rung == [(now.pk,)]
    assert later.state == "waiting"
