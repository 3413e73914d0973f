"""whatsapp.webhook.retry: what failed is applied once more, by itself, never twice, and nothing is sent."""

from typing import Any

import pytest

from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from audit.models import Entry
from messaging.carriers import carrier
from messaging.inbox import again, apply
from messaging.inbox.apply import apply_waiting
from messaging.models import (
    Conversation,
    InboundMessage,
    Outbox,
    Send,
    Sender,
    Suppression,
    WebhookEvent,
    WebhookFailure,
)
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import (
    NOON,
)
from tests.messaging.inbox.failing import (
    broken_inbox,
    quarantined,
)
from tests.messaging.inbox.retries import LATER, decided, outcomes, retry, said
from tests.messaging.spring_tea import tea_assistant
from tests.webhooks import arrived

pytestmark = pytest.mark.django_db


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
