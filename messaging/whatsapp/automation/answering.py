"""Each automatic answer goes through the one door, as Countersign itself, on what people approved for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.actor import Actor
from accounts.models import Organisation
from approvals.calls import call
from approvals.contracts import Ask
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.models import AutomaticTurn, Conversation, Flow, FlowRun, FlowVersion, Reply, Send
from messaging.whatsapp.automation.bodies import Body, body_of, text_body
from messaging.whatsapp.automation.standing import Source, find_source, kind_of, reasons_against
from messaging.whatsapp.session.contract import ReplyTerms
from messaging.whatsapp.session.freezing import freeze_reply
from messaging.whatsapp.session.sending import send_reply

TOOL = "whatsapp.automation.answer"


class AnswerAsk(Ask):
    turn_id: Annotated[int, Field(description="The customer's message that is answered.")]
    source: Annotated[Literal["flow", "keyword_rule", "auto_reply"], Field(description="What answers.")]
    source_id: Annotated[UUID, Field(description="The flow's version, the rule or the auto reply.")]
    node: Annotated[str, Field(max_length=40, description="The flow's node; empty for a text.")] = ""


class AnswerContract(ReplyTerms):
    """A reply's contract, on the flow, rule or auto reply that people approved."""

    turn_id: Annotated[int, Field(description="The customer's message that is answered.")]
    source: Annotated[str, Field(description="flow, keyword_rule or auto_reply.")]
    source_id: Annotated[UUID, Field(description="The flow's version, the rule or the auto reply.")]
    node: Annotated[str, Field(description="The flow's node; empty for a text.")]


def actor_of(organisation: Organisation) -> Actor:
    """Countersign itself, with the right to ask for answers and for nothing else."""
    return replace(Actor.system(organisation, "automations"), scopes=frozenset({"whatsapp:request"}))


def say(turn: AutomaticTurn, source: Source, node: str, step: int, now: datetime) -> None:
    """Ask for one answer to this message. Raises Refused where it was not carried out; then nothing leaves."""
    wish = {
        "turn_id": turn.pk,
        "source": kind_of(source),
        "source_id": str(source.pk),
        "node": node,
        "idempotency_key": f"turn-{turn.pk}-{step}",
        "reason": str(source)[:200].ljust(3, "."),
    }
    answer = call(TOOL, wish, actor_of(turn.organisation), now)
    assert answer.request is not None
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    if request.state != State.SUCCEEDED:
        told = tuple(Reason(one["code"], one["text"], one["fix"]) for one in request.reasons)
        raise Refused(*(told or (Reason("not_carried_out", request.get_state_display(), ""),)))


def plan_answer(call: Call, ask: AnswerAsk) -> AnswerContract:
    turn = AutomaticTurn.objects.select_related("conversation__sender__account", "conversation__contact").filter(
        pk=ask.turn_id, organisation=call.organisation, outcome=AutomaticTurn.Outcome.WAITING
    ).first()  # fmt: skip
    source = find_source(call.organisation, ask.source, ask.source_id)
    if turn is None or source is None:
        raise Refused(Reason("nothing_waits", _("Nothing waits for this answer."), _("Nothing is left to do.")))
    terms = freeze_reply(call, turn.conversation, words_of(source, ask.node, turn.conversation))
    return AnswerContract(**terms, turn_id=ask.turn_id, source=ask.source, source_id=ask.source_id, node=ask.node)


def words_of(source: Source, node: str, conversation: Conversation) -> Body:
    """What the approved row says, byte for byte."""
    return body_of(source, node, conversation) if isinstance(source, FlowVersion) else text_body(source.reply_text)


@dataclass(frozen=True, slots=True)
class AnswerStands:
    """What answers is enabled as people approved it, and says these very words."""

    def __call__(self, call: Call, contract: AnswerContract) -> Iterator[Reason]:
        source = find_source(call.organisation, contract.source, contract.source_id)
        against = list(reasons_against(source))
        yield from against
        if against or source is None:
            return
        conversations = Conversation.objects.select_related("sender", "organisation")
        conversation = conversations.get(pk=contract.conversation_id, organisation=call.organisation)
        try:
            says = words_of(source, contract.node, conversation)
        except Refused as no:
            yield from no.reasons
            return
        if says != contract.body:
            yield Reason("words_changed", _("It would say something else than was approved."),
                         _("Ask for it to be enabled as it is now."))  # fmt: skip


def send_answer(call: Call, contract: AnswerContract) -> Send:
    return send_reply(call, contract, Reply.Origin.AUTOMATION)


def waiting_in(flows: Sequence[Flow]) -> dict[UUID, int]:
    """Flow -> conversations that stand in it."""
    runs = FlowRun.objects.filter(flow_version__flow__in=flows, ended_at=None)
    return dict(runs.values_list("flow_version__flow").annotate(Count("pk")))
