"""What agents read of the setup before they plan anything: gateways, sender IDs, rules, people. No secret is in it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Person
from accounts.roles import Role
from approvals.models import Policy
from sms.models import GatewayRegistration, Quota, SenderId, SenderIdState, SmsGateway
from tests.factories import NOON, PersonFactory, harbour_tea, ken_ho, mei_chan, other_tenant, sam_lee
from tests.sms.tea_texts import TOKEN, TeaTexts, texter, use, verified

pytestmark = pytest.mark.django_db


def test_the_configuration_names_senders_gateways_rules_and_floors(tea: TeaTexts) -> None:
    SmsGateway.objects.filter(pk=tea.second.pk).update(paused_at=NOON)
    Quota.objects.create(organisation=tea.organisation, currency="HKD", monthly=Decimal(1000))
    told = use("config.get", texter()).data
    assert {currency: Decimal(most) for currency, most in told["quotas"].items()} == {"HKD": Decimal(1000)}
    assert (told["sender_ids"], told["gateways"]) == (["#HARBOUR"], ["first"])
    assert (told["quiet_hours"], told["latest_start_days"], told["most_parts"]) == ("21:00-09:00", 90, 4)
    assert "compliance" in told["approvals"]["sms_marketing.campaigns.schedule"]
    assert all(name.startswith("sms_marketing.") for name in told["approvals"])


def test_gateways_are_told_with_prices_and_never_with_their_keys(tea: TeaTexts) -> None:
    answer = use("gateways.list", texter())
    first, second = answer.data["gateways"]
    assert (first["name"], first["connected"], first["receipts"]) == ("first", True, "handset")
    assert {country: Decimal(price) for country, price in first["prices"].items()} == {
        "HK": Decimal("0.40"),
        "MO": Decimal("0.55"),
    }
    assert TOKEN not in json.dumps(answer.model_dump(mode="json"))
    assert str(tea.first.callback_key) not in json.dumps(answer.model_dump(mode="json"))
    assert [one["name"] for one in use("gateways.list", texter(), country="MO").data["gateways"]] == ["first"]
    assert second["position"] == 2


def test_a_sender_id_is_usable_only_where_it_is_verified_let_through_and_carried(tea: TeaTexts) -> None:
    def told() -> dict[str, list[str]]:
        return {row["value"]: row["usable_in"] for row in use("sender_ids.list", texter()).data["sender_ids"]}

    verified(tea.organisation, "#NOWHERE")
    verified(other_tenant(), "#PEAK")
    assert told() == {"#HARBOUR": ["HK", "MO"], "#NOWHERE": []}
    GatewayRegistration.objects.update(status=GatewayRegistration.Status.PENDING)
    assert told()["#HARBOUR"] == []
    GatewayRegistration.objects.update(status=GatewayRegistration.Status.ACTIVE)
    SenderId.objects.filter(value="#HARBOUR").update(kind=SenderId.Kind.NAME)
    assert told()["#HARBOUR"] == ["MO"]  # Hong Kong's networks let a marked name through only from the register
    SenderId.objects.filter(value="#HARBOUR").update(kind=SenderId.Kind.REGISTERED)
    SenderId.objects.filter(value="#HARBOUR").update(state=SenderIdState.SUSPENDED)
    assert told()["#HARBOUR"] == []


def test_policies_of_sms_are_told_and_those_of_whatsapp_are_not() -> None:
    own = {"organisation": harbour_tea()}
    for name, tools in (("Texts", "sms_marketing.*"), ("Broadcasts", "whatsapp.*"), ("All", "*")):
        Policy.objects.create(name=name, tools=tools, **own)
    told = use("approval_policies.list", texter()).data
    assert [one["name"] for one in told["policies"]] == ["All", "Texts"]
    assert "whatsapp.broadcast.schedule" not in told["floors"]
    assert "sms_marketing.sender_id.apply" in told["floors"]


def test_the_caps_are_those_that_the_gate_asks() -> None:
    told = use("frequency_caps.get", texter()).data
    assert (told["marketing_most"], told["marketing_days"], told["per_campaign"]) == (2, 7, 1)


def test_owners_are_the_active_people_of_the_house_with_what_they_may() -> None:
    mei, sam, ken = mei_chan(), sam_lee(), ken_ho()
    PersonFactory(username="gone", is_active=False)
    PersonFactory(username="rival", organisation=other_tenant())
    Person.objects.filter(pk=sam.pk).update(date_joined=NOON - timedelta(days=1))
    answer = use("owners.list", texter(owner=mei))
    rows = {row["owner_id"]: row for row in answer.data["owners"]}
    assert set(rows) == {str(mei.pk), str(sam.pk), str(ken.pk)}
    assert (rows[str(mei.pk)]["decides"], rows[str(sam.pk)]["decides"]) == (True, False)
    assert "sms_marketing.sender_id.apply" in rows[str(sam.pk)]["may_ask"]
    assert (rows[str(ken.pk)]["may_ask"], rows[str(ken.pk)]["may_notify"]) == ([], [])
    assert "review" in rows[str(mei.pk)]["may_notify"]
    assert "review" not in rows[str(sam.pk)]["may_notify"]
    assert [row["role"] for row in use("owners.list", texter(), role=str(Role.SUPPORT)).data["owners"]] == ["support"]
