"""whatsapp.webhook.retry: what failed is applied once more, by itself, never twice, and nothing is sent."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy, Preview
from audit.models import Entry
from messaging.carriers import carrier
from messaging.inbox import again, apply
from messaging.inbox.apply import apply_waiting
from messaging.inbox.own import own_failures
from messaging.models import (
    Contact,
    Conversation,
    InboundMessage,
    Outbox,
    Send,
    Sender,
    Suppression,
    TemplateTranslation,
    WebhookEvent,
    WebhookFailure,
)
from tests.approvals.tea_room import approved, codes_of, refused
from tests.desk.harbour import page
from tests.factories import (
    NOON,
    ContactFactory,
    SenderFactory,
    TemplateFactory,
    TemplateTranslationFactory,
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
from tests.messaging.spring_tea import tea_assistant
from tests.webhooks import arrived, messages_body, text

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
ANN = {"from": "85261234567"}


@pytest.fixture
def sender() -> Sender:
    sender: Sender = SenderFactory()
    ContactFactory(name="Ann", phone="+85261234567")
    template = TemplateFactory(account=sender.account, name="spring_tea")
    TemplateTranslationFactory(template=template, status="PENDING", meta_id="77")
    return sender


def mei() -> Actor:
    return Actor.of_person(mei_chan(), Face.REST)


def said(sender: Sender, *words: str) -> bytes:
    """Ann's messages in one body."""
    return messages_body(sender, messages=[text(f"wamid.{word}", word, NOON, **ANN) for word in words])


def retry(*failures: WebhookFailure, actor: Actor | None = None, key: str = "", **asked: Any) -> Any:
    wish = {"idempotency_key": key or f"retry-{uuid4()}", "reason": "The database was away."}
    ids = {"failure_ids": [str(one.key) for one in failures]} if failures else {}
    return call("whatsapp.webhook.retry", {**wish, **ids, **asked}, actor or tea_assistant(), LATER)


def decided(answer: Any) -> ActionRequest:
    """Approved by Mei, and carried out."""
    assert answer.request.state == "pending"
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    return carry_out(approved(request, now=LATER).pk, LATER)


def outcomes(request: ActionRequest) -> list[str]:
    assert request.result is not None
    return [one["outcome"] for one in request.result["items"]]


def test_a_message_that_failed_is_taken_in_and_its_failure_is_gone(sender: Sender) -> None:
    (failure,) = quarantined(sender, said(sender, "Is the oolong back?"))
    assert InboundMessage.objects.count() == 0
    assert outcomes(decided(retry(failure))) == ["applied"]
    assert InboundMessage.objects.get().text == "Is the oolong back?"
    assert (Conversation.objects.get().waiting_since, WebhookFailure.objects.count()) == (NOON, 0)
    assert WebhookEvent.objects.get().state == WebhookEvent.State.APPLIED
    assert (Send.objects.count(), Outbox.objects.count()) == (0, 0)


def test_a_single_stop_waits_for_nobody(sender: Sender) -> None:
    (failure,) = quarantined(sender, said(sender, "STOP"))
    answer = retry(failure)
    assert (answer.request.state, answer.data["outcomes"]) == ("succeeded", {"applied": 1})
    assert Suppression.objects.get().reason == "stop"


def test_only_the_item_that_failed_is_applied_and_not_its_siblings(sender: Sender) -> None:
    arrived(sender, said(sender, "STOP", "START"))
    real = again.apply_told
    with pytest.MonkeyPatch.context() as patch:
        handle = apply.handle

        def fails_on_start(item: Any, *rest: Any) -> None:
            if item.text == "START":
                raise LookupError
            handle(item, *rest)

        patch.setattr(apply, "handle", fails_on_start)
        for _try in range(3):
            apply_waiting(NOON)
    applied: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "apply_told", lambda told, *rest: (applied.extend(one.item.text for one in told),
                                                                real(told, *rest)))  # fmt: skip
        decided(retry(WebhookFailure.objects.get()))
    assert applied == ["START"]


@pytest.mark.parametrize("word", ["START", "please stop sending me so many offers, I only want delivery news"])
def test_what_decides_who_may_be_written_to_is_decided_by_a_person(sender: Sender, word: str) -> None:
    Policy.objects.create(organisation=sender.organisation, name="Retries", tools="whatsapp.webhook.retry",
                          outcome="automatic")  # fmt: skip
    hello, decisive = quarantined(sender, said(sender, "Hello"), said(sender, word))
    assert retry(decisive).request.state == "pending"
    assert retry(hello).request.state == "succeeded"


def test_several_at_once_are_decided_by_a_person_whatever_the_policies_say(sender: Sender) -> None:
    Policy.objects.create(organisation=sender.organisation, name="Retries", tools="*", outcome="automatic")
    quarantined(sender, said(sender, "Hello"), said(sender, "STOP"))
    answer = retry()
    assert answer.request.state == "pending"
    assert sorted(outcomes(decided(answer))) == ["applied", "applied"]


def test_what_fails_again_stays_and_can_be_tried_once_more(sender: Sender) -> None:
    (failure,) = quarantined(sender, said(sender, "STOP"))
    with broken_inbox():
        assert retry(failure).data["items"][0] == {
            "failure_id": str(failure.key), "kind": "inbound", "outcome": "failed_again", "error": "LookupError"
        }  # fmt: skip
    failure.refresh_from_db()
    assert (failure.tries, failure.quarantined_at) == (4, LATER)
    assert retry(failure).data["outcomes"] == {"applied": 1}


def test_the_same_key_is_answered_again_and_nothing_is_applied_again(sender: Sender) -> None:
    (failure,) = quarantined(sender, said(sender, "STOP"))
    agent = tea_assistant()
    first = retry(failure, actor=agent, key="stop-of-ann")
    assert retry(failure, actor=agent, key="stop-of-ann").model_dump() == first.model_dump()
    assert Entry.objects.filter(action="webhook.retried").count() == 1
    assert refused(lambda: retry(failure, actor=agent)).codes == ["failure_not_found"]


def test_what_was_applied_while_it_waited_for_approval_is_told_and_not_touched(sender: Sender) -> None:
    hello, stop = quarantined(sender, said(sender, "Hello"), said(sender, "STOP"))
    both = retry(hello, stop)
    assert retry(stop).data["outcomes"] == {"applied": 1}
    assert outcomes(decided(both)) == ["applied", "gone"]
    assert Entry.objects.filter(action="webhook.retried").count() == 2


def test_a_request_whose_items_are_all_gone_is_voided(sender: Sender) -> None:
    (failure,) = quarantined(sender, said(sender, "Hello"))
    request = approved(ActionRequest.objects.get(pk=retry(failure).request.action_request_id), now=LATER)
    WebhookEvent.objects.all().delete()
    ended = carry_out(request.pk, LATER)
    assert (ended.state, codes_of(ended)) == ("voided", ["failure_not_found"])


def test_what_the_inbox_itself_still_tries_cannot_be_retried(sender: Sender) -> None:
    arrived(sender, said(sender, "STOP"))
    with broken_inbox():
        apply_waiting(NOON)
    assert refused(lambda: retry(WebhookFailure.objects.get())).codes == ["failure_not_found"]


def test_an_event_that_broke_its_reader_is_applied_as_a_whole_once_it_can_be_read(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_raw: bytes) -> Any:
        raise RecursionError

    with monkeypatch.context() as patch:
        patch.setattr(carrier("whatsapp"), "events", breaks, raising=False)
        arrived(sender, said(sender, "Hello", "Good morning"))
        for _try in range(3):
            apply_waiting(NOON)
    (failure,) = WebhookFailure.objects.all()
    answer = retry(failure)
    request = decided(answer)
    assert outcomes(request) == ["applied"]
    assert (InboundMessage.objects.count(), WebhookFailure.objects.count()) == (2, 0)


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
