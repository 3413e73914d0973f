"""Answers: at once where nothing speaks against it, held where the agent has read customers or where money is meant,
and never after the window has closed or the customer has said STOP.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from config.demo.agent_client import Answer
from config.demo.inbox_arrivals import Customers
from config.demo.inbox_rules import bodies_to
from config.demo.stage import Stage, StoryBroke
from messaging.models import Conversation, Reply, Status, Verdict
from messaging.whatsapp.conversations.windows import MARGIN, WINDOW, open_until

PREVIEW, SEND = "whatsapp.session_message.preview", "whatsapp.session_message.send"
PATIENCE = 12.0  # seconds from Ruth's word until nothing leaves any more: a preview and a countersignature take less


def preview(stage: Stage, conversation: Conversation, text: str) -> Answer:
    return stage.agent.use(PREVIEW, conversation_id=str(conversation.pk), message={"kind": "text", "text": text})


def answer(stage: Stage, conversation: Conversation, text: str, reason: str) -> Answer:
    """The agent's wish to say this; whether it waits is the policies' matter."""
    return stage.ask(SEND, reason, preview_id=preview(stage, conversation, text)["preview_id"])


def reply_at_once(stage: Stage, people: Customers, journal_from: int) -> None:
    """Nora tapped a button: the agent knows what it means without reading anybody's words."""
    stage.tell.chapter("INBOX 4  The agent answers")
    told = answer(stage, people.conversation_of("nora"), "A seat is saved for you on Saturday at three.", "A tap")
    if told["request"]["state"] == "pending":  # in a second showing the agent has read customers a moment ago
        stage.officer.approve(told["request"]["review_url"], note="Harmless.")
    _wait_for(stage, people, "nora", journal_from)
    stage.tell.done(
        "Nora tapped “Save me a seat”; the agent has read nobody's words, its answer leaves at once",
        f"decided by: {told['request']['decided_by']}",
    )


def read_and_reply(stage: Stage, people: Customers, journal_from: int) -> None:
    """After Eve's instructions every answer of the agent waits for a person; and what is about money does anyway."""
    eve = people.conversation_of("eve")
    read = stage.agent.use("whatsapp.conversation.get", conversation_id=str(eve.pk))
    if not read["untrusted"] or people.addresses["eve"] in str(read["data"]):
        raise StoryBroke("The conversation is not masked, or not marked as untrusted.")
    stage.tell.done(
        "It reads Eve's conversation: number and name masked, her words marked as untrusted",
        f"“{read['data']['messages'][-1]['text'][:80]}…”",
    )
    told = answer(stage, eve, "Hello, how can we help you with tea?", "Eve wrote")
    if told["request"]["state"] != "pending":
        raise StoryBroke("An answer after reading a customer's instructions was sent at once.")
    stage.tell.waits("Its next answer waits: it was asked for after reading customers", told["request"]["review_url"])
    stage.officer.approve(told["request"]["review_url"], note="Harmless.")
    stage.outcome_of(told)
    _wait_for(stage, people, "eve", journal_from)
    uma = people.conversation_of("uma")
    shown = preview(stage, uma, "鐵觀音有貨，每罐 HKD 88，可以用信用卡付款。")
    risks = ", ".join(dict.fromkeys(risk["code"] for risk in shown["data"]["risks"]))
    if "payment" not in risks:
        raise StoryBroke(f"An answer about payment has only these risks: {risks}")
    told = stage.ask(SEND, "Uma asked for Tieguanyin", preview_id=shown["preview_id"])
    stage.officer.approve(told["request"]["review_url"], note="The price is right.")
    stage.outcome_of(told)
    stage.tell.done(f"An answer about money waits whoever asks ({risks}); Mei Chan lets it through to Uma",
                    "Uma is written to by her business-scoped id: nobody knows her number")  # fmt: skip


def keep_in(stage: Stage, people: Customers) -> None:
    """Ruth's window closes and Stan says STOP between approval and sending, while the sending process stands still."""
    stage.tell.chapter("INBOX 5  What must not leave stays in")
    almost_over = time.time() - WINDOW.total_seconds() + MARGIN.total_seconds() + PATIENCE
    people.writes(stage, "ruth", "Are you still there?", at=almost_over)
    people.writes(stage, "stan", "And the green one?")
    people.wait_until_heard(stage)
    ruth, stan = people.conversation_of("ruth"), people.conversation_of("stan")
    with _lanes_held(stage):
        for told in [answer(stage, one, "Yes, it is back.", "They wait") for one in (ruth, stan)]:
            stage.officer.approve(told["request"]["review_url"], note="Harmless.")
            stage.outcome_of(told)
        stage.tell.done("Answers to Ruth and Stan are approved in time; then the sending process stands still")
        people.writes(stage, "stan", "STOP")
        people.wait_until_heard(stage)
        with stage.tell.busy("Waiting for Ruth's window"):
            _wait_for_margin(ruth)
    _left_out(stage, ruth, Verdict.WINDOW_CLOSED)
    stage.tell.refused("The answer to Ruth", "window_closed", "her 24 hours ended before it left: it stays in")
    _left_out(stage, stan, Verdict.SUPPRESSED)
    stage.tell.refused("The answer to Stan", "suppressed", "he wrote STOP before it left: it stays in")


def _wait_for_margin(conversation: Conversation) -> None:
    until = open_until(conversation)
    assert until is not None
    time.sleep(max(0.0, (until - MARGIN - timezone.now()).total_seconds()) + 0.2)


@contextmanager
def _lanes_held(stage: Stage) -> Iterator[None]:
    """The process that hands messages over stands still, as on a machine that is busy with something else."""
    lanes = next(one for one in stage.house.processes.running if one.name == "lanes").process
    os.killpg(lanes.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(lanes.pid, signal.SIGCONT)


def _left_out(stage: Stage, conversation: Conversation, why: Verdict) -> None:
    """Until the conversation's answer has been left out for this reason. Raises StoryBroke."""
    replies = Reply.objects.filter(conversation=conversation)
    left_out = replies.filter(send__messages__status=Status.EXCLUDED, send__messages__verdict=why)
    stage.wait_for(left_out.exists, f"the answer to be left out ({why.label})", within=30)


def _wait_for(stage: Stage, people: Customers, name: str, journal_from: int) -> None:
    address = people.addresses[name]
    stage.wait_for(lambda: bool(bodies_to(stage, address, journal_from)), f"the answer to {name}", within=20)
