"""The main job: an agent proposes a broadcast, a person countersigns it, every recipient is accounted for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.demo.agent_client import Answer
from config.demo.broadcast_plan import ask_for_preview, find_segment, plan
from config.demo.customers import write_stop
from config.demo.going_round import SCHEDULE, try_to_do_it_twice, try_to_go_round
from config.demo.stage import Stage, many
from config.demo.story_contacts import import_contacts
from config.demo.story_template import prepare_template
from config.demo.watching import watch


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
    template_id, segment_id = prepare_template(stage), find_segment(stage)
    due_at = timezone.now() + timedelta(seconds=stage.due_in)
    preview = plan(stage, segment_id, template_id, due_at)
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


def ask_for_another(stage: Stage, contract: Answer) -> str:
    """The same broadcast once more, for tomorrow at noon, left for whoever sits at the desk. Its page."""
    zone = ZoneInfo(stage.cast.organisation.timezone)
    noon = timezone.now().astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    preview = ask_for_preview(stage, contract["segment_id"], contract["template_id"], noon, "Second tasting")
    stage.ask("whatsapp.broadcast.create", "A second day of tasting", preview_id=preview["preview_id"])
    answer = stage.ask(SCHEDULE, "Saturday was booked out within the hour", preview_id=preview["preview_id"])
    return str(answer["request"]["review_url"])


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
