"""The numbers of a send as bars and legends: every one of the people targeted is in exactly one part of the bar."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.engine.tallies import Tally
from messaging.models import Send, SendState, Status, Verdict

# While a send is in one of these, its page asks for news.
UNDER_WAY = (SendState.SCHEDULED, SendState.RELEASING, SendState.SENDING, SendState.PAUSED)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bar: `kind` is its colour, `filter` what the message list is opened with."""

    kind: str
    name: str | Promise
    people: int
    filter: str = ""


def parts_of(tally: Tally) -> list[Part]:
    """From the best outcome to the worst, then those who wait, then those left out."""
    parts = [
        Part("read", _("Read"), tally.read, "status=50"),
        Part("delivered", _("Delivered"), tally.delivered, "status=40"),
        Part("sent", Status.SENT.label, tally.sent, "status=30"),
        Part("accepted", Status.ACCEPTED.label, tally.accepted + tally.held, "status=20"),
        Part("failed", _("Failed"), tally.failed, "status=35"),
        Part("unsure", _("Outcome unknown"), tally.unsure, "unknown=any"),
        Part("waiting", _("Waiting"), tally.queued + tally.sending, "status=0"),
        Part("excluded", _("Left out"), sum(tally.excluded.values())),
    ]
    return [part for part in parts if part.people]


def share_done(tally: Tally) -> int:
    """How much of the send has been handed over or left out, in per cent."""
    if not tally.targeted:
        return 0
    return round(100 * (tally.targeted - tally.queued - tally.sending) / tally.targeted)


def reason_name(reason: str) -> str:
    """A verdict's lower-case name in words for people."""
    try:
        return str(Verdict[reason.upper()].label)
    except KeyError:
        return reason.replace("_", " ")


def is_under_way(send: Send) -> bool:
    return send.state in UNDER_WAY
