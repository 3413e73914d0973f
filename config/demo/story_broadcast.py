"""The main job: an agent proposes a broadcast, a person countersigns it, every recipient is accounted for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.demo.agent_client import Answer
from config.demo.customers import write_stop
from config.demo.going_round import SCHEDULE, try_to_do_it_twice, try_to_go_round
from config.demo.stage import Stage, many
from config.demo.story_contacts import import_contacts
from config.demo.story_template import VARIABLES, prepare_template
from config.demo.watching import watch

SEGMENT, RULE = (
    "Tea club abroad and at home",
    "tag:newsletter and country in (HK, MO, TW, SG, GB, US, JP, AU, MY) and not tag:staff",
)

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


@dataclass(frozen=True, slots=True)
class Played:
    """What the closing checks: the broadcast, the preview it stood on, and where its part of the journal begins."""

    broadcast_id: str
    contract: Answer
    journal_from: int


def play(stage: Stage) -> Played:
    """The whole job. Raises StoryBroke when anything goes another way."""
    import_contacts(stage)
    heard = write_stop(stage, 12)
    stage.tell.done(
        f"Meanwhile {many(heard, 'customer')} write STOP, 停止, unsubscribe … to the number",
        "heard at once, nobody is asked",
    )
    template_id = prepare_template(stage)
    segment_id = _segment(stage)
    preview = _preview(stage, segment_id, template_id)
    contract, journal_from = preview["data"], stage.house.simulator.journal_end()
    drafted = stage.ask("whatsapp.broadcast.create", "Autumn tasting", preview_id=preview["preview_id"])
    broadcast_id = str(drafted["data"]["broadcast_id"])
    stage.tell.done("The agent drafts the broadcast; a draft sends nothing")
    asked = {
        "preview_id": preview["preview_id"],
        "reason": "Autumn tasting on Saturday",
        "idempotency_key": f"demo-{uuid4()}",
    }
    answer = stage.agent.use(SCHEDULE, **asked)
    stage.tell.waits(f"Scheduling it waits. {answer['request']['anything_sent']}", answer["request"]["review_url"])
    try_to_go_round(stage, asked, answer, _another_preview(stage))
    _countersign(stage, answer, preview["preview_id"], contract)
    heard = write_stop(stage, 3, contract["audience_id"])
    stage.tell.done(f"While it waits for its time, {many(heard, 'more customer')} write STOP", "they will not get it")
    watch(stage, broadcast_id, contract)
    return Played(broadcast_id, contract, journal_from)


def _segment(stage: Stage) -> str:
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


def _preview(stage: Stage, segment_id: str, template_id: str) -> Answer:
    stage.tell.chapter("4  The broadcast")
    preview = stage.agent.use(
        "whatsapp.broadcast.preview",
        name=f"Autumn tasting {timezone.now():%d %b %H:%M}",
        segment_id=segment_id,
        template_id=template_id,
        sender_id=str(stage.cast.sender.pk),
        variables=VARIABLES,
        due_at=(timezone.now() + timedelta(seconds=stage.due_in)).isoformat(),
    )
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


def _another_preview(stage: Stage) -> str:
    """A preview of another tool, as an agent might slip it in."""
    text = "phone,consent_source,consent_at\n+85291234567,Web form,2025-01-01\n"
    preview = stage.agent.use("whatsapp.contact_import.preview", name="another.csv", content=text)
    return str(preview["preview_id"])


def _countersign(stage: Stage, answer: Answer, preview_id: str, contract: Answer) -> None:
    tell = stage.tell
    tell.chapter("6  A person countersigns")
    url = answer["request"]["review_url"]
    asks = stage.officer.is_asked_for_password(url)
    stage.officer.approve(url, note="Counts and texts read.")
    tell.done(
        "Mei Chan reads people, reasons, texts, cost and risks on one page and approves"
        + (", with her password" if asks else "")
    )
    status = stage.outcome_of(answer)
    due = datetime.fromisoformat(status["result"]["due_at"])
    local = due.astimezone(ZoneInfo(stage.cast.organisation.timezone))
    tell.done(
        f"It is scheduled for {local:%H:%M:%S} Hong Kong time, in {_seconds_until(due)}",
        many(contract["included"], "message") + " wait for beat",
    )
    try_to_do_it_twice(stage, preview_id)


def _seconds_until(due: datetime) -> str:
    return many(max(0, round((due - timezone.now()).total_seconds())), "second")
