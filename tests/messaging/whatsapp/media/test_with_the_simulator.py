"""Up to Meta and down again, over the wire of the pretend Graph API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from messaging.models import Conversation
from messaging.whatsapp.media.fetching import fetch_one
from messaging.whatsapp.media.storing import read, sha256_of
from messaging.whatsapp.media.uploading import header_handle_of, media_id_of
from simulators.graph.account import APP_ID
from simulators.process import GraphSimulator
from tests.factories import NOON, ConversationFactory, SenderFactory, harbour_tea
from tests.messaging.whatsapp.media.files import PDF
from tests.messaging.whatsapp.media.shelves import on_shelf, sent_by_customer
from tests.thoroughness import THOROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not THOROUGH, reason="starts a process")]


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[GraphSimulator]:
    with GraphSimulator(tmp_path, "http://127.0.0.1:9/webhook", phone_number_ids=("555001",), seed=7) as simulator:
        yield simulator


@pytest.fixture
def conversation(meta: GraphSimulator, settings: Settings) -> Conversation:
    settings.GRAPH_BASE_URL = meta.base_url
    account = {"access_token": meta.token, "app_secret": meta.app_secret, "app_id": APP_ID}
    known = {f"account__{name}": value for name, value in account.items()}
    sender = SenderFactory(account__organisation=harbour_tea(), provider_ref="555001", **known)
    made: Conversation = ConversationFactory(sender=sender)
    return made


def test_a_file_goes_up_and_comes_down_as_it_was(conversation: Conversation) -> None:
    asset = on_shelf(PDF, kind="document", content_type="application/pdf", file_name="menu.pdf")
    media_id = media_id_of(asset, conversation.sender, NOON)
    fetch = sent_by_customer(conversation, PDF, media_id=media_id, content_type="application/pdf",
                             message={"kind": "document"})  # fmt: skip
    fetch_one(fetch.pk, NOON)
    fetch.refresh_from_db()
    assert (fetch.state, fetch.problem) == ("kept", "")
    assert fetch.asset is not None
    assert sha256_of(read(fetch.asset)) == asset.sha256


def test_the_sample_of_a_header_gets_a_handle(conversation: Conversation) -> None:
    assert conversation.sender.account is not None
    assert header_handle_of(on_shelf(), conversation.sender.account).startswith("4::")
