"""What became of messages: any order, any number of times, the same end."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from messaging.inbox import apply
from messaging.inbox.apply import apply_waiting
from messaging.inbox.statuses import match_parked
from messaging.models import (
    Attempt,
    Message,
    Outbox,
    Outcome,
    ParkedStatus,
    Send,
    Sender,
    Status,
    Suppression,
    WebhookFailure,
)
from tests.factories import NOON, ContactFactory, SenderFactory, SendFactory
from tests.webhooks import arrived, messages_body, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def send() -> Send:
    return SendFactory()


def handed_over(send: Send, **fields: Any) -> tuple[Message, Attempt]:
    """A message of this send that was given to the provider and taken by it."""
    contact = ContactFactory(organisation=send.organisation)
    message = Message.objects.create(
        organisation=send.organisation, send=send, contact=contact, sender=send.sender, address=contact.phone,
        address_kind="phone", category="marketing", queued_at=NOON, handed_at=NOON,
        **{"status": Status.ACCEPTED, "provider_id": f"wamid.{uuid4().hex}", **fields},
    )  # fmt: skip
    attempt = Attempt.objects.create(
        message=message, contact=contact, sender=send.sender, category="marketing", started_at=NOON,
        lease_until=NOON + timedelta(minutes=1), outcome=Outcome.ACCEPTED,
    )  # fmt: skip
    return message, attempt


def tell(sender: Sender, *statuses: dict[str, Any]) -> None:
    arrived(sender, messages_body(sender, statuses=statuses))
    assert apply_waiting(NOON + timedelta(minutes=5)) == 1


def test_a_status_climbs_whatever_the_order_in_which_it_is_told(send: Send) -> None:
    stages = ("sent", "delivered", "read")
    for order in permutations(stages):
        message, _attempt = handed_over(send)
        for name in order:
            at = NOON + timedelta(seconds=10 * (1 + stages.index(name)))
            tell(send.sender, status(message.provider_id or "", name, at))
        message.refresh_from_db()
        assert message.status == Status.READ
        assert message.sent_at == NOON + timedelta(seconds=10)
        assert message.delivered_at == NOON + timedelta(seconds=20)
        assert message.read_at == NOON + timedelta(seconds=30)


def test_the_same_events_told_three_times_and_shuffled_change_nothing_more(send: Send) -> None:
    message, _attempt = handed_over(send)
    once = [status(message.provider_id or "", name, NOON) for name in ("delivered", "sent")]
    tell(send.sender, *once, *reversed(once), *once)
    tell(send.sender, *once)
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


def test_a_failure_yields_to_proof_of_delivery_and_never_the_other_way_round(send: Send) -> None:
    failed_first, _ = handed_over(send)
    failed_last, _ = handed_over(send)
    error = {"errors": [{"code": 131026, "title": "Message undeliverable"}]}
    tell(send.sender, status(failed_first.provider_id or "", "failed", NOON, **error))
    tell(send.sender, status(failed_first.provider_id or "", "delivered", NOON))
    tell(send.sender, status(failed_last.provider_id or "", "delivered", NOON))
    tell(send.sender, status(failed_last.provider_id or "", "failed", NOON, **error))
    failed_first.refresh_from_db()
    failed_last.refresh_from_db()
    assert (failed_first.status, failed_first.error_code) == (Status.DELIVERED, "131026")
    assert failed_last.status == Status.DELIVERED


def test_an_unsure_message_is_settled_by_the_reference_we_sent_along(send: Send) -> None:
    message, attempt = handed_over(send, status=Status.UNSURE, provider_id=None)
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.UNSURE)
    tell(send.sender, status("wamid.NEW", "sent", NOON, biz_opaque_callback_data=str(attempt.pk)))
    message.refresh_from_db()
    attempt.refresh_from_db()
    assert (message.status, message.provider_id) == (Status.SENT, "wamid.NEW")
    assert attempt.outcome == Outcome.ACCEPTED


def test_a_failure_is_told_with_its_own_code_and_not_with_that_of_the_answer_that_left_it_unsure(send: Send) -> None:
    message, attempt = handed_over(
        send, status=Status.UNSURE, provider_id=None, error_code="131000", error_text="Something went wrong"
    )
    error = {"errors": [{"code": 131049, "title": "Meta chose not to deliver"}]}
    tell(send.sender, status("wamid.NEW", "failed", NOON, biz_opaque_callback_data=str(attempt.pk), **error))
    message.refresh_from_db()
    assert (message.status, message.error_code) == (Status.FAILED, "131049")
    assert message.error_text == "Meta chose not to deliver"


def test_a_message_that_waits_to_go_out_again_is_not_sent_once_the_provider_reports_it(send: Send) -> None:
    message, attempt = handed_over(send, status=Status.QUEUED, provider_id=None)
    Outbox.objects.create(message=message, send=send, sender=send.sender, due_at=NOON)
    tell(send.sender, status("wamid.LATE", "delivered", NOON, biz_opaque_callback_data=str(attempt.pk)))
    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert not Outbox.objects.exists()


def test_a_status_of_an_unknown_message_waits_for_it(send: Send) -> None:
    tell(send.sender, status("wamid.EARLY", "delivered", NOON))
    assert ParkedStatus.objects.count() == 1
    message, _attempt = handed_over(send, provider_id="wamid.EARLY")
    assert match_parked(NOON + timedelta(minutes=6)) == 1
    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert not ParkedStatus.objects.exists()


def test_a_parked_status_is_forgotten_after_a_week(send: Send) -> None:
    tell(send.sender, status("wamid.NEVER", "delivered", NOON))
    match_parked(NOON + timedelta(days=8))
    assert not ParkedStatus.objects.exists()


def test_a_person_who_stopped_marketing_in_whatsapp_is_suppressed_for_marketing(send: Send) -> None:
    message, _attempt = handed_over(send)
    refused = {"errors": [{"code": 131050, "title": "User stopped marketing"}]}
    tell(send.sender, status(message.provider_id or "", "failed", NOON, **refused))
    suppression = Suppression.objects.get(contact=message.contact)
    assert (suppression.reason, suppression.category, suppression.channel) == ("provider", "marketing", "whatsapp")


def test_a_report_teaches_us_the_persons_business_scoped_id(send: Send) -> None:
    message, _attempt = handed_over(send)
    tell(send.sender, status(message.provider_id or "", "delivered", NOON, recipient_user_id="HK.777"))
    message.contact.refresh_from_db()
    assert message.contact.bsuid == "HK.777"
    assert message.contact.identities.filter(kind="bsuid", value="HK.777").exists()


def test_a_body_signed_by_one_account_says_nothing_about_anothers_numbers(send: Send) -> None:
    message, _attempt = handed_over(send)
    stranger = SenderFactory()
    body = messages_body(send.sender, statuses=[status(message.provider_id or "", "read", NOON)])
    arrived(stranger, body)
    apply_waiting(NOON)
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED


def test_a_body_says_nothing_about_anothers_numbers_though_both_accounts_are_heard_at_once(send: Send) -> None:
    first, _ = handed_over(send)
    second, _ = handed_over(send)
    stranger = SenderFactory()
    arrived(stranger, messages_body(send.sender, statuses=[status(first.provider_id or "", "read", NOON)]))
    arrived(send.sender, messages_body(send.sender, statuses=[status(second.provider_id or "", "read", NOON)]))
    assert apply_waiting(NOON) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.ACCEPTED, Status.READ)


def test_one_status_that_cannot_be_applied_does_not_hold_up_its_siblings(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, _ = handed_over(send)
    bad, _ = handed_over(send)
    real = apply.apply_statuses

    def breaks_on_the_bad_one(items: Any, now: Any) -> None:
        if any(item.provider_id == bad.provider_id for _sender, item in items):
            raise RuntimeError("poison")
        real(items, now)

    monkeypatch.setattr(apply, "apply_statuses", breaks_on_the_bad_one)
    tell(send.sender, *[status(one.provider_id or "", "delivered", NOON) for one in (good, bad)])
    good.refresh_from_db()
    assert good.status == Status.DELIVERED
    for _again in range(2):
        apply_waiting(NOON)
    failure = WebhookFailure.objects.get()
    assert (failure.error, failure.tries) == ("RuntimeError", 3)
    assert failure.quarantined_at is not None
