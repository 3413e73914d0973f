"""A person goes by another number or id: what is known of them, their no first, goes along, and what is sent does."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.inbox.apply import apply_waiting
from messaging.models import Contact, Identity, MergeTask, Sender, Suppression
from tests.factories import NOON, ContactFactory, SenderFactory
from tests.webhooks import arrived, body_of, messages_body, text

pytestmark = pytest.mark.django_db

TIME = int(NOON.timestamp())


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def mrs_lam(sender: Sender) -> Contact:
    return ContactFactory(organisation=sender.organisation, phone="+85261234567", bsuid="HK.555")


def rotate(sender: Sender, previous: str, current: str, **more: Any) -> None:
    told = {"user_id": {"previous": previous, "current": current}, "timestamp": TIME, **more}
    arrived(sender, body_of(sender.account.waba_id, "user_id_update", {"user_id_update": [told]}, TIME))
    apply_waiting(NOON)


def change_number(sender: Sender, old: str, new: str, message_id: str = "wamid.S") -> None:
    system = {"body": "Mrs Lam changed her number", "type": "user_changed_number", "wa_id": new}
    said = {"id": message_id, "timestamp": str(TIME), "type": "system", "from": old, "system": system}
    arrived(sender, messages_body(sender, messages=[said]))
    apply_waiting(NOON)


def standing(contact: Contact) -> int:
    return Suppression.objects.filter(contact=contact, lifted_at=None).count()


def test_a_rotated_id_that_names_no_number_of_ours_is_the_accounts(sender: Sender, mrs_lam: Contact) -> None:
    rotate(sender, "HK.555", "HK.556")
    mrs_lam.refresh_from_db()
    assert mrs_lam.bsuid == "HK.556"
    assert Identity.objects.filter(contact=mrs_lam, kind="bsuid").count() == 2


def test_a_stop_under_the_new_id_is_hers(sender: Sender, mrs_lam: Contact) -> None:
    rotate(sender, "HK.555", "HK.556")
    arrived(sender, messages_body(sender, messages=[text("wamid.1", "STOP", NOON, from_user_id="HK.556")]))
    apply_waiting(NOON)
    assert standing(mrs_lam) == 1


def test_a_number_that_comes_with_the_new_id_is_written_to_from_now_on(sender: Sender, mrs_lam: Contact) -> None:
    rotate(sender, "HK.555", "HK.556", wa_id="85269990000")
    mrs_lam.refresh_from_db()
    assert (mrs_lam.phone, mrs_lam.bsuid) == ("+85269990000", "HK.556")


def test_two_changes_told_in_the_wrong_order_lose_nobody(sender: Sender, mrs_lam: Contact) -> None:
    rotate(sender, "HK.556", "HK.557")
    rotate(sender, "HK.555", "HK.556")
    arrived(sender, messages_body(sender, messages=[text("wamid.1", "STOP", NOON, from_user_id="HK.557")]))
    apply_waiting(NOON)
    assert MergeTask.objects.get().settled_at is None
    assert standing(mrs_lam) == 1  # both may be her: a no of one is a no of both


def test_a_change_that_is_told_again_after_the_next_one_changes_nothing(sender: Sender, mrs_lam: Contact) -> None:
    rotate(sender, "HK.555", "HK.556")
    rotate(sender, "HK.556", "HK.557")
    rotate(sender, "HK.555", "HK.556")
    mrs_lam.refresh_from_db()
    assert mrs_lam.bsuid == "HK.557"


def test_whoever_has_changed_their_number_is_written_to_at_the_new_one(sender: Sender, mrs_lam: Contact) -> None:
    change_number(sender, "85261234567", "85269990000")
    mrs_lam.refresh_from_db()
    assert mrs_lam.phone == "+85269990000"


def test_a_new_number_that_is_somebody_elses_here_is_for_a_person_to_settle(sender: Sender, mrs_lam: Contact) -> None:
    ContactFactory(organisation=sender.organisation, phone="+85269990000")
    change_number(sender, "85261234567", "85269990000")
    mrs_lam.refresh_from_db()
    assert mrs_lam.phone == "+85261234567"
    assert MergeTask.objects.count() == 1


def test_a_no_under_the_id_of_linked_businesses_is_hers(sender: Sender, mrs_lam: Contact) -> None:
    known = text("wamid.1", "Hello", NOON, from_user_id="HK.555", from_parent_user_id="HK.ENT.9")
    arrived(sender, messages_body(sender, messages=[known]))
    unknown = text("wamid.2", "STOP", NOON, from_user_id="HK.888", from_parent_user_id="HK.ENT.9")
    arrived(sender, messages_body(sender, messages=[unknown]))
    apply_waiting(NOON)
    assert standing(mrs_lam) == 1


def switch(sender: Sender, value: str, **said: Any) -> None:
    told = {"wa_id": "85261234567", "value": value, **said}
    body = body_of(sender.account.waba_id, "user_preferences", {"user_preferences": [told]})
    arrived(sender, body)
    apply_waiting(NOON + timedelta(minutes=1))


def test_a_marketing_stop_without_number_category_or_time_still_counts(sender: Sender, mrs_lam: Contact) -> None:
    switch(sender, "stop")
    assert standing(mrs_lam) == 1


def test_a_resume_without_a_time_may_be_older_than_the_stop_and_lifts_nothing(sender: Sender, mrs_lam: Contact) -> None:
    switch(sender, "stop", category="marketing_messages", timestamp=TIME)
    switch(sender, "resume", category="marketing_messages")
    assert standing(mrs_lam) == 1


def test_another_accounts_webhook_cannot_move_our_customer(sender: Sender, mrs_lam: Contact) -> None:
    told = {"user_id": {"previous": "HK.555", "current": "HK.666"}, "timestamp": TIME}
    arrived(SenderFactory(), body_of(sender.account.waba_id, "user_id_update", {"user_id_update": [told]}, TIME))
    apply_waiting(NOON)
    mrs_lam.refresh_from_db()
    assert mrs_lam.bsuid == "HK.555"
