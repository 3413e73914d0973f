"""Customers write, and answers wait for their countersignature: the business of conversations under the harness."""

from collections.abc import Sequence
from uuid import uuid4

from django.utils import timezone

from approvals.calls import call
from approvals.models import ActionRequest, State
from messaging.models import (
    Attempt,
    Contact,
    Conversation,
    InboundMessage,
    KeywordRule,
    Message,
    Send,
    Status,
)
from tests.faults.case import Case
from tests.faults.judging import handed_over

CUSTOMERS = 8
ANSWER = "Your tea left this morning. The payment of HKD 88 has arrived."  # of money: Mei reads it first


def customers_write(case: Case, people: int = CUSTOMERS, words: str = "Where is my tea?") -> None:
    """So many people write; returns once each of them has a conversation."""
    _segment, case.people = case.business.crowd(people)
    for contact in case.people:
        case.stack.simulator.inbound(str(contact.phone), words)
    wait_for_conversations(case)


def wait_for_conversations(case: Case) -> None:
    heard = InboundMessage.objects.filter(contact__in=case.people, conversation__isnull=False)
    case.wait(lambda: heard.values("contact").distinct().count() == len(case.people), "what customers wrote")


def conversation_of(contact: Contact) -> Conversation:
    return Conversation.objects.select_related("sender").get(contact=contact, state=Conversation.State.OPEN)


def ask_to_answer(case: Case, contact: Contact) -> ActionRequest:
    """An answer that Zoe has asked for at the desk; it speaks of money and waits for Mei."""
    shown = call(
        "whatsapp.session_message.preview",
        {"conversation_id": str(conversation_of(contact).pk), "message": {"kind": "text", "text": ANSWER}},
        case.business.zoe,
        timezone.now(),
    )
    wish = {"preview_id": str(shown.preview_id), "idempotency_key": str(uuid4()), "reason": "They wait for an answer."}
    answer = call("whatsapp.session_message.send", wish, case.business.zoe, timezone.now())
    assert answer.request
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def ask_to_answer_all(case: Case) -> list[ActionRequest]:
    return [ask_to_answer(case, contact) for contact in case.people]


def countersign_all(case: Case, requests: Sequence[ActionRequest]) -> None:
    for request in requests:
        assert request.state == State.PENDING, f"an answer about money is {request.state}"
        case.business.countersign(request)


def sends_of(requests: Sequence[ActionRequest]) -> list[Send]:
    return list(Send.objects.filter(request__in=[request.pk for request in requests]))


def check_answers(case: Case, requests: Sequence[ActionRequest]) -> None:
    """After all is quiet: every answer has one end, nobody got two, and unknown is only what the fault may leave."""
    sends = sends_of(requests)
    assert len(sends) == len(requests), f"{len(sends)} sends of {len(requests)} answers"
    messages = Message.objects.filter(send__in=sends)
    waiting = messages.filter(status__in=(Status.QUEUED, Status.SENDING)).count()
    assert not waiting, f"{waiting} answers are still under way"
    unsure = messages.filter(status=Status.UNSURE)
    assert unsure.count() <= case.unsure_at_most, f"{unsure.count()} unsure, at most {case.unsure_at_most} may be"
    journal = handed_over(case)
    people = [one.person for one in journal]
    assert len(set(people)) == len(people), f"{len(people) - len(set(people))} people got their answer twice"
    taken = {one.reference for one in journal}
    told = [str(key) for key in Attempt.objects.filter(message__in=unsure).values_list("pk", flat=True)]
    assert not taken & set(told), "an answer is unsure although the provider took it and has told so"


def nothing_left(case: Case) -> None:
    """No answer reached anybody."""
    journal = handed_over(case)
    assert not journal, f"{len(journal)} answers left all the same"


KEYWORDS, BY_ITSELF = "opening hours", "From ten to six, every day."


def have_hours_answered(case: Case) -> None:
    """A keyword rule that Mei has approved, once for all cells."""
    if KeywordRule.objects.filter(name="Hours", enabled=True).exists():
        return
    change = {
        "kind": "keyword_rule", "name": "Hours", "enabled": True, "reply_text": BY_ITSELF,
        "keyword_rule": {"phrases": [KEYWORDS]},
    }  # fmt: skip
    shown = call("whatsapp.automation_change.preview", change, case.business.agent, timezone.now())
    assert shown.preview_id
    case.business.countersign(case.business.write("whatsapp.keyword_rule.upsert", shown.preview_id))
    case.wait(KeywordRule.objects.filter(name="Hours", enabled=True).exists, "the rule to be enabled")
