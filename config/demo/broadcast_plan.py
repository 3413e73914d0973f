"""Planning a broadcast: who is meant, and what would happen, in numbers that add up."""

from datetime import datetime

from django.utils import timezone

from config.demo.agent_client import Answer
from config.demo.stage import Stage
from config.demo.story_template import VARIABLES

SEGMENT = "Tea club abroad and at home"
RULE = "tag:newsletter and country in (HK, MO, TW, SG, GB, US, JP, AU, MY) and not tag:staff"
EXCLUSIONS = {
    "invalid": "no valid address",
    "suppressed": "opted out",
    "blocked": "blocked",
    "no_consent": "no consent",
    "wrong_category": "consent for something else",
    "capped": "had their marketing for this week",
    "duplicate": "the same person twice",
    "missing_variable": "a variable has no value",
    "no_route": "Meta delivers no marketing there",
}


def find_segment(stage: Stage) -> str:
    """The segment, found again or made; rules are kept in their canonical spelling."""
    stage.tell.chapter("3  Whom to write to")
    rows = stage.agent.use("whatsapp.segments.list", counts=False, limit=50)["data"]["segments"]
    known = next((row for row in rows if row["name"] == SEGMENT), None)
    if known is None:
        kept = stage.ask(
            "whatsapp.segment.upsert", "For the autumn tasting", name=SEGMENT, rule=RULE, purpose="Tastings"
        )
        segment_id = str(kept["data"]["segment_id"])
    else:
        segment_id = str(known["segment_id"])
    stage.tell.done(f"Segment “{SEGMENT}”", RULE)
    return segment_id


def ask_for_preview(stage: Stage, segment_id: str, template_id: str, due_at: datetime, name: str) -> Answer:
    return stage.agent.use(
        "whatsapp.broadcast.preview",
        name=f"{name} {timezone.localtime(due_at):%d %b %H:%M}",
        segment_id=segment_id,
        template_id=template_id,
        sender_id=str(stage.cast.sender.pk),
        variables=VARIABLES,
        due_at=due_at.isoformat(),
    )


def plan(stage: Stage, segment_id: str, template_id: str, due_at: datetime) -> Answer:
    """The preview of the broadcast, told."""
    stage.tell.chapter("4  The broadcast")
    preview = ask_for_preview(stage, segment_id, template_id, due_at, "Autumn tasting")
    contract = preview["data"]
    stage.tell.done("The agent previews it: everybody in the segment is either written to or left out for one reason")
    left_out = [
        (EXCLUSIONS.get(reason, reason), f"− {count:,}", "") for reason, count in contract["excluded"].items() if count
    ]
    languages = ", ".join(f"{part['people']:,} in {part['language']}" for part in contract["translations"])
    stage.tell.numbers(
        [
            ("in the segment", f"{contract['targeted']:,}", ""),
            *left_out,
            ("", "", ""),
            ("[bold]to be written to[/bold]", f"[bold]{contract['included']:,}[/bold]", languages),
        ]
    )
    _cost(stage, contract)
    return preview


def _cost(stage: Stage, contract: Answer) -> None:
    low, high = float(contract["cost_low"]), float(contract["cost_high"])
    span = f"{high:,.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:,.2f} to {high:,.2f}"
    stage.tell.done(
        f"Cost {span} {contract['currency']} at list prices; it stops before {float(contract['cost_ceiling']):,.2f}",
        f"audience, texts and prices are sealed: {contract['audience_digest'][:16]}…",
    )
