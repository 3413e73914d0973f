"""Reviews, pauses and restrictions that Meta tells us of."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.inbox.accounts import end_restrictions
from messaging.inbox.apply import apply_waiting
from messaging.models import Sender, TemplateTranslation
from tests.factories import NOON, SenderFactory, TemplateFactory, TemplateTranslationFactory
from tests.webhooks import arrived, body_of

pytestmark = pytest.mark.django_db

TIME = int(NOON.timestamp())


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def draft(sender: Sender) -> TemplateTranslation:
    template = TemplateFactory(account=sender.account, name="spring_tea")
    return TemplateTranslationFactory(template=template, status="PENDING", meta_id="77", reviewed_category="")


def tell(sender: Sender, field: str, value: dict[str, Any], time: int = TIME) -> None:
    arrived(sender, body_of(sender.account.waba_id, field, value, time))
    apply_waiting(NOON)


def review(event: str, **more: Any) -> dict[str, Any]:
    return {"event": event, "message_template_id": 77, "message_template_name": "spring_tea",
            "message_template_language": "en", **more}  # fmt: skip


def test_an_approval_makes_a_template_sendable_under_the_category_meta_decided(
    sender: Sender, draft: TemplateTranslation
) -> None:
    tell(sender, "message_template_status_update", review("APPROVED", message_template_category="MARKETING"))
    draft.refresh_from_db()
    assert (draft.status, draft.category) == ("APPROVED", "marketing")


def test_a_rejection_keeps_its_reason(sender: Sender, draft: TemplateTranslation) -> None:
    tell(sender, "message_template_status_update", review("REJECTED", reason="INVALID_FORMAT"))
    draft.refresh_from_db()
    assert draft.status == "REJECTED"
    assert "INVALID_FORMAT" in draft.rejection


def test_an_older_review_told_late_does_not_undo_a_newer_one(sender: Sender, draft: TemplateTranslation) -> None:
    tell(sender, "message_template_status_update", review("PAUSED"), time=TIME)
    tell(sender, "message_template_status_update", review("APPROVED"), time=TIME - 60)
    draft.refresh_from_db()
    assert draft.status == "PAUSED"


def test_a_review_that_beats_the_answer_to_its_submission_is_matched_by_name(
    sender: Sender, draft: TemplateTranslation
) -> None:
    TemplateTranslation.objects.filter(pk=draft.pk).update(meta_id="", status="SUBMITTING")
    tell(sender, "message_template_status_update", review("APPROVED"))
    draft.refresh_from_db()
    assert (draft.status, draft.meta_id) == ("APPROVED", "77")


def test_another_accounts_webhook_cannot_approve_our_template(sender: Sender, draft: TemplateTranslation) -> None:
    stranger = SenderFactory()
    arrived(stranger, body_of(sender.account.waba_id, "message_template_status_update", review("APPROVED"), TIME))
    apply_waiting(NOON)
    draft.refresh_from_db()
    assert draft.status == "PENDING"


def test_a_warning_of_a_new_category_changes_nothing_until_it_comes_true(
    sender: Sender, draft: TemplateTranslation
) -> None:
    TemplateTranslation.objects.filter(pk=draft.pk).update(reviewed_category="utility")
    named = {"message_template_id": 77, "message_template_name": "spring_tea", "message_template_language": "en"}
    warning = {**named, "new_category": "UTILITY", "correct_category": "MARKETING"}
    tell(sender, "template_category_update", warning)
    draft.refresh_from_db()
    assert draft.category == "utility"
    tell(sender, "template_category_update", {**named, "previous_category": "UTILITY", "new_category": "MARKETING"})
    draft.refresh_from_db()
    assert draft.category == "marketing"


def test_a_restriction_on_messaging_freezes_the_account(sender: Sender) -> None:
    restriction = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": TIME + 3600}]
    tell(sender, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": restriction})
    sender.account.refresh_from_db()
    assert sender.account.restricted_at == NOON
    assert sender.account.restriction == "RESTRICTED_BIZ_INITIATED_MESSAGING"


def restrict(sender: Sender, time: int = TIME, **more: Any) -> None:
    restriction = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", **more}]
    tell(sender, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": restriction}, time)


def is_frozen(sender: Sender) -> bool:
    sender.account.refresh_from_db()
    return sender.account.restricted_at is not None


def test_a_restriction_ends_when_meta_said_it_would(sender: Sender) -> None:
    restrict(sender, expiration=TIME + 3600)
    assert end_restrictions(NOON + timedelta(minutes=59)) == 0
    assert is_frozen(sender)
    assert end_restrictions(NOON + timedelta(minutes=60)) == 1
    assert not is_frozen(sender)


def test_a_restriction_without_an_end_lasts_until_meta_lifts_it(sender: Sender) -> None:
    restrict(sender)
    assert end_restrictions(NOON + timedelta(days=400)) == 0
    assert is_frozen(sender)
    tell(sender, "account_update", {"event": "ACCOUNT_RECONNECTED"}, TIME + 60)
    assert not is_frozen(sender)


def test_a_restriction_that_is_told_after_it_was_over_freezes_nothing(sender: Sender) -> None:
    restrict(sender, expiration=TIME - 60)
    assert not is_frozen(sender)


@pytest.mark.parametrize(
    ("state", "frozen"), [("DISABLE", True), ("SCHEDULE_FOR_DISABLE", False), ("", True), ("WORSE_IN_2027", True)]
)
def test_a_disabled_account_is_frozen_and_one_that_will_be_is_not_yet(sender: Sender, state: str, frozen: bool) -> None:
    tell(sender, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}})
    assert is_frozen(sender) is frozen


def test_a_reinstated_account_may_send_again(sender: Sender) -> None:
    tell(sender, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})
    tell(sender, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, TIME + 9)
    assert not is_frozen(sender)


def test_a_reinstatement_older_than_the_ban_frees_nothing(sender: Sender) -> None:
    tell(sender, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})
    tell(sender, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, TIME - 9)
    assert is_frozen(sender)


@pytest.mark.parametrize(
    ("told", "tier"),
    [
        ({"max_daily_conversations_per_business": "TIER_2K"}, "TIER_2K"),
        ({"max_daily_conversations_per_business": 2000}, "TIER_2K"),
        ({"max_daily_conversations_per_business": -1}, "TIER_UNLIMITED"),
        ({"max_daily_conversation_per_phone": 250, "max_phone_numbers_per_business": 2}, "TIER_250"),
        ({"max_phone_numbers_per_business": 20}, "TIER_10K"),
        ({"max_daily_conversations_per_business": "many"}, "TIER_10K"),
    ],
)
def test_the_businesss_limit_counts_for_every_number_of_the_account(
    sender: Sender, told: dict[str, Any], tier: str
) -> None:
    other = SenderFactory(account=sender.account, organisation=sender.organisation)
    Sender.objects.update(tier="TIER_10K")
    tell(sender, "business_capability_update", told)
    assert set(Sender.objects.filter(pk__in=(sender.pk, other.pk)).values_list("tier", flat=True)) == {tier}


def test_an_older_limit_told_late_does_not_undo_a_newer_one(sender: Sender) -> None:
    tell(sender, "business_capability_update", {"max_daily_conversations_per_business": "TIER_100K"})
    tell(sender, "business_capability_update", {"max_daily_conversations_per_business": "TIER_2K"}, TIME - 60)
    sender.refresh_from_db()
    assert sender.tier == "TIER_100K"


def test_a_faster_number_keeps_its_new_limit_too(sender: Sender) -> None:
    upgrade = {"display_phone_number": sender.number, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_100K"}
    tell(sender, "phone_number_quality_update", upgrade)
    sender.refresh_from_db()
    assert (sender.per_second, sender.tier) == (1000, "TIER_100K")


@pytest.mark.parametrize(("decision", "name"), [("APPROVED", "Harbour Tea House"), ("REJECTED", "Harbour Tea")])
def test_a_display_name_counts_once_it_is_approved(sender: Sender, decision: str, name: str) -> None:
    Sender.objects.update(display_name="Harbour Tea")
    told = {"display_phone_number": sender.number, "decision": decision, "requested_verified_name": "Harbour Tea House"}
    tell(sender, "phone_number_name_update", told)
    sender.refresh_from_db()
    assert sender.display_name == name


def test_a_field_nobody_knows_is_kept_and_harms_nothing(sender: Sender) -> None:
    event = arrived(sender, body_of(sender.account.waba_id, "brand_new_field", {"anything": [1, 2]}))
    apply_waiting(NOON)
    event.refresh_from_db()
    assert (event.state, event.items) == (1, 1)


def test_a_body_that_is_not_json_is_kept_and_marked_unreadable(sender: Sender) -> None:
    event = arrived(sender, b"{" * 5000)
    apply_waiting(NOON)
    event.refresh_from_db()
    assert event.state == 3
