"""What makes a send pause by itself: a run of failures, a provider that wants somebody to act, people opting out, a bad
rating, or a fact it stands on that has moved. It says why, and a person lets it go on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from messaging.engine.live import live_sends
from messaging.engine.senders import pause_account, pause_sender
from messaging.engine.sends import lock_send, move_send, system
from messaging.engine.standing import reasons_against
from messaging.engine.taken import Ending, Result
from messaging.gate import rules_of
from messaging.models import Category, Send, Sender, SendState, Status

OPT_OUTS_COUNT_FROM = 200  # messages that are out

PAUSABLE = frozenset({SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING})
_SUCCESSES = frozenset({Ending.ACCEPTED, Ending.HELD})
_FAILURES = frozenset({Ending.FAILED, Ending.UNSURE})

# Reasons that end by themselves, which no watch asks for: one may become true while it looks.
_END_BY_THEMSELVES = frozenset({"sending_stopped", "sender_not_ready", "account_restricted"})

_OPT_OUTS = f"""
SELECT count(*) FILTER (WHERE m.status > {Status.SENDING} AND m.status <> {Status.EXCLUDED}),
       count(DISTINCT m.contact_id) FILTER (WHERE s.id IS NOT NULL)
  FROM messaging_message m
  LEFT JOIN messaging_suppression s ON s.contact_id = m.contact_id AND s.at >= m.handed_at AND s.lifted_at IS NULL
 WHERE m.send_id = %s
"""


def after_results(results: Sequence[Result], sender: Sender, now: datetime) -> None:
    """Count runs of failures, in the order of the results, and act on what the provider wants held."""
    by_send: dict[UUID, list[Result]] = {}
    for result in results:
        by_send.setdefault(result.taken.send_id, []).append(result)
    sends = {send.pk: send for send in Send.objects.select_related("organisation").filter(pk__in=by_send)}
    for send_id, own in by_send.items():
        _after_results_of(sends[send_id], own, sender, now)


def _after_results_of(send: Send, results: Sequence[Result], sender: Sender, now: datetime) -> None:
    longest, last = run_of_failures(results, send.failures_in_a_row)
    if last != send.failures_in_a_row:
        Send.objects.filter(pk=send.pk).update(failures_in_a_row=last)
    held = next((result for result in results if result.ending is Ending.HOLD), None)
    if held is not None:
        _hold(send, held, sender, now)
    elif longest and longest >= rules_of(send.organisation).failures_to_pause:
        why = [result for result in results if result.ending in _FAILURES][-1]
        told = ngettext(
            "%(run)d message failed; the last: %(why)s", "%(run)d messages failed in a row; the last: %(why)s", longest
        )
        pause(send, told % {"run": longest, "why": _told(why)}, now)


def run_of_failures(results: Sequence[Result], before: int) -> tuple[int, int]:
    """The longest run of failures, counting the `before` that earlier batches ended with, and the run at the end."""
    longest = run = before
    for result in results:
        if result.ending in _SUCCESSES:
            run = 0
        elif result.ending in _FAILURES:
            run += 1
            longest = max(longest, run)
    return longest, run


def _hold(send: Send, held: Result, sender: Sender, now: datetime) -> None:
    """The provider will refuse whatever comes next. What stands still is as much as the carrier says."""
    engine = Actor.system(sender.organisation, "delivery engine")
    if held.scope == "sender":
        pause_sender(sender, _told(held), engine, now)
    elif held.scope == "account":
        pause_account(sender, _told(held), engine, now)
    else:
        pause(send, _told(held), now)


def _told(result: Result) -> str:
    return f"{result.text} ({result.code})"


def watch(now: datetime) -> None:
    """Look over every send that is going out: does it still stand, and does it do people good?

    What stops a sender or a whole organisation is not among the questions: it ends by itself, a pause does not.
    """
    live = [send.id for send in live_sends(now)]
    sends = Send.objects.filter(pk__in=live).select_related("organisation", "sender", "audience", "request__preview")
    for send in sends:
        against = (reason for reason in reasons_against(send, now) if reason.code not in _END_BY_THEMSELVES)
        why = _worrying(send) or " ".join(map(str, against))
        if why:
            pause(send, why, now)


def _worrying(send: Send) -> str:
    if send.sender.quality == Sender.Quality.RED and send.category == Category.MARKETING:
        return _("The provider rates the sender's quality red.")
    out, stops = _opt_outs(send)
    if out >= OPT_OUTS_COUNT_FROM and stops * 1000 >= out * rules_of(send.organisation).opt_outs_to_pause:
        return _("%(stops)d of %(out)d people opted out after this message.") % {"stops": stops, "out": out}
    return ""


def _opt_outs(send: Send) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_OPT_OUTS, [send.pk])
        out, stops = cursor.fetchone()
    return out, stops


def pause(send: Send, why: str, now: datetime) -> None:
    """Pause a send that is still going out; one that was paused or ended in this very moment stays as it is."""
    with transaction.atomic():
        current = lock_send(send)
        if current.state in PAUSABLE:
            move_send(current, "pause", system(current), now, why)
