"""The closing: the table of numbers, and the questions that an independent witness answers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

from django.conf import settings
from django.core.management import call_command

from audit.checkpoints import public_key, signing_key
from config.demo.agent_client import Answer
from config.demo.seeding import SLUG
from config.demo.stage import Stage, many
from config.demo.story_broadcast import EXCLUSIONS, Played
from config.servers.place import PROJECT
from messaging.models import Attempt, Message, Status, Suppression
from simulators.graph.witness import read_journal

OUTCOMES = {
    "read": ("read", ""),
    "delivered": ("delivered", "not read, as far as people tell"),
    "sent": ("sent, not delivered yet", "phones that are switched off"),
    "accepted": ("accepted, nothing heard since", ""),
    "held": ("held by Meta", ""),
    "failed": ("failed", ""),
    "unsure": ("unsure", "no answer and no report: never sent again by itself"),
    "sending": ("being handed over", ""),
    "queued": ("waiting", ""),
}
TAKEN = (Status.ACCEPTED, Status.HELD, Status.SENT, Status.DELIVERED, Status.READ)

Check = tuple[str, bool]


def close(stage: Stage, played: Played) -> bool:
    """Tell the numbers, check them against the witness, verify the record. Whether everything holds."""
    stage.tell.chapter("8  Everybody is accounted for")
    report: Answer = stage.agent.use("whatsapp.campaign_report.get", broadcast_id=played.broadcast_id)["data"]
    _table(stage, report)
    _who_failed(stage, played, report)
    checks = [*_sums(report, played), *_witnessed(stage, played, report), _record_verified(stage)]
    stage.tell.say()
    for what, holds in checks:
        if holds:
            stage.tell.done(what)
        else:
            stage.tell.refused(what, "this does not hold", "please tell us")
    return all(holds for _, holds in checks)


def _table(stage: Stage, report: Answer) -> None:
    outcomes = report["outcomes"]
    rows = [
        (words, f"{outcomes[name]:,}", _failures(report) if name == "failed" else remark)
        for name, (words, remark) in OUTCOMES.items()
        if outcomes[name]
    ]
    rows += [(f"left out: {EXCLUSIONS.get(why, why)}", f"{count:,}", "") for why, count in report["excluded"].items()]
    total = ("[bold]targeted[/bold]", f"[bold]{report['targeted']:,}[/bold]", f"the sum is {sum(outcomes.values()):,}")
    stage.tell.numbers([*rows, ("", "", ""), total])
    stage.tell.say(
        f"  [dim]{report['replied']:,} answered; {report['opted_out']:,} said STOP and are left out from now on.[/dim]"
    )
    charged, ceiling = float(report["cost_charged"]), float(report["cost_ceiling"])
    stage.tell.say(f"  [dim]Charged {charged:,.2f} of at most {ceiling:,.2f} {report['currency']}.[/dim]")


def _failures(report: Answer) -> str:
    return ", ".join(f"{count} × {code}" for code, count in report["failures"].items())


def _who_failed(stage: Stage, played: Played, report: Answer) -> None:
    """One failed message by `message_delivery.list`, as the agent sees it: the number masked."""
    page = stage.agent.use(
        "whatsapp.message_delivery.list", broadcast_id=played.broadcast_id, status="failed", limit=50
    )
    for row in page["data"]["deliveries"][:1]:
        stage.tell.say(f"  [dim]One of the failed: {row['phone']}, {row['error_code']} {row['error']}[/dim]")


def _sums(report: Answer, played: Played) -> Iterator[Check]:
    before, outcomes = played.contract, report["outcomes"]
    left_out = sum(before["excluded"].values())
    yield (
        f"Before: {before['targeted']:,} targeted = {before['included']:,} to be written to + {left_out:,} left out",
        before["targeted"] == before["included"] + left_out,
    )
    under_way = outcomes["queued"] + outcomes["sending"]
    yield (
        f"After: {report['targeted']:,} targeted = the sum of all outcomes, and nobody is under way",
        report["targeted"] == before["targeted"] == sum(outcomes.values()) and not under_way,
    )


def _witnessed(stage: Stage, played: Played, report: Answer) -> Iterator[Check]:
    """What the simulator's own journal says, against our rows."""
    entries = [
        entry
        for entry in read_journal(stage.house.simulator.journal_path, played.journal_from)
        if entry["kind"] == "request" and entry["path"].endswith("/messages") and entry["decision"] == "accepted"
    ]
    people = [entry["person"] for entry in entries]
    yield (
        f"WhatsApp's own journal: {many(len(entries), 'message')} taken for {len(set(people)):,} people: each one",
        len(people) == len(set(people)),
    )
    send = UUID(played.broadcast_id)
    attempts = Attempt.objects.filter(message__send=send)
    of_message = {str(key): message for key, message in attempts.values_list("pk", "message_id")}
    references = {entry["reference"] for entry in entries}
    taken = set(Message.objects.filter(send=send, status__in=TAKEN).values_list("pk", flat=True))
    seen = {of_message[reference] for reference in references if reference in of_message}
    yield (
        "The journal holds nothing that our record does not, and all that our record says was taken",
        references <= of_message.keys() and taken <= seen,
    )
    written = {entry["person"]: entry["at"] for entry in entries}
    early = _opted_out_before(written)
    yield (f"Nobody who had said no got one ({many(early[1], 'standing opt-out')} asked)", not early[0])


def _opted_out_before(written: dict[str, float]) -> tuple[list[str], int]:
    """People who were sent a message after they had opted out, and how many opt-outs stand in all."""
    standing = Suppression.objects.filter(lifted_at=None, organisation__slug=SLUG).select_related("contact")
    wronged = []
    for no in standing:
        at = written.get((no.contact.phone or "").lstrip("+"))
        if at is not None and no.at < datetime.fromtimestamp(at, UTC):
            wronged.append(str(no.contact.key))
    return wronged, len(standing)


def _record_verified(stage: Stage) -> Check:
    """Export the record and check it with a program that knows neither Django nor the database."""
    path = stage.folder / "audit.jsonl"
    call_command("audit_seal", stdout=StringIO())
    call_command("audit_export", organisation=SLUG, output=path, stdout=StringIO())
    words = ["--checkpoints", str(settings.AUDIT_CHECKPOINT_DIR), "--public-key", public_key(signing_key())]
    done = subprocess.run(
        [sys.executable, str(PROJECT / "audit" / "verify.py"), str(path), *words],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    said = (done.stdout + done.stderr).splitlines() or ["It said nothing."]
    return f"The record is exported and verified offline. {said[0]}", done.returncode == 0
