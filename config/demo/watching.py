"""Watching a broadcast go out: until it is complete, and until everything that is told about it has been heard."""

import time

from config.demo.agent_client import Answer
from config.demo.stage import Stage, StoryBroke
from messaging.models import ParkedStatus, WebhookEvent

BEGINS_WITHIN, ENDS_WITHIN, SETTLES_WITHIN = 60.0, 180.0, 60.0  # seconds
OVER = ("stopped", "expired", "paused")


def watch(stage: Stage, broadcast_id: str, contract: Answer) -> None:
    """Returns when the send is complete and quiet. Raises StoryBroke when it stops on its way."""
    stage.tell.chapter("7  It goes out")
    with stage.tell.busy("Waiting for its time"):
        stage.wait_for(
            lambda: _report(stage, broadcast_id)["state"] not in ("draft", "scheduled"),
            "the release by beat", within=stage.due_in + BEGINS_WITHIN,
        )  # fmt: skip
    stage.tell.done("Beat rings at its time, a worker passes everybody through the gate once more, a lane sends")
    began = time.monotonic()
    _until_complete(stage, broadcast_id, contract["included"])
    seconds = time.monotonic() - began
    pace = contract["included"] / seconds
    stage.tell.done(f"Everything is handed over after {seconds:.0f} seconds, {pace:,.0f} messages a second")
    with stage.tell.busy("Waiting for the last webhooks"):
        _until_settled(stage)
    counts = stage.house.simulator.health()["counts"]
    posts, lost = counts["webhook_posts"], counts.get("lost", 0)
    stage.tell.done(
        "All webhooks are in and applied: signed, some of them twice, some in the wrong order",
        f"{posts:,} posts; {lost:,} of our calls got no answer: reports settled them",
    )


def _report(stage: Stage, broadcast_id: str) -> Answer:
    report: Answer = stage.agent.use("whatsapp.campaign_report.get", broadcast_id=broadcast_id)["data"]
    return report


def _until_complete(stage: Stage, broadcast_id: str, people: int) -> None:
    """Show the bar until the send has ended."""
    with stage.tell.progress(people) as bar:

        def is_complete() -> bool:
            report = _report(stage, broadcast_id)
            outcomes = report["outcomes"]
            bar.show(
                people - outcomes["queued"] - outcomes["sending"],
                f"{report['delivered']:,} delivered  {report['read']:,} read  {outcomes['failed']:,} failed",
            )
            if report["state"] in OVER:
                raise StoryBroke(f"The broadcast is {report['state']}: {_why(stage, broadcast_id)}")
            return bool(report["state"] == "completed")

        stage.wait_for(is_complete, "the end of the send", within=ENDS_WITHIN, every=0.7)


def _why(stage: Stage, broadcast_id: str) -> str:
    rows = stage.agent.use("whatsapp.broadcasts.list", limit=50)["data"]["broadcasts"]
    return next((row["pause_reason"] for row in rows if row["broadcast_id"] == broadcast_id), "")


def _until_settled(stage: Stage) -> None:
    """The simulator has nothing to tell any more, and what it told has been applied."""
    stage.house.simulator.wait_until_quiet(SETTLES_WITHIN)
    stage.wait_for(_inbox_is_empty, "the inbox", within=SETTLES_WITHIN)


def _inbox_is_empty() -> bool:
    return (
        not WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).exists() and not ParkedStatus.objects.exists()
    )
