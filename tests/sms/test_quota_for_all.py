"""The month's quota holds for whatever spends: campaigns, failed texts sent again, automations and codes."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest
from approvals.reasons import Refused
from approvals.versions import token_of
from messaging.models import Send, TemplateTranslation
from sms.automations.running import run_waiting
from sms.models import Automation, AutomationRun, OtpChallenge, Quota
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, harbour_tea, sam_lee
from tests.sms.otp.tea_codes import asked, sent, sign_in_text
from tests.sms.shop.reports import report, shop_key
from tests.sms.tea_texts import TeaTexts, automation_of, campaign_of, drinker, failed_text, texter, use

pytestmark = pytest.mark.django_db

LOCK = "FOR NO KEY UPDATE"


def limit(amount: str) -> None:
    Quota.objects.update_or_create(organisation=harbour_tea(), currency="HKD", defaults={"monthly": Decimal(amount)})


def shipped() -> Automation:
    """Enabled by Mei; it tells people that their order is on its way."""
    campaign = campaign_of(TeaTexts(), "Shipping")
    TemplateTranslation.objects.filter(template=campaign.texts).update(
        definition={"text": "Harbour Tea: your order is on its way. Stop: 21234567"}
    )
    automation = automation_of(campaign)
    wish = {
        "automation_id": str(automation.pk), "base_version_token": token_of(automation), "state": "enabled",
        "name": automation.name, "event": automation.event, "campaign_id": str(automation.campaign_id),
        "daily_cap": 100, "per_contact_hours": 24, "cost_a_day": "50", "idempotency_key": uuid4().hex,
        "reason": "People ask for it.",
    }  # fmt: skip
    answer = use("automations.update_state", texter(), **wish)
    assert answer.request is not None
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    return automation


def an_order_ships() -> None:
    ann = drinker("Ann")
    key = shop_key(sam_lee())
    report(key, "events", event_id="e1", kind="order_shipped", contact_id=str(ann.key), occurred_at=NOON.isoformat())


def resend() -> ActionRequest:
    """What Sam's agent asks for: the text that failed for Ann."""
    actor = texter()
    preview = use("failed_messages.retry_preview", actor, batch_id=str(Send.objects.get(kind="campaign").pk))
    wish = {"retry_preview_id": str(preview.preview_id), "idempotency_key": uuid4().hex, "reason": "It was off."}
    answer = use("failed_messages.resend", actor, **wish)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def told(no: Refused) -> str:
    return " ".join(str(reason.text) for reason in no.reasons)


def test_failed_texts_are_not_sent_again_over_the_quota() -> None:
    failed_text(TeaTexts(), drinker("Ann"))
    limit("0.49")
    no = refused(resend)
    assert no.codes == ["over_quota"]
    assert "0.50 HKD; 0.49 are left" in told(no)
    limit("0.50")
    assert resend().state == "pending"


def test_an_automation_pauses_when_the_quota_is_used_up_and_says_the_figure() -> None:
    automation = shipped()
    an_order_ships()
    limit("0.49")
    assert run_waiting(NOON) == 0
    automation.refresh_from_db()
    assert automation.state == "paused"
    assert "0.50 HKD; 0.49 are left" in automation.pause_reason
    assert (AutomationRun.objects.get().outcome, Send.objects.count()) == ("waiting", 0)


def test_no_code_is_sent_over_the_quota() -> None:
    template = sign_in_text(TeaTexts())
    default_policies(template.organisation)
    limit("0.49")
    no = refused(lambda: asked(template))
    assert no.codes == ["over_quota"]
    assert "0.50 HKD; 0.49 are left" in told(no)
    assert OtpChallenge.objects.count() == 0
    limit("0.50")
    sent(template)
    assert Send.objects.get().kind == "otp"


def _retried() -> None:
    failed_text(TeaTexts(), drinker("Ann"))
    request = approved(resend())
    assert carry_out(request.pk, NOON).state == "succeeded"


def _automated() -> None:
    shipped()
    an_order_ships()
    assert run_waiting(NOON) == 1


@pytest.mark.parametrize("spends", [_retried, _automated, lambda: sent(sign_in_text(TeaTexts()))])
def test_of_two_that_spend_at_once_the_second_waits_for_the_first(spends: Callable[[], object]) -> None:
    limit("100")
    with CaptureQueriesContext(connection) as said:
        spends()
    assert [one["sql"] for one in said if '"sms_quota"' in one["sql"] and LOCK in one["sql"]]
