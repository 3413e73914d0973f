"""Automation is countersigned like everything else: a flow and two keyword rules, replayed, approved, and at work."""

from typing import Any

from config.demo.agent_client import Answer, ToolRefused
from config.demo.inbox_arrivals import Customers
from config.demo.stage import Stage, StoryBroke, many
from messaging.models import Reply
from simulators.common.journal import read_journal

FLOW, HOURS, DELIVERY = "Tea counter", "Opening hours", "Deliveries"
NODES: dict[str, Any] = {
    "menu": {
        "kind": "list",
        "text": "Welcome to Harbour Tea. What can we do for you?",
        "button": "Choose",
        "choices": [
            {"title": "Opening hours", "description": "When somebody is there", "next": "hours"},
            {"title": "A person, please", "description": "We answer within minutes", "next": "person"},
        ],
        "fallback": "person",
    },
    "hours": {"kind": "message", "text": "The kettle is on from ten to six, every day of the week.", "ends": True},
    "person": {"kind": "handover", "note": "Asked for a person"},
}


def automate(stage: Stage, counter_id: str) -> None:
    """Preview, approve and enable; what is there from an earlier showing stays."""
    stage.tell.chapter("INBOX 2  What answers by itself is countersigned")
    _show_a_dead_end(stage)
    flow_id = _flow(stage)
    _rule(stage, HOURS, ["opening hours", "營業時間"], flow_id=flow_id)
    _rule(stage, DELIVERY, ["do you deliver", "送貨"], queue_id=counter_id, reply_text="One moment: the counter looks.")


def _show_a_dead_end(stage: Stage) -> None:
    """A flow that leaves a customer standing is refused, and the path to the place is named."""
    nodes = {**NODES, "menu": {**NODES["menu"], "fallback": ""}}
    half = {"definition": {"start": "menu", "nodes": nodes}}
    preview = _preview(stage, "flow", "Half a flow", flow=half)
    try:
        stage.ask("whatsapp.flow.upsert", "Half of it will do", preview_id=preview["preview_id"])
    except ToolRefused as no:
        stage.tell.refused("A flow that leaves customers standing", no.code, no.reasons[0]["text"])
    else:
        raise StoryBroke("A flow without a fallback was not refused.")


def _preview(stage: Stage, kind: str, name: str, **change: Any) -> Answer:
    return stage.agent.use("whatsapp.automation_change.preview", kind=kind, name=name, enabled=True, **change)


def _flow(stage: Stage) -> str:
    known = {row["name"]: row for row in stage.agent.use("whatsapp.flows.list", limit=50)["data"]["flows"]}
    if FLOW in known:
        stage.tell.done(f"The flow “{FLOW}” of the last showing still leads customers")
        return str(known[FLOW]["flow_id"])
    change = {"definition": {"start": "menu", "nodes": NODES}, "purpose": "Says when we are open, or fetches somebody"}
    preview = _preview(stage, "flow", FLOW, flow=change)
    kept = countersigned(stage, stage.ask("whatsapp.flow.upsert", "Hours by itself", preview_id=preview["preview_id"]))
    stage.tell.done(f"The flow “{FLOW}” is checked as a graph, read by Mei Chan node by node, and approved")
    return str(kept["automation_id"])


def _rule(stage: Stage, name: str, phrases: list[str], **change: Any) -> None:
    rows = stage.agent.use("whatsapp.keyword_rules.list", limit=50)["data"]["keyword_rules"]
    if any(row["name"] == name for row in rows):
        return
    preview = _preview(stage, "keyword_rule", name, keyword_rule={"phrases": phrases}, **change)
    replay = preview["data"]["replay"]
    countersigned(stage, stage.ask("whatsapp.keyword_rule.upsert", name, preview_id=preview["preview_id"]))
    stage.tell.done(
        f"The rule “{name}” ({', '.join(phrases)}) is approved and enabled",
        f"replayed over {many(replay['looked_at'], 'message')} of the last {replay['days']} days:"
        f" it would have met {replay['matched']} and reached {many(replay['people'], 'person', 'people')}",
    )


def countersigned(stage: Stage, answer: Answer, note: str = "Read.") -> Answer:
    """The result of a write, after Mei let it through where it waited for a person."""
    if answer["request"]["state"] == "pending":
        stage.officer.approve(answer["request"]["review_url"], note=note)
    return dict(stage.outcome_of(answer)["result"])


def be_answered(stage: Stage, people: Customers) -> None:
    """Customers meet the rules: one is led through the flow by taps, one is told and routed."""
    stage.tell.chapter("INBOX 3  The rules answer")
    people.writes(stage, "mia", "Hi, what are your opening hours on Sunday?")
    rows = _automatic(stage, people, "mia", 1)["interactive"]["action"]["sections"][0]["rows"]
    stage.tell.done("Mia asks for the opening hours and gets the list of the flow")
    people.taps(stage, "mia", "list_reply", id=rows[0]["id"], title=rows[0]["title"])
    told = _automatic(stage, people, "mia", 2)["text"]["body"]
    stage.tell.done(f"She taps “{rows[0]['title']}”", told)
    people.writes(stage, "dan", "Do you deliver to Sai Kung?")
    _automatic(stage, people, "dan", 1)
    conversation = people.conversation_of("dan")
    stage.tell.done(f"Dan asks about deliveries, is told to wait a moment, and waits in “{conversation.queue.name}”")


def _automatic(stage: Stage, people: Customers, name: str, nth: int) -> Answer:
    """The body of somebody's nth automatic answer, once WhatsApp has it. Raises StoryBroke."""
    people.wait_until_heard(stage)
    answers = Reply.objects.filter(
        conversation=people.conversation_of(name), origin=Reply.Origin.AUTOMATION, send__messages__attempts__outcome=1
    )
    stage.wait_for(lambda: answers.count() >= nth, f"the {nth}. automatic answer to {name}", within=20)
    return dict(answers.order_by("made_at")[nth - 1].body)


def bodies_to(stage: Stage, address: str, journal_from: int) -> list[Answer]:
    """The free-form bodies that WhatsApp took for somebody, by its own journal, in the order they came."""
    digits = address.lstrip("+")
    return [
        entry["body"]
        for entry in read_journal(stage.house.simulator.journal_path, journal_from)
        if entry["kind"] == "request" and entry.get("decision") == "accepted" and entry.get("person") == digits
    ]
