"""One message and what answers it: the flow that the conversation stands in, a keyword rule, or an auto reply."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from approvals.reasons import refuse_if_any
from messaging.models import (
    AutomaticTurn,
    AutoReply,
    Conversation,
    Flow,
    FlowRun,
    FlowVersion,
    InboundMessage,
    KeywordRule,
    Queue,
)
from messaging.whatsapp.automation.answering import actor_of, say
from messaging.whatsapp.automation.choosing import auto_reply_for, met_by, somebody_is_in
from messaging.whatsapp.automation.definition import (
    Assign,
    Buttons,
    FlowDefinition,
    Handover,
    Menu,
    Message,
    Node,
    Question,
    Tag,
    TemplateNode,
)
from messaging.whatsapp.automation.standing import Source, find_source, reasons_against
from messaging.whatsapp.automation.walking import Facts, Said, hear_answer, walk
from messaging.whatsapp.conversations.handing_over import hand_to_person
from messaging.whatsapp.conversations.labels import label
from messaging.whatsapp.conversations.moving import move

Outcome = AutomaticTurn.Outcome
# What became of it, a code for why, and the row that it stood on.
Decided = tuple[AutomaticTurn.Outcome, str, UUID | None]

_SAYING = (Message, Buttons, Menu, Question, TemplateNode)


@dataclass(slots=True)
class _Leading:
    """A message while it is answered. `said` counts the answers: each is asked for under a key of its own."""

    turn: AutomaticTurn
    conversation: Conversation
    now: datetime
    said: int = field(default=0)

    @property
    def message(self) -> InboundMessage:
        return self.turn.message

    def say(self, source: Source, node: str = "") -> None:
        # What is said later leaves later: sends that are due at one moment leave in any order.
        moment = self.now + timedelta(milliseconds=self.said)
        self.said += 1
        say(self.turn, source, node, self.said, moment)


def answer(turn: AutomaticTurn, conversation: Conversation, now: datetime) -> Decided:
    """Do what is approved for this message. Raises Refused where something stands against it; nothing is done then."""
    leading = _Leading(turn, conversation, now)
    run = _open_run(conversation)
    if run is None:
        return _by_rule(leading) or _by_schedule(leading) or (Outcome.SILENT, "nothing_meets", None)
    version = run.flow_version
    refuse_if_any(reasons_against(find_source(conversation.organisation, "flow", version.pk)))
    definition = FlowDefinition.model_validate(version.definition)
    message = leading.message
    heard = hear_answer(run.node, definition.nodes[run.node], Said(message.text, message.payload, message.kind))
    if not heard.fits:
        # Whoever says something else entirely is heard anew; the flow's fallback is for what nothing else meets.
        ruled = _by_rule(leading, instead_of=run)
        if ruled is not None:
            return ruled
    if heard.fits:
        run.answers = {**run.answers, run.node: heard.answer}
    return _lead(leading, run, definition, heard.target)


def _open_run(conversation: Conversation) -> FlowRun | None:
    runs = FlowRun.objects.select_related("flow_version__flow").filter(conversation=conversation, ended_at=None)
    return runs.order_by("-moved_at", "-pk").first()


def _by_rule(leading: _Leading, instead_of: FlowRun | None = None) -> Decided | None:
    met = met_by(leading.message, leading.conversation)
    if not met.keywords:
        return None
    if met.only is None:
        # Two rules claim it: nobody can say which is right, so neither answers.
        return None if instead_of else (Outcome.SILENT, "two_rules_meet", None)
    assert met.only.rule_id is not None
    rule = find_source(leading.conversation.organisation, "keyword_rule", met.only.rule_id)
    refuse_if_any(reasons_against(rule))
    assert isinstance(rule, KeywordRule)
    if instead_of is not None:
        _end(instead_of, leading.now)
    if rule.queue is not None and rule.queue_id != leading.conversation.queue_id:
        _move(leading, rule.queue)
    if rule.flow is None and not rule.reply_text:
        return Outcome.ROUTED, "", rule.pk
    return _begin(leading, rule)


def _by_schedule(leading: _Leading) -> Decided | None:
    chosen = auto_reply_for(leading.conversation, leading.now)
    if chosen is None:
        return None
    reply = find_source(leading.conversation.organisation, "auto_reply", chosen.pk)
    refuse_if_any(reasons_against(reply))
    assert isinstance(reply, AutoReply)
    return _begin(leading, reply)


def _begin(leading: _Leading, row: KeywordRule | AutoReply) -> Decided:
    """Answer with the row's text, or begin its flow in the version that is live."""
    if row.flow is None:
        leading.say(row)
        return Outcome.ANSWERED, "", row.pk
    version = _live(leading.conversation, row.flow)
    run = FlowRun(
        organisation=leading.conversation.organisation,
        conversation=leading.conversation,
        flow_version=version,
        began_at=leading.now,
    )
    definition = FlowDefinition.model_validate(version.definition)
    outcome, why, _version = _lead(leading, run, definition, definition.start)
    return outcome, why, row.pk


def _live(conversation: Conversation, flow: Flow) -> FlowVersion:
    version = find_source(conversation.organisation, "flow", flow.live_id) if flow.live_id else None
    refuse_if_any(reasons_against(version))
    assert isinstance(version, FlowVersion)
    return version


def _lead(leading: _Leading, run: FlowRun, definition: FlowDefinition, begin: str) -> Decided:
    """Go from a node to the customer's next turn, doing what lies on the way."""
    version = find_source(leading.conversation.organisation, "flow", run.flow_version_id)
    assert isinstance(version, FlowVersion)
    steps = walk(definition, begin, _facts(leading, run))
    for name, node in steps:
        if isinstance(node, _SAYING):
            leading.say(version, name)
        else:
            _act(leading, node)
    run.node, last = steps[-1]
    run.moved_at = leading.now
    run.ended_at = None if isinstance(last, Buttons | Menu | Question) else leading.now
    run.save()
    handed = isinstance(last, Handover)
    return (Outcome.HANDED_OVER if handed else Outcome.ANSWERED), "", version.pk


def _act(leading: _Leading, node: Node) -> None:
    """What a node does inside the house."""
    by = actor_of(leading.conversation.organisation)
    if isinstance(node, Tag):
        leading.conversation = label(leading.conversation, node.labels, (), by, leading.now)
    elif isinstance(node, Assign):
        for queue in _queue_named(leading.conversation, node.queue):
            _move(leading, queue)
    elif isinstance(node, Handover):
        to = next(_queue_named(leading.conversation, node.queue), None)
        hand_to_person(leading.conversation, node.note or "flow", by, leading.now, to)


def _move(leading: _Leading, queue: Queue) -> None:
    by = actor_of(leading.conversation.organisation)
    leading.conversation = move(leading.conversation, queue, None, by, leading.now)


def _queue_named(conversation: Conversation, name: str) -> Iterator[Queue]:
    """The queue; none where it was renamed since, and then the conversation stays where people look already."""
    queues = Queue.objects.select_related("organisation")
    yield from queues.filter(organisation=conversation.organisation_id, name=name) if name else ()


def _facts(leading: _Leading, run: FlowRun) -> Facts:
    conversation = leading.conversation

    def is_open(name: str) -> bool:
        return somebody_is_in(next(_queue_named(conversation, name), conversation.queue), leading.now)

    return Facts(frozenset(conversation.labels), conversation.contact.language, is_open, run.answers)


def _end(run: FlowRun, now: datetime) -> None:
    run.ended_at = run.moved_at = now
    run.save(update_fields=("ended_at", "moved_at"))
