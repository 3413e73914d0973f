"""The business's own nodes: account, numbers, profile, token."""

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import Business, code_of


def test_the_account_lists_its_numbers_with_the_asked_fields(business: Business, simulator: GraphSimulator) -> None:
    fields = "display_phone_number,quality_rating,throughput,whatsapp_business_manager_messaging_limit"
    simulator.change_number("555002", quality_rating="RED")

    found = business.get(f"{simulator.waba_id}/phone_numbers", fields=fields)["data"]

    assert found == [
        {
            "display_phone_number": "+852 5801 0001",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_10K",
            "id": "555001",
        },
        {
            "display_phone_number": "+852 5801 0002",
            "quality_rating": "RED",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_10K",
            "id": "555002",
        },
    ]


def test_a_number_tells_its_health_and_the_account_its_name(business: Business, simulator: GraphSimulator) -> None:
    assert business.get("555001", fields="health_status")["health_status"]["can_send_message"] == "AVAILABLE"
    assert business.get("555001")["verified_name"] == "Pretend Business"
    assert business.get(simulator.waba_id, fields="name,currency")["currency"] == "USD"


def test_a_profile_keeps_what_is_set_and_leaves_the_rest(business: Business) -> None:
    path = "555001/whatsapp_business_profile"

    assert business.post(path, messaging_product="whatsapp", about="Open till six.") == {"success": True}

    profile = business.get(path, fields="about,vertical,websites")["data"][0]
    assert profile["about"] == "Open till six."
    assert profile["vertical"] == "RETAIL"


@pytest.mark.parametrize(
    "fields",
    [
        {"about": "x" * 140},
        {"about": ""},
        {"email": "nobody"},
        {"vertical": "PIRACY"},
        {"websites": ["example.test"]},
        {"websites": ["https://a.test", "https://b.test", "https://c.test"]},
        {"profile_picture_handle": "4::unknown"},
        {"motto": "yes"},
    ],
)
def test_a_profile_that_breaks_a_limit_is_refused_as_a_whole(business: Business, fields: dict[str, object]) -> None:
    path = "555001/whatsapp_business_profile"

    assert code_of(business.post(path, messaging_product="whatsapp", address="Here", **fields)) in (100, 131009)
    assert "address" not in business.get(path, fields="address")["data"][0]


def test_a_token_can_be_looked_into(business: Business, simulator: GraphSimulator) -> None:
    facts = business.get("debug_token", input_token=simulator.token)["data"]
    assert facts["is_valid"] is True
    assert facts["expires_at"] == 0
    assert "whatsapp_business_messaging" in facts["scopes"]

    assert business.get("debug_token", input_token="other")["data"]["is_valid"] is False
    assert "simulated-access-token" not in simulator.journal_path.read_text()
