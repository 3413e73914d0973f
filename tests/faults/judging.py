"""The end of a cell: everything that must hold, asked of the rows, the provider's journal and the cell itself."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from messaging.engine.tallies import tally
from messaging.invariants import Scope, broken_invariants
from messaging.invariants.handed import Handed
from messaging.invariants.logs import Logs
from messaging.models import Attempt, Status
from simulators.common.journal import read_journal
from tests.faults.case import Case
from tests.faults.stack import APP_SECRET, AUTH_TOKEN, INFOBIP_KEY, PROCESS_SECRET, TOKEN, VERIFY_TOKEN


def wrongs(case: Case) -> list[str]:
    """What does not hold, in words; nothing when all does."""
    journal = handed_over(case)
    scope = Scope(case.began, timedelta(0), timedelta(seconds=case.told_late_by))
    found = broken_invariants(scope=scope, journal=journal, stopped=case.stopped, logs=written(case))
    return [*map(str, found), *(_of_the_send(case, journal) if case.request else ())]


def written(case: Case) -> Logs:
    """What the processes logged in this cell, and what must not stand there."""
    secrets = {
        "the access token": re.escape(TOKEN),
        "the app secret": re.escape(APP_SECRET),
        "the verify token": re.escape(VERIFY_TOKEN),
        "the agent's key": re.escape(case.business.key),
        "a customer's number": r"8526\d{7}",
        "a key of a gateway": "|".join(map(re.escape, (AUTH_TOKEN, INFOBIP_KEY, PROCESS_SECRET))),
        "the address of receipts": re.escape(case.business.texting.first.callback_key),
        "the key of all secrets": re.escape(os.environ["SECRET_KEY"]),
    }
    return Logs(case.stack.logs_since(case.logs_from), secrets, case.breaks | case.still_breaks)


def handed_over(case: Case) -> list[Handed]:
    """What the simulators took in this cell, by their journals."""
    return [*_by_graph(case), *_by_gateways(case), *_by_centre(case)]


def _by_graph(case: Case) -> list[Handed]:
    return [
        Handed(entry["reference"], entry["person"], datetime.fromtimestamp(entry["at"], UTC))
        for entry in read_journal(case.stack.simulator.journal_path, case.journal_from)
        if entry["kind"] == "request" and entry["path"].endswith("/messages") and entry["decision"] == "accepted"
    ]


def _by_gateways(case: Case) -> list[Handed]:
    return [
        Handed(text["reference"], text["to"], datetime.fromtimestamp(entry["at"], UTC))
        for entry in read_journal(case.stack.gateways.journal_path, case.texts_from)
        for text in entry.get("texts", ())
        if text["decision"] == "accepted"
    ]


def _by_centre(case: Case) -> list[Handed]:
    """SMPP carries no reference: a text is held for its phone's last attempt."""
    tries = Attempt.objects.filter(started_at__gte=case.began, message__sender__channel="sms").order_by("started_at")
    last = {address: str(key) for address, key in tries.values_list("message__address", "pk")}
    taken = [one for one in case.stack.centre.submits(case.submits_from) if one["decision"] == "accepted"]
    phones = [(f"+{one['destination']['value']}", datetime.fromtimestamp(one["at"], UTC)) for one in taken]
    return [Handed(last.get(phone, "unknown"), phone, at) for phone, at in phones]


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
