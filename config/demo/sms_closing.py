"""The closing of the SMS job: four numbers that close, and what the gateways' own journal says."""

from collections.abc import Iterator
from uuid import UUID

from config.demo.agent_client import Answer
from config.demo.broadcast_plan import EXCLUSIONS
from config.demo.closing import Check, record_verified
from config.demo.stage import Stage, many
from config.demo.story_sms import SmsPlayed
from messaging.models import Attempt
from simulators.common.journal import read_journal
from simulators.sms.witness import witness_of


def close_sms(stage: Stage, played: SmsPlayed) -> bool:
    """Tell the numbers, check them against the witness, verify the record. Whether everything holds."""
    stage.tell.chapter("SMS 6  Everybody is accounted for")
    report: Answer = stage.agent.use("sms_marketing.campaign_reports.get", campaign_id=played.campaign_id)["data"]
    _table(stage, report)
    checks = [*_sums(report, played), *_reactions(report, played), *_witnessed(stage, played), record_verified(stage)]
    stage.tell.say()
    for what, holds in checks:
        if holds:
            stage.tell.done(what)
        else:
            stage.tell.refused(what, "this does not hold", "please tell us")
    return all(holds for _, holds in checks)


def _table(stage: Stage, report: Answer) -> None:
    failures = ", ".join(f"{count} × {code}" for code, count in report["failures"].items())
    rows = [
        ("delivered", f"{report['delivered']:,}", "a phone has it"),
        ("failed", f"{report['failed']:,}", failures),
        ("unconfirmed", f"{report['unconfirmed']:,}", "it left, and nobody has said that it arrived"),
        ("pending", f"{report['pending']:,}", ""),
    ]
    excluded = report["excluded_because"].items()
    rows += [(f"left out: {EXCLUSIONS.get(why, why)}", f"{count:,}", "") for why, count in excluded]
    stage.tell.numbers([*rows, ("", "", ""), ("[bold]targeted[/bold]", f"[bold]{report['targeted']:,}[/bold]", "")])
    charged = (
        ", ".join(f"{float(amount):,.2f} {currency}" for currency, amount in report["charged"].items()) or "nothing"
    )
    stage.tell.say(
        f"  [dim]Estimated {float(report['estimated']):,.2f} {report['currency']};"
        f" gateways have told of {charged} for {many(report['charges_known_for'], 'text')}.[/dim]"
    )


def _sums(report: Answer, played: SmsPlayed) -> Iterator[Check]:
    parts = ("delivered", "failed", "unconfirmed", "pending", "excluded")
    total = sum(report[part] for part in parts)
    yield (
        f"{report['targeted']:,} targeted = delivered + failed + unconfirmed + pending + left out = {total:,}",
        report["targeted"] == total == played.contract["targeted"],
    )
    countries = sum(one["people"] for one in report["countries"])
    yield f"The countries add up to {countries:,}", countries + report["excluded"] == report["targeted"]


def _reactions(report: Answer, played: SmsPlayed) -> Iterator[Check]:
    """What the report says of clicks and opt-outs, against what people and machines did."""
    did = played.did
    rate = f"{100 * (report['click_rate'] or 0):.1f} % of {report['click_rate_of']}"
    yield (
        f"{report['clicks']:,} clicks of {report['unique_clicks']:,} people ({rate});"
        f" {report['machine_clicks']:,} visits of machines stand apart",
        (report["clicks"], report["unique_clicks"], report["doubtful_clicks"], report["machine_clicks"])
        == (did.clicks, did.people, 0, did.machines),
    )
    yield (
        f"{report['opted_out_by_link']:,} people opted out by the link in their text, and nobody by looking at it",
        report["opted_out_by_link"] == report["opted_out"] == did.opted_out,
    )


def _witnessed(stage: Stage, played: SmsPlayed) -> Iterator[Check]:
    """The journal of the pretend gateways: who was handed what, and that nobody got it from both."""
    witness = witness_of(read_journal(played.simulator.journal_path, played.journal_from))
    by_gateway = ", ".join(f"{count:,} by {name}" for name, count in sorted(witness.gateways.items()))
    yield (
        f"The gateways' own journal: {by_gateway}; {witness.refused.get('throttled', 0):,} throttled",
        bool(by_gateway),
    )
    twice = [phone for phone, times in witness.phones.items() if times > 1]
    yield f"{len(witness.phones):,} phones, each one text, also where the first gateway had refused", not twice
    ours = {str(key) for key in Attempt.objects.filter(
        message__send__campaign=UUID(played.campaign_id)).values_list("pk", flat=True)}  # fmt: skip
    strangers = set(witness.accepted) - ours
    yield "The journal holds nothing that our record does not", not strangers
