"""The end of a cell: everything that must hold, asked of the rows, the provider's journal and the cell itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from messaging.engine.tallies import tally
from messaging.invariants import Scope, broken_invariants
from messaging.invariants.handed import Handed
from messaging.models import Attempt, Status
from simulators.graph.witness import read_journal
from tests.faults.case import Case


def wrongs(case: Case) -> list[str]:
    """What does not hold, in words; nothing when all does."""
    journal = handed_over(case)
    scope = Scope(case.began, timedelta(0), timedelta(seconds=case.told_late_by))
    found = broken_invariants(scope=scope, journal=journal, stopped=case.stopped)
    return [*map(str, found), *(_of_the_send(case, journal) if case.request else ())]


def handed_over(case: Case) -> list[Handed]:
    """What the simulator took in this cell, by its journal."""
    return [
        Handed(entry["reference"], entry["person"], datetime.fromtimestamp(entry["at"], UTC))
        for entry in read_journal(case.stack.simulator.journal_path, case.journal_from)
        if entry["kind"] == "request" and entry["path"].endswith("/messages") and entry["decision"] == "accepted"
    ]


def _of_the_send(case: Case, journal: list[Handed]) -> Iterator[str]:
    send = case.send
    if send.state not in case.ends:
        yield f"the send ended as {send.state} ({send.pause_reason}), not as {' or '.join(sorted(case.ends))}"
    if not tally(send).closes:
        yield f"the sums do not close: {tally(send)}"
    if (waiting := case.count(Status.QUEUED, Status.SENDING)) and send.state != "draft":
        yield f"{waiting} messages are still waiting"
    if (unsure := case.count(Status.UNSURE)) > case.unsure_at_most:
        yield f"{unsure} messages are unsure, at most {case.unsure_at_most} were in flight"
    if case.webhooks_come:
        references = {one.reference for one in journal}
        open_ones = Attempt.objects.filter(message__send=send, message__status=Status.UNSURE)
        settled = [str(one.pk) for one in open_ones if str(one.pk) in references]
        if settled:
            yield f"{len(settled)} messages are unsure although the provider took them and has told so"
