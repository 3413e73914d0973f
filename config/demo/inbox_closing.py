"""The closing of the inbox story: every answer of ours is accounted for, by our rows and by WhatsApp's own journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.demo.closing import UNDER_WAY, Check, record_verified, standing_noes
from config.demo.stage import Stage, many
from messaging.models import Attempt, InboundMessage, Message, Reply, Status, Verdict
from simulators.common.journal import read_journal

WINDOW = timedelta(hours=24)
TAKEN = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


@dataclass(frozen=True, slots=True)
class Answers:
    """The replies since the story began: their messages by send, and what the journal says of free-form sends."""

    messages: list[Message]
    sends: int
    entries: list[dict[str, Any]]

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["decision"] == "accepted"]


def answers_since(stage: Stage, began: datetime, journal_from: int) -> Answers:
    """Everything free-form of this showing."""
    replies = Reply.objects.filter(organisation=stage.cast.organisation, made_at__gte=began)
    messages = list(Message.objects.filter(send__in=replies.values("send_id")))
    entries = [
        entry
        for entry in read_journal(stage.house.simulator.journal_path, journal_from)
        if entry["kind"] == "request"
        and entry["path"].endswith("/messages")
        and entry.get("body", {}).get("type") != "template"
        and "status" not in entry.get("body", {})
    ]
    return Answers(messages, replies.count(), entries)


def close_inbox(stage: Stage, began: datetime, journal_from: int) -> bool:
    """Check the sums and verify the record. Whether everything holds."""
    stage.tell.chapter("INBOX 9  Every answer is accounted for")
    stage.house.simulator.wait_until_quiet(30)
    answers = answers_since(stage, began, journal_from)
    _table(stage, answers)
    checks = [*_sums(answers), *_witnessed(answers), record_verified(stage)]
    stage.tell.say()
    for what, holds in checks:
        if holds:
            stage.tell.done(what)
        else:
            stage.tell.refused(what, "this does not hold", "please tell us")
    return all(holds for _, holds in checks)


def _table(stage: Stage, answers: Answers) -> None:
    taken = sum(one.status in TAKEN for one in answers.messages)
    rows = [("taken by WhatsApp", f"{taken:,}", "")]
    left_out: dict[str, int] = {}
    for one in answers.messages:
        if one.status == Status.EXCLUDED:
            word = str(Verdict(one.verdict).label)
            left_out[word] = left_out.get(word, 0) + 1
    rows += [(f"left out: {word}", f"{count:,}", "") for word, count in left_out.items()]
    stage.tell.numbers([*rows, ("", "", ""), ("[bold]answers[/bold]", f"[bold]{answers.sends:,}[/bold]", "")])


def _sums(answers: Answers) -> Iterator[Check]:
    taken = sum(one.status in TAKEN for one in answers.messages)
    excluded = sum(one.status == Status.EXCLUDED for one in answers.messages)
    yield (
        f"{many(answers.sends, 'answer')} = {taken:,} taken + {excluded:,} left out, none unsure, none under way",
        answers.sends == len(answers.messages) == taken + excluded,
    )


def _witnessed(answers: Answers) -> Iterator[Check]:
    attempts = {str(one.pk): one for one in Attempt.objects.filter(message__in=answers.messages)}
    references = [entry["reference"] for entry in answers.accepted]
    yield (
        f"WhatsApp's own journal: {many(len(references), 'free-form message')}, each of them ours, none twice",
        set(references) <= attempts.keys() and len({attempts[one].message_id for one in references}) == len(references),
    )
    refused = [entry for entry in answers.entries if entry.get("code") == 131047]
    late = [
        entry for entry in answers.accepted if not _was_heard_lately(attempts[entry["reference"]].contact_id, entry)
    ]
    yield "Nobody was written to outside their window, and WhatsApp had to refuse none for it", not (refused or late)
    noes = standing_noes()
    wronged = [
        entry
        for entry in answers.accepted
        if (no := noes.get(attempts[entry["reference"]].contact_id)) and _at(entry) > no + UNDER_WAY
    ]
    yield f"Nobody got one after saying no ({many(len(noes), 'standing opt-out')} looked at)", not wronged


def _at(entry: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(entry["at"], UTC)


def _was_heard_lately(contact: int, entry: dict[str, Any]) -> bool:
    at = _at(entry)
    return InboundMessage.objects.filter(contact=contact, at__gt=at - WINDOW, at__lte=at).exists()
