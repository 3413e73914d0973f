"""Answers in conversations: a lane dies while they leave, a window closes while it stands still, a customer says STOP
between approval and sending, words are told again because nobody answered the webhook, and many take one turn.
"""

import signal
from functools import partial

from django.utils import timezone

from messaging.models import AutomaticTurn, Conversation, InboundMessage, Message, Reply, SendState, Status, Verdict
from messaging.whatsapp.automation.tasks import answer
from messaging.whatsapp.conversations.windows import MARGIN
from tests.faults.answering import (
    CUSTOMERS,
    KEYWORDS,
    ask_to_answer_all,
    check_answers,
    countersign_all,
    customers_write,
    have_hours_answered,
    nothing_left,
    sends_of,
    wait_for_conversations,
)
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, add, cell
from tests.faults.judging import handed_over

# Where, and the last of the times a point is reached while eight answers leave.
_POINTS = {
    "take.before_commit": 1, "take.committed": 1, "handover.before_post": 6, "handover.after_post": 6,
    "finish.before_commit": 1, "finish.committed": 1,
}  # fmt: skip


def _kill_at(case: Case, *, point: str, latest: int) -> None:
    """What was under way is unsure until a status tells; nobody is answered twice."""
    customers_write(case)
    requests = ask_to_answer_all(case)
    case.faults.at(point, nth=case.chance.randint(1, latest))
    case.unsure_at_most = IN_FLIGHT
    countersign_all(case, requests)
    case.kill_here(point)
    case.settle()
    check_answers(case, requests)


for _point, _latest in _POINTS.items():
    _play = partial(_kill_at, point=_point, latest=_latest)
    add(f"replies-kill-lane@{_point}", _play, rare=_point != "handover.after_post")


@cell("replies-kill-worker@execution.before_commit", rare=True)
def _kill_worker(case: Case) -> None:
    """The worker that carries an approved answer out dies before it is written down: another does it, once."""
    customers_write(case)
    requests = ask_to_answer_all(case)
    case.faults.at("execution.before_commit", nth=case.chance.randint(1, CUSTOMERS), role="worker")
    countersign_all(case, requests)
    case.kill_here("execution.before_commit")
    case.settle()
    check_answers(case, requests)


@cell("replies-window-closes-while-the-lane-is-frozen", "alone")
def _window_closes(case: Case) -> None:
    """Approved in time, released in time, and the only lane stands still until the window's margin has begun."""
    lane = case.stack.members["lanes"]
    customers_write(case)
    lane.signal(signal.SIGSTOP)
    try:
        requests = ask_to_answer_all(case)
        countersign_all(case, requests)
        case.wait(
            lambda: [send.state for send in sends_of(requests)] == [SendState.SENDING] * len(requests), "the release"
        )
        # As if a day less a minute had passed meanwhile: real time would be a race against the machine.
        theirs = Conversation.objects.filter(contact__in=case.people)
        theirs.update(window_until=timezone.now() + MARGIN)
    finally:
        lane.signal(signal.SIGCONT)
    case.settle()
    nothing_left(case)
    answers = Message.objects.filter(send__in=sends_of(requests))
    left_out = answers.filter(status=Status.EXCLUDED, verdict=Verdict.WINDOW_CLOSED).count()
    held = answers.filter(status=Status.QUEUED, send__state=SendState.PAUSED).count()  # by the watch, which came first
    assert left_out + held == len(requests), f"{left_out} left out and {held} held of {len(requests)}"


@cell("replies-stop-between-approval-and-sending", "alone")
def _stop(case: Case) -> None:
    """Three of eight customers write STOP while their answer waits for the lane."""
    customers_write(case)
    lane = case.stack.members["lanes"]
    lane.signal(signal.SIGSTOP)
    try:
        requests = ask_to_answer_all(case)
        countersign_all(case, requests)
        case.wait(lambda: len(sends_of(requests)) == len(requests), "the answers to be released")
        for contact in case.chance.sample(case.people, 3):
            case.stop_by_word(contact, case.chance.choice(["STOP", "停止", "退訂"]))
    finally:
        lane.signal(signal.SIGCONT)
    case.settle()
    check_answers(case, requests)
    left_out = Message.objects.filter(send__in=sends_of(requests), status=Status.EXCLUDED)
    assert set(left_out.values_list("contact", flat=True)) == set(case.stopped)


@cell("replies-kill-web@inbox.stored")
def _kill_web(case: Case) -> None:
    """Stored and never answered: the provider tells it again, and each word stands in one conversation once."""
    _segment, case.people = case.business.crowd(CUSTOMERS)
    case.faults.at("inbox.stored")
    for contact in case.people:
        case.stack.simulator.inbound(str(contact.phone), "Where is my tea?")
    case.kill_here("inbox.stored")
    wait_for_conversations(case)
    case.settle()
    words = InboundMessage.objects.filter(contact__in=case.people)
    assert words.count() == CUSTOMERS, f"{words.count()} words of {CUSTOMERS} customers"
    conversations = Conversation.objects.filter(contact__in=case.people)
    assert conversations.count() == CUSTOMERS
    assert set(conversations.values_list("unread", flat=True)) == {1}


@cell("replies-kill-worker@inbox.applied_before_commit")
def _kill_applying(case: Case) -> None:
    """The worker dies while it puts words into conversations: they are there afterwards, once."""
    case.faults.at("inbox.applied_before_commit")
    _segment, case.people = case.business.crowd(CUSTOMERS)
    for contact in case.people:
        case.stack.simulator.inbound(str(contact.phone), "Where is my tea?")
    case.kill_here("inbox.applied_before_commit")
    wait_for_conversations(case)
    case.settle()
    assert set(Conversation.objects.filter(contact__in=case.people).values_list("unread", flat=True)) == {1}


@cell("replies-two-workers-take-one-turn")
def _two_workers(case: Case) -> None:
    """The bell of automation rings for everybody, again and again: each customer gets one answer."""
    have_hours_answered(case)
    _segment, case.people = case.business.crowd(CUSTOMERS)
    for contact in case.people:
        case.stack.simulator.inbound(str(contact.phone), f"What are your {KEYWORDS}?")
    waiting = AutomaticTurn.objects.filter(message__contact__in=case.people, outcome="waiting")
    decided = AutomaticTurn.objects.filter(message__contact__in=case.people).exclude(outcome="waiting")

    def are_decided() -> bool:
        for _ in range(4):
            answer.delay()
        return decided.count() == CUSTOMERS and not waiting.exists()

    case.wait(are_decided, "the automatic turns")
    case.settle()
    answers = Reply.objects.filter(conversation__contact__in=case.people, origin=Reply.Origin.AUTOMATION)
    assert answers.count() == CUSTOMERS, f"{answers.count()} automatic answers to {CUSTOMERS} customers"
    people = [one.person for one in handed_over(case)]
    assert len(people) == len(set(people)) == CUSTOMERS, f"{len(people)} answers reached {len(set(people))} people"
