"""Signed references: for one house, for ten minutes, for who may see the file, and under headers that run nothing."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.credentials import create_agent
from accounts.models import Person
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media.references import path_to
from tests.factories import (
    NOON,
    ConversationFactory,
    PersonFactory,
    QueueFactory,
    SenderFactory,
    TeamFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)
from tests.messaging.whatsapp.media.files import HTML, picture
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    made: Conversation = ConversationFactory(sender=SenderFactory(account__organisation=harbour_tea()))
    return made


def opened(address: str, person: Person | None, now: datetime = NOON) -> HttpResponse:
    client = Client()
    with time_machine.travel(now, tick=False):
        if person is not None:
            client.force_login(person)
        answer: HttpResponse = client.get(address)
    return answer


def status(asset: MediaAsset, person: Person | None, now: datetime = NOON) -> int:
    return opened(path_to(asset, NOON), person, now).status_code


def test_a_picture_comes_as_a_file_to_be_saved_that_may_run_nothing() -> None:
    answer = opened(path_to(on_shelf(file_name="茶單.jpg"), NOON), sam_lee())
    assert (answer.status_code, answer.content) == (200, picture())
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_page_that_a_customer_sent_comes_without_its_type() -> None:
    asset = on_shelf(HTML, content_type="text/html", file_name="menu.html", origin="inbound", state="received")
    assert opened(path_to(asset, NOON), sam_lee())["Content-Type"] == "application/octet-stream"


def test_after_ten_minutes_a_reference_is_over() -> None:
    asset = on_shelf()
    assert status(asset, sam_lee(), NOON + timedelta(minutes=10)) == 200
    assert status(asset, sam_lee(), NOON + timedelta(minutes=10, seconds=1)) == 404


def test_a_reference_opens_for_nobody_who_is_not_signed_in_and_for_no_other_house() -> None:
    asset, coffee = on_shelf(), PersonFactory(organisation=other_tenant(), role="admin")
    assert status(asset, None) == 401
    assert status(asset, coffee) == 404
    assert status(asset, vera_ng()) == 200


@pytest.mark.parametrize("salt", ["media", "page"])
def test_a_reference_of_ones_own_making_is_none(salt: str) -> None:
    asset = on_shelf()
    parts = [str(asset.organisation_id), str(asset.pk), 9999999999]
    forged = signing.dumps(parts, salt=salt, key="another-key" if salt == "media" else None)
    assert opened(reverse("media", args=(forged,)), sam_lee()).status_code == 404


def test_a_file_of_a_conversation_is_for_those_who_may_know_of_it(conversation: Conversation) -> None:
    asset = on_shelf(conversation=conversation)
    assert (status(asset, ken_ho()), status(asset, sam_lee()), status(asset, mei_chan())) == (200, 404, 200)
    conversation.queue = QueueFactory(team=TeamFactory(), is_restricted=True)
    conversation.save()
    assert (status(asset, ken_ho()), status(asset, mei_chan())) == (404, 200)


def test_what_is_quarantined_or_was_exchanged_is_not_shown() -> None:
    assert status(on_shelf(state="quarantined", path=""), mei_chan()) == 404
    assert status(on_shelf(sha256="0" * 64), mei_chan()) == 404


def test_an_agent_opens_it_with_its_key() -> None:
    asset = on_shelf()
    _agent, key = create_agent(harbour_tea(), sam_lee(), "Reader", scopes=["whatsapp:read"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    with time_machine.travel(NOON, tick=False):
        assert client.get(path_to(asset, NOON)).status_code == 200
