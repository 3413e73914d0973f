"""What a retry cannot do: reach another organisation, tell who it was, or undo what is newer."""

import json
from datetime import timedelta

import pytest
import time_machine

from approvals.models import Preview
from audit.models import Entry
from messaging.inbox.apply import apply_waiting
from messaging.inbox.own import own_failures
from messaging.models import (
    Contact,
    InboundMessage,
    Sender,
    Suppression,
    TemplateTranslation,
    WebhookEvent,
    WebhookFailure,
)
from tests.approvals.tea_room import refused
from tests.desk.harbour import page
from tests.factories import (
    NOON,
    SenderFactory,
    mei_chan,
    other_tenant,
)
from tests.messaging.inbox.failing import (
    broken_inbox,
    category,
    end_of_restriction,
    limit,
    quality,
    quarantined,
    restriction,
    review,
)
from tests.messaging.inbox.retries import ANN, LATER, decided, outcomes, retry, said
from tests.webhooks import arrived, messages_body, text

pytestmark = pytest.mark.django_db


def test_of_an_app_that_two_organisations_share_each_sees_and_retries_its_own_items(sender: Sender) -> None:
    theirs: Sender = SenderFactory(account__organisation=other_tenant())
    entries = [
        json.loads(said(one, f"Hello {name}"))["entry"][0] for one, name in ((sender, "ours"), (theirs, "their"))
    ]
    for entry, name in zip(entries, ("ours", "theirs"), strict=True):
        entry["changes"][0]["value"]["messages"][0]["id"] = f"wamid.{name}"
    body = json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()
    event = arrived(sender, body)
    event.signed_for = [sender.account_id, theirs.account_id]
    event.save()
    with broken_inbox():
        for _try in range(3):
            apply_waiting(NOON)
    ours, other = WebhookFailure.objects.order_by("item")
    assert [one.pk for one, _item in own_failures(event, sender.organisation)] == [ours.pk]
    assert refused(lambda: retry(other)).codes == ["failure_not_found"]
    assert outcomes(decided(retry(ours))) == ["applied"]
    assert list(InboundMessage.objects.values_list("provider_id", flat=True)) == ["wamid.ours"]
    assert WebhookEvent.objects.get().state == WebhookEvent.State.PARTLY


def test_neither_contract_nor_record_says_who_it_was_or_what_they_wrote(sender: Sender) -> None:
    decided(retry(*quarantined(sender, said(sender, "Where is my oolong?"))))
    told = f"{[one.contract for one in Preview.objects.all()]} {[one.facts for one in Entry.objects.all()]}"
    assert [secret for secret in ("61234567", "oolong", "Ann") if secret in told] == []
    assert Entry.objects.filter(action="webhook.retried").count() == 1


def test_an_older_word_of_meta_that_is_retried_late_changes_nothing(sender: Sender) -> None:
    """What Meta said since stands: its own time tells which word is newer."""
    early, late = NOON - timedelta(minutes=10), NOON
    old = quarantined(sender, review(sender, "APPROVED", early), quality(sender, "GREEN", early),
                      category(sender, "UTILITY", early), restriction(sender, early),
                      limit(sender, "TIER_100K", early))  # fmt: skip
    for body in (review(sender, "PAUSED", late), quality(sender, "RED", late), category(sender, "MARKETING", late),
                 end_of_restriction(sender, late), limit(sender, "TIER_1K", late)):  # fmt: skip
        arrived(sender, body)
    apply_waiting(LATER)
    assert outcomes(decided(retry(*old))) == ["applied"] * 5
    translation = TemplateTranslation.objects.get()
    assert (translation.status, translation.quality, translation.category) == ("PAUSED", "RED", "marketing")
    sender = Sender.objects.select_related("account").get()
    assert sender.account is not None
    assert (sender.account.restricted_at, sender.tier) == (None, "TIER_1K")


def test_a_start_that_is_retried_before_its_stop_brings_nobody_back(sender: Sender) -> None:
    body = messages_body(sender, messages=[
        text("wamid.1", "STOP", NOON - timedelta(hours=2), **ANN), text("wamid.2", "START", NOON, **ANN)
    ])  # fmt: skip
    stop, start = quarantined(sender, body)
    decided(retry(start))
    retry(stop)
    assert Suppression.objects.filter(contact=Contact.objects.get(), lifted_at=None).exists()


def test_the_decision_page_says_what_each_item_would_do_and_what_cannot_happen(sender: Sender) -> None:
    with time_machine.travel(LATER, tick=False):
        answer = retry(*quarantined(sender, said(sender, "START", "Hello")))
        shown = page(mei_chan(), "approvals_actionrequest_change", answer.request.action_request_id)
    assert "they may be written to again" in shown
    assert "A customer&#x27;s message is kept" in shown
    assert "none is sent by it" in shown
    assert "61234567" not in shown
