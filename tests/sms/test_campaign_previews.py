"""What the preview of a campaign shows and warns of: ways, parts, cost, who is left out, no way out, the night."""

from decimal import Decimal

import pytest

from approvals.execution import carry_out
from approvals.models import ActionRequest
from sms.campaigns.contract import CampaignContract
from sms.models import Campaign
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, SuppressionFactory
from tests.sms.tea_campaigns import DUE, drafted, priced
from tests.sms.tea_texts import TeaTexts, drinker, texter, use


@pytest.mark.django_db
def test_a_cost_preview_shows_ways_parts_and_cost_by_country_and_everybody_left_out(tea: TeaTexts) -> None:
    drinker("Ann")
    drinker("陳小姐", language="zh-HK")
    drinker("Bo", phone="+85366123456", country="MO")
    drinker("Cy", phone="+4915112345678", country="DE")
    SuppressionFactory(contact=drinker("Dee"))
    contract = CampaignContract.model_validate(priced(tea, texter()).data)
    assert (contract.targeted, contract.included) == (5, 3)
    assert contract.excluded == {"suppressed": 1, "no_route": 1}
    assert {one.language: one.people for one in contract.texts} == {"en": 2, "zh_hk": 1}
    hong_kong, macau = contract.routes
    assert (hong_kong.country, hong_kong.gateways, hong_kong.price) == ("HK", ["first", "second"], Decimal("0.50"))
    assert (hong_kong.people, hong_kong.parts, hong_kong.cost) == (2, 2, Decimal("1.00"))
    assert (macau.gateways, macau.cost) == (["first"], Decimal("0.55"))
    assert (contract.cost_high, contract.currency) == (Decimal("1.55"), "HKD")


@pytest.mark.django_db
def test_a_long_name_costs_a_second_part_and_too_many_parts_leave_the_person_out(tea: TeaTexts) -> None:
    drinker("Ann")
    drinker("港" * 30)
    drinker("港" * 100)
    contract = CampaignContract.model_validate(priced(tea, texter(), most_parts=2).data)
    assert contract.routes[0].parts == 3
    assert contract.excluded == {"no_route": 1}


@pytest.mark.django_db
def test_a_text_without_a_way_out_is_warned_of_and_not_scheduled(tea: TeaTexts) -> None:
    drinker("Ann")
    drinker("Bo", phone="+85366123456", country="MO")
    actor = texter()
    answer = use("campaigns.create_draft", actor, **tea.draft(texts={"en": "Harbour Tea: {{name}}, spring tea is in."}))
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id)).pk, NOON)
    key = str(Campaign.objects.get().pk)
    token = use("campaigns.get", actor, campaign_id=key).data["version_token"]
    shown = use("cost_preview", actor, campaign_id=key, base_version_token=token, due_at=DUE)
    assert shown.data is not None
    assert [(one["severity"], one["countries"], one["code"]) for one in shown.data["findings"]] == [
        ("error", ["HK"], "opt_out_missing"),
        ("risk", ["MO"], "opt_out_missing"),
    ]
    wish = {"preview_id": str(shown.preview_id), "idempotency_key": "no-way-out", "reason": "Spring"}
    assert refused(lambda: use("campaigns.schedule", actor, **wish)).codes == ["opt_out_missing"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due_at", "quiet"), [("2026-03-02T22:00:00+08:00", True), ("2026-03-02T18:00:00+08:00", False)]
)
def test_a_campaign_does_not_begin_while_it_is_night_wherever_it_goes(tea: TeaTexts, due_at: str, quiet: bool) -> None:
    drinker("Ann")
    actor = texter()
    key, token = drafted(tea, actor)
    shown = use("cost_preview", actor, campaign_id=key, base_version_token=token, due_at=due_at)
    assert any(warning.startswith("quiet_hours:") for warning in shown.warnings) is quiet
