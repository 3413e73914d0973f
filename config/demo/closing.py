"""The closing: the table of numbers, and the questions that an independent witness answers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db.models import Min

from audit.checkpoints import public_key, signing_key
from config.demo.agent_client import Answer
from config.demo.broadcast_plan import EXCLUSIONS
from config.demo.seeding import SLUG
from config.demo.stage import Stage, many
from config.demo.story_broadcast import Played
from config.servers.place import PROJECT
from messaging.models import Attempt, ConsentAct, ConsentEvidence, Message, Status, Suppression
from simulators.common.journal import read_journal

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
# A message is marked as going out a moment before it leaves: a no that is heard in that moment comes too late for it.
UNDER_WAY = timedelta(seconds=1)

Check = tuple[str, bool]


def close(stage: Stage, played: Played) -> bool:
    """Tell the numbers, check them against the witness, verify the record. Whether everything holds."""
    stage.tell.chapter("8  Everybody is accounted for")
    report: Answer = stage.agent.use("whatsapp.campaign_report.get", broadcast_id=played.broadcast_id)["data"]
    _table(stage, report)
    _who_failed(stage, played, report)
    checks = [*_sums(report, played), *_witnessed(stage, played, report), record_verified(stage)]
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
    """What the simulator's own journal says, against our rows. An earlier broadcast may still have been going out."""
    entries = [
        entry
        for entry in read_journal(stage.house.simulator.journal_path, played.journal_from)
        if entry["kind"] == "request" and entry["path"].endswith("/messages") and entry["decision"] == "accepted"
    ]
    attempts = {str(one.pk): one for one in Attempt.objects.filter(message__send=UUID(played.broadcast_id))}
    people = [entry["person"] for entry in entries if entry["reference"] in attempts]
    yield (
        f"WhatsApp's own journal: {many(len(people), 'message')} taken for {len(set(people)):,} people: each one",
        len(people) == len(set(people)),
    )
    references = {entry["reference"] for entry in entries}
    strangers = references - attempts.keys()
    seen = {attempts[reference].message_id for reference in references - strangers}
    taken = Message.objects.filter(send=UUID(played.broadcast_id), status__in=TAKEN).values_list("pk", flat=True)
    yield (
        "The journal holds nothing that our record does not, and all that our record says was taken",
        len(strangers) == Attempt.objects.filter(pk__in=strangers).count() and set(taken) <= seen,
    )
    noes = standing_noes()
    wronged = [
        one
        for reference, one in attempts.items()
        if reference in references and one.contact_id in noes and one.started_at > noes[one.contact_id] + UNDER_WAY
    ]
    yield f"Nobody got one after saying no ({many(len(noes), 'standing opt-out')} looked at)", not wronged


def standing_noes() -> dict[int, datetime]:
    """Contact -> when their standing no was first written down."""
    standing = Suppression.objects.filter(lifted_at=None, organisation__slug=SLUG).values("contact_id")
    said = ConsentEvidence.objects.filter(act=ConsentAct.WITHDRAWN, contact_id__in=standing)
    return dict(said.values_list("contact_id").annotate(Min("recorded_at")))


def record_verified(stage: Stage) -> Check:
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
