"""whatsapp.business_profile.get: what customers see, asked of Meta now and then, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
import responses
from pytest_django import Settings

from accounts.actor import Actor, Face
from approvals.calls import call
from messaging.models import Sender
from tests.approvals.tea_room import refused
from tests.factories import NOON, SenderFactory, harbour_tea, other_tenant, vera_ng

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v25.0"
PROFILE = {
    "about": "Tea since 1923",
    "address": "1 Harbour Road",
    "email": "hello@harbour-tea.test",
    "websites": ["https://harbour-tea.test"],
    "vertical": "RETAIL",
    "profile_picture_url": "https://pps.whatsapp.net/secret-of-the-picture",
}


@pytest.fixture(autouse=True)
def at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"


@pytest.fixture
def sender() -> Sender:
    account = {"account__organisation": harbour_tea(), "account__access_token": "EAAGtea"}
    made: Sender = SenderFactory(provider_ref="555001", display_name="Harbour", **account)
    return made


def meta_says(**number: Any) -> None:
    responses.get(f"{GRAPH}/555001/whatsapp_business_profile", json={"data": [PROFILE]})
    facts = {"verified_name": "Harbour Tea", "name_status": "APPROVED", "is_official_business_account": True}
    responses.get(
        f"{GRAPH}/555001", json={"id": "555001", "certificate": "secret-of-the-certificate", **facts, **number}
    )


def read(sender: Sender, now: Any = NOON) -> dict[str, Any]:
    viewer = Actor.of_person(vera_ng(), Face.REST)
    data: dict[str, Any] = call("whatsapp.business_profile.get", {"sender_id": str(sender.pk)}, viewer, now).data
    return data


@responses.activate
def test_the_profile_is_what_customers_see(sender: Sender) -> None:
    meta_says()
    told = read(sender)
    assert told == {
        "sender_id": str(sender.pk),
        "number": sender.number,
        "display_name": "Harbour Tea",
        "name_status": "APPROVED",
        "official": True,
        "about": "Tea since 1923",
        "address": "1 Harbour Road",
        "description": "",
        "email": "hello@harbour-tea.test",
        "websites": ["https://harbour-tea.test"],
        "vertical": "RETAIL",
        "has_picture": True,
        "business_hours": "unknown",
        "read_at": NOON.isoformat(),
    }
    assert "secret" not in str(told)
    assert "555001" not in str(told)


@responses.activate
def test_an_answer_is_kept_for_a_while(sender: Sender) -> None:
    meta_says()
    first, second = read(sender), read(sender, NOON + timedelta(minutes=5))
    assert first == second
    assert len(responses.calls) == 2


@responses.activate
def test_where_meta_tells_no_name_ours_is_told(sender: Sender) -> None:
    meta_says(verified_name=None)
    assert read(sender)["display_name"] == "Harbour"


@responses.activate
def test_what_meta_refuses_is_told_and_not_kept(sender: Sender) -> None:
    error = {"error": {"message": "x", "code": 190, "error_data": {"details": "EAAGtea has expired"}}}
    responses.get(f"{GRAPH}/555001/whatsapp_business_profile", status=401, json=error)
    no = refused(lambda: read(sender))
    assert no.codes == ["meta_silent"]
    assert "EAAGtea" not in str(no)
    responses.reset()
    meta_says()
    assert read(sender)["display_name"] == "Harbour Tea"


def test_without_a_token_nobody_is_asked(sender: Sender) -> None:
    assert sender.account is not None
    sender.account.access_token = ""
    sender.account.save()
    assert refused(lambda: read(sender)).codes == ["not_connected"]


def test_a_number_of_another_house_and_a_text_sender_are_as_unknown_as_none() -> None:
    coffee = SenderFactory(account__organisation=other_tenant())
    text = SenderFactory(account__organisation=harbour_tea(), channel="sms")
    for sender in (coffee, text):
        assert refused(lambda sender=sender: read(sender)).codes == ["sender_not_found"]  # type: ignore[misc]
