"""Where a customer's file may be fetched from, and how much of it."""

from datetime import timedelta

import pytest
import responses
from pytest_django import Settings

from messaging.models import Conversation
from messaging.whatsapp.media.fetching import is_metas
from tests.messaging.whatsapp.media.files import picture
from tests.messaging.whatsapp.media.metas_files import FILE, GRAPH, fetched, meta_has

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_meta")]
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/file",
        "http://lookaside.fbsbx.com/file",
        "https://lookaside.fbsbx.com.evil.example/file",
        "https://lookaside.fbsbx.com:8443/file",
        "https://user@lookaside.fbsbx.com/file",
        "https://graph.facebook.com@evil.example/file",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/file",
        "https://[::1/file",
        "",
    ],
)
@responses.activate
def test_the_token_goes_to_metas_addresses_alone(conversation: Conversation, url: str) -> None:
    responses.get(f"{GRAPH}/700001", json={"url": url, "id": "700001"})
    fetch = fetched(conversation, picture())
    assert (fetch.state, fetch.problem) == ("quarantined", "Meta named an address that is not its own")
    assert len(responses.calls) == 1


def test_where_the_graph_api_is_configured_its_files_may_be_too(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "http://127.0.0.1:8100"
    assert is_metas("http://127.0.0.1:8100/whatsapp_business/attachments/?mid=1")
    assert not is_metas("http://127.0.0.1:8101/whatsapp_business/attachments/?mid=1")
    assert not is_metas("https://127.0.0.1:8100/whatsapp_business/attachments/?mid=1")


@responses.activate
def test_nobody_is_led_elsewhere(conversation: Conversation) -> None:
    responses.get(f"{GRAPH}/700001", json={"url": FILE})
    responses.get(FILE, status=302, headers={"Location": "https://evil.example/"})
    fetch = fetched(conversation, picture())
    assert (fetch.state, len(responses.calls)) == ("waiting", 2)
    assert "HTTP 302" in fetch.problem


@responses.activate
def test_a_file_that_says_it_is_small_and_is_not_is_cut_off(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.whatsapp.media.fetching.INBOUND_BYTES", 1000)
    meta_has(bytes(200_000), file_size=5)
    fetch = fetched(conversation, bytes(200_000))
    assert (fetch.state, fetch.problem) == ("quarantined", "it is larger than any file may be")


@responses.activate
def test_a_file_that_says_it_is_too_large_is_not_asked_for(conversation: Conversation) -> None:
    meta_has(b"x", file_size=100 * 1024 * 1024 + 1)
    assert fetched(conversation, b"x").state == "quarantined"
    assert len(responses.calls) == 1
