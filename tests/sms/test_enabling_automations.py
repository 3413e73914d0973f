"""An automation is enabled by a second person, with limits and a way to opt out, and not over somebody's change."""

import pytest

from approvals.execution import carry_out
from messaging.models import TemplateTranslation
from sms.models import Automation, Campaign, SenderId
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON
from tests.sms.tea_ships import WORDS, asked, wish
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(tea: TeaTexts) -> Automation:
    """Paused; its text names the order."""
    campaign = campaign_of(tea, "Shipping")
    variables = [{"name": "order_no", "source": "attribute", "attribute": "order_no"}]
    Campaign.objects.filter(pk=campaign.pk).update(variables=variables)
    TemplateTranslation.objects.filter(template=campaign.texts).update(definition={"text": WORDS})
    return automation_of(Campaign.objects.get(pk=campaign.pk))


def test_enabling_waits_for_a_second_person_and_pausing_for_nobody(shipped: Automation) -> None:
    request = asked(shipped)
    assert (request.state, Automation.objects.get().state) == ("pending", "paused")
    assert (request.preview.contract["texts"], request.role) == ({"en": WORDS}, "compliance")
    (finding,) = request.preview.contract["findings"]
    assert (finding["code"], finding["severity"], finding["countries"]) == ("opt_out_in_one_language", "risk", ["HK"])
    carry_out(approved(request).pk, NOON)
    automation = Automation.objects.get()
    assert (automation.state, automation.request) == ("enabled", request)
    assert asked(automation, state="paused").state == "succeeded"
    assert Automation.objects.get().state == "paused"


def test_nothing_is_enabled_without_a_way_to_opt_out_or_to_be_sent(shipped: Automation) -> None:
    TemplateTranslation.objects.update(definition={"text": "Order {{order_no}} is on its way."})
    assert refused(lambda: asked(shipped)).codes == ["opt_out_missing"]
    TemplateTranslation.objects.update(definition={"text": "Order {{order_no}} is on its way. Reply STOP"})
    no = refused(lambda: asked(shipped))  # nobody can answer a name
    assert [(one.code, str(one.text)[:9]) for one in no.reasons] == [("opt_out_missing", "en (HK): ")]
    Campaign.objects.update(category="utility")
    assert asked(shipped).state == "pending"
    SenderId.objects.update(countries=[])
    assert refused(lambda: asked(shipped)).codes == ["no_route"]


def test_of_two_changes_at_once_the_second_is_refused(shipped: Automation) -> None:
    one, two = asked(shipped), asked(shipped, daily_cap=5)
    carry_out(approved(one).pk, NOON)
    assert "stale_version" in refused(lambda: approved(two)).codes
    assert refused(lambda: use("automations.update_state", texter(), **wish(shipped))).codes == ["stale_version"]
