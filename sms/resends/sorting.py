"""Sorting the failed texts of a send: which may go once more, and why the others may not."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from messaging.models import UNKNOWN, Attempt, Category, Message, Outcome, Replacement, Send, Status
from messaging.resends.contract import MOST
from sms.gateways.gateway import Failure, Progress
from sms.models import SubmittedPart
from sms.resends.failures import failure_of, kinds_of, passes

# How long a failure is given to pass: a phone that is off stays off for hours, a gateway that stumbles for minutes. (?)
SPACING = {Failure.RECIPIENT_AWAY: timedelta(hours=4), Failure.ROUTE: timedelta(minutes=15)}
# How often a text may be tried again by approval. (?)
MOST_TRIES = {Category.MARKETING: 1, Category.UTILITY: 2}


@dataclass(frozen=True, slots=True)
class Sorted:
    """`attempts` in the order in which they were made; `not_resent` counts everybody else by reason."""

    attempts: list[UUID]
    not_resent: dict[str, int]

    @property
    def considered(self) -> int:
        return len(self.attempts) + sum(self.not_resent.values())


def sort_failed(send: Send, now: datetime) -> Sorted:
    """Each failed or unknown text of a send either as the attempt to be tried again, or counted by the reason."""
    unknown = Message.objects.filter(send=send, status__in=UNKNOWN).count()
    reasons = Counter({"outcome_unknown": unknown})
    kinds, last = kinds_of(send.organisation_id), _last_attempts(send)
    repeated, in_part = _repeated(last), _in_part(last)
    found: list[UUID] = []
    for message in Message.objects.filter(send=send, status=Status.FAILED).order_by("pk").iterator(2_000):
        attempt = last.get(message.pk)
        failure = failure_of(message, kinds)
        if attempt is None or not passes(failure):
            reasons[str(failure) or str(Failure.UNCLEAR)] += 1
        elif attempt in repeated:
            reasons["sent_again_already"] += 1
        elif attempt in in_part:
            reasons["arrived_in_part"] += 1
        elif (message.failed_at or message.queued_at) + SPACING[failure] > now:
            reasons["too_soon"] += 1
        elif len(found) == MOST:
            reasons["over_the_most"] += 1
        else:
            found.append(attempt)
    return Sorted(found, {reason: people for reason, people in sorted(reasons.items()) if people})


def tries_of(send: Send) -> int:
    """How often the texts of this send have been sent again already: 0 for a campaign's own."""
    tries = 0
    while send.kind == Send.Kind.RETRY:
        again = Replacement.objects.select_related("attempt__message__send").filter(send=send).first()
        if again is None:
            break
        send, tries = again.attempt.message.send, tries + 1
    return tries


def may_be_tried(send: Send) -> bool:
    return tries_of(send) < MOST_TRIES.get(Category(send.category), 0)


def _last_attempts(send: Send) -> dict[int, UUID]:
    """Message -> its newest attempt that was handed over and ended."""
    ended = Attempt.objects.filter(message__send=send, message__status=Status.FAILED)
    rows = ended.exclude(outcome__in=(Outcome.OPEN,)).order_by("started_at", "pk").values_list("message_id", "pk")
    return dict(rows)


def _repeated(last: dict[int, UUID]) -> set[UUID]:
    return set(Replacement.objects.filter(attempt__in=last.values()).values_list("attempt_id", flat=True))


def _in_part(last: dict[int, UUID]) -> set[UUID]:
    """Attempts of which a phone has shown some part: who read it has got it."""
    parts = SubmittedPart.objects.filter(reference__in=last.values(), progress=Progress.DELIVERED)
    return set(parts.values_list("reference", flat=True))
