"""People take over: a restricted queue waits for approval, a complaint is its owner's, and the team is told in sums."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.models import ActionRequest, State
from config.demo.agent_client import Answer, ToolRefused
from config.demo.inbox_arrivals import Customers
from config.demo.inbox_rules import countersigned
from config.demo.inbox_seeding import InboxCast
from config.demo.stage import Stage, StoryBroke
from messaging.models import Conversation
from messaging.whatsapp.conversations.visible import visible_to

PREVIEW, ASSIGN, CLOSE = "whatsapp.handover.preview", "whatsapp.conversation.assign", "whatsapp.conversation.close"


def hand_over(stage: Stage, cast: InboxCast, people: Customers) -> None:
    """Pia's money goes to the accounts, whose queue only its team sees."""
    stage.tell.chapter("INBOX 7  People take over")
    pia = people.conversation_of("pia")
    preview = stage.agent.use(
        PREVIEW,
        conversation_ids=[str(pia.pk)],
        queue_id=str(cast.accounts.pk),
        owner_id=str(stage.cast.people["ivy.tam"].pk),
        concern="payment",
        note="Charged twice?",
    )
    answer = stage.ask(ASSIGN, "Money is for the accounts", preview_id=preview["preview_id"])
    stage.tell.waits("Handing Pia to the restricted queue waits for a person", answer["request"]["review_url"])
    if Conversation.objects.get(pk=pia.pk).queue_id == cast.accounts.pk:
        raise StoryBroke("The handover was done before anybody approved it.")
    stage.officer.approve(answer["request"]["review_url"], note="For the accounts.")
    stage.outcome_of(answer)
    ken = visible_to(at_desk(stage, "ken.ho"))
    if ken.filter(pk=pia.pk).exists():
        raise StoryBroke("Ken, who is not of the accounts, still sees Pia's conversation.")
    stage.tell.done("Mei Chan approves; Ivy Tam sees it, and for Ken Ho there is no such conversation any more")


def complain(stage: Stage, cast: InboxCast, people: Customers) -> None:
    """Leo's broken pot is Ken's to settle, and nobody else's to call settled."""
    leo = people.conversation_of("leo")
    ken = stage.cast.people["ken.ho"]
    preview = stage.agent.use(
        PREVIEW, conversation_ids=[str(leo.pk)], owner_id=str(ken.pk), concern="complaint", note="A pot arrived broken."
    )
    countersigned(stage, stage.ask(ASSIGN, "A complaint", preview_id=preview["preview_id"]))
    stage.tell.done("Leo's complaint is given to Ken Ho")
    seen = Conversation.objects.get(pk=leo.pk)
    facts = {"outcome": "A new pot is on its way.", "leaves_unanswered": True}
    try:
        stage.ask(CLOSE, "Settled", conversation_id=str(leo.pk), base_version_token=_token_of(stage, leo), **facts)
    except ToolRefused as no:
        stage.tell.refused("The agent closes the complaint", no.code, no.reasons[0]["text"])
    else:
        raise StoryBroke("An agent closed a complaint that is Ken's.")
    request = _asked_at_desk(
        stage, "ken.ho", CLOSE, conversation_id=str(leo.pk), base_version_token=_token_of(stage, leo), **facts
    )
    if request.state == State.PENDING:
        stage.officer.approve(f"{stage.house.desk}/desk/approvals/actionrequest/{request.pk}/change/", note="Agreed.")
    closed = Conversation.objects.filter(pk=leo.pk, state=Conversation.State.CLOSED)
    stage.wait_for(closed.exists, "the end of Leo's complaint", within=20)
    stage.tell.done(
        "Ken Ho, its owner, closes it himself, and Mei Chan agrees", f"version {seen.version} → {closed.get().version}"
    )


def at_desk(stage: Stage, username: str) -> Actor:
    """One of the house's people, as the desk knows them."""
    return Actor.of_person(stage.cast.people[username], Face.DESK)


def _asked_at_desk(stage: Stage, username: str, tool: str, **arguments: Any) -> ActionRequest:
    wish = {**arguments, "idempotency_key": f"demo-{uuid4()}", "reason": "As its owner"}
    answer = call(tool, wish, at_desk(stage, username), timezone.now())
    assert answer.request
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def _token_of(stage: Stage, conversation: Conversation) -> str:
    shown: Answer = stage.agent.use("whatsapp.conversation.get", conversation_id=str(conversation.pk))["data"]
    return str(shown["version_token"])


def sum_up(stage: Stage) -> None:
    """What the team is told of its work: sums, and nobody's name."""
    stage.tell.chapter("INBOX 8  The team's week in sums")
    told: Answer = stage.agent.use("whatsapp.conversation_summary.get", days=7)["data"]
    figures, workload = told["all"], told["workload"]
    if told["staff"] is not None:
        raise StoryBroke("An agent was told the figures of single people.")
    median = figures["first_reply_median_seconds"]
    stage.tell.numbers(
        [
            (
                "opened",
                f"{figures['opened']:,}",
                f"{figures['open']:,} are open, {figures['waiting']:,} wait for a person",
            ),
            ("closed", f"{figures['closed']:,}", f"resolution rate {_percent(figures['resolution_rate'])}"),
            ("answers in time", f"{figures['replies_in_time']:,}", f"{figures['replies_late']:,} late"),
            ("first answer", "–" if median is None else f"{median:,} s", "the middle one"),
            ("people at work", f"{workload['people']:,}", f"open conversations each: {workload['average'] or 0:g}"),
        ]
    )
    queues = ", ".join(f"{row['queue']} {row['open']}" for row in told["queues"])
    stage.tell.done(f"Open by queue: {queues}", "figures of single people are for managers: the agent gets none")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
