"""Reviews, pauses and restrictions that Meta tells us of."""

from typing import Any

import pytest

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
