"""get_account_quality: how Meta sees the account, asked once a minute."""

from typing import Any

import pytest
import responses
from django.core.cache import cache
from pytest_django import Settings

from accounts.actor import Actor, Face
from messaging.models import WhatsAppAccount
from tests.approvals.tea_room import refused, tea_agent
from tests.factories import WhatsAppAccountFactory, harbour_tea, mei_chan, other_tenant
from tests.messaging.meta.asking import over_mcp, over_rest, told

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v25.0"


@pytest.fixture(autouse=True)
def _at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"
    cache.clear()


def connected(waba_id: str = "102290129340398", name: str = "Harbour Tea", **fields: Any) -> WhatsAppAccount:
    facts = {"organisation": harbour_tea(), "access_token": "EAAGtea"}
    made: WhatsAppAccount = WhatsAppAccountFactory(waba_id=waba_id, name=name, **facts | fields)
    return made


def meta_says(*ratings: str, tier: str = "TIER_1K", waba_id: str = "102290129340398") -> responses.BaseResponse:
    numbers = [
        {"id": str(number), "quality_rating": rating, "whatsapp_business_manager_messaging_limit": tier}
        for number, rating in enumerate(ratings, 555001)
    ]
    return responses.get(f"{GRAPH}/{waba_id}/phone_numbers", json={"data": numbers})


@responses.activate
def test_a_good_account_in_the_catalogues_own_shape() -> None:
    connected()
    meta_says("GREEN")
    assert told("get_account_quality", Actor.of_person(mei_chan(), Face.REST)) == {
        "waba_id": "102290129340398",
        "name": "Harbour Tea",
        "quality_tier": "green",
        "quality_rating": "HIGH",
        "current_limit": "1000",
        "limit_tier": "TIER_1K",
    }


@responses.activate
def test_the_id_at_meta_is_masked_for_whoever_may_not_see_the_configuration() -> None:
    connected()
    meta_says("GREEN")
    assert told("get_account_quality")["waba_id"] == "••••398"


@pytest.mark.parametrize(
    ("ratings", "tier", "rating"),
    [
        (["GREEN", "RED", "YELLOW"], "red", "LOW"),
        (["GREEN", "YELLOW"], "yellow", "MEDIUM"),
        (["UNKNOWN", "GREEN"], "green", "HIGH"),
        (["NA"], "unknown", "UNKNOWN"),
        ([], "unknown", "UNKNOWN"),
    ],
)
@responses.activate
def test_an_account_is_as_good_as_its_worst_number(ratings: list[str], tier: str, rating: str) -> None:
    connected()
    meta_says(*ratings)
    found = told("get_account_quality")
    assert (found["quality_tier"], found["quality_rating"]) == (tier, rating)


@pytest.mark.parametrize(
    ("tier", "limit"),
    [("TIER_250", "250"), ("TIER_2K", "2000"), ("TIER_100K", "100000"), ("TIER_UNLIMITED", "unlimited"),
     ("", "unknown"), ("TIER_OF_TOMORROW", "unknown")],
)  # fmt: skip
@responses.activate
def test_the_limit_is_a_number_of_people(tier: str, limit: str) -> None:
    connected()
    meta_says("GREEN", tier=tier)
    found = told("get_account_quality")
    assert (found["limit_tier"], found["current_limit"]) == (tier, limit)


@responses.activate
def test_of_several_accounts_the_worst_is_told_and_another_tenants_is_not_asked_about() -> None:
    connected()
    connected("222", "Teapots")
    connected("333", "Theirs", organisation=other_tenant())
    meta_says("GREEN")
    meta_says("RED", waba_id="222")
    assert told("get_account_quality")["name"] == "Teapots"


@responses.activate
def test_meta_is_asked_once_a_minute() -> None:
    connected()
    asked = meta_says("GREEN")
    told("get_account_quality")
    told("get_account_quality")
    assert asked.call_count == 1


@responses.activate
def test_meta_that_does_not_answer_is_said_so() -> None:
    connected()
    responses.get(f"{GRAPH}/102290129340398/phone_numbers", status=401, json={"error": {"code": 190, "message": "no"}})
    no = refused(lambda: told("get_account_quality"))
    assert no.codes == ["meta_silent"]
    assert "access token" in str(no.reasons[0].fix).lower()


def test_without_a_connected_account_there_is_nothing_to_ask() -> None:
    assert refused(lambda: told("get_account_quality")).codes == ["not_connected"]
    connected(access_token="")
    assert refused(lambda: told("get_account_quality")).codes == ["not_connected"]


@responses.activate
def test_rest_and_mcp_answer_with_its_own_keys_alone() -> None:
    connected()
    meta_says("GREEN")
    keys = ["waba_id", "name", "quality_tier", "quality_rating", "current_limit", "limit_tier"]
    assert list(over_rest("get_account_quality")) == keys
    assert list(over_mcp("get_account_quality", tea_agent(scopes=["meta:read"]))) == keys
