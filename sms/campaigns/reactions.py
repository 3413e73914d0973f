"""What people did with a campaign's texts: clicks on its links, and opting out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from messaging.broadcasts.report import ANSWERS_WITHIN
from messaging.models import Send, Suppression
from sms.links.counting import Counts, clicks_of_sends
from sms.links.unsubscribing import SOURCE

WITHIN: timedelta = ANSWERS_WITHIN


@dataclass(frozen=True, slots=True)
class Reactions:
    """`clicks` are zeros where the texts had no short link. `opted_out` is people who said no within three days of the
    beginning, however they said it; `by_link` those of them who did it by the link.
    """

    clicks: Counts
    opted_out: int
    by_link: int


def reactions_to(send: Send) -> Reactions:
    """Machines are told apart from people: a preview of a link is no click."""
    links = [UUID(part["short_link_id"]) for part in send.preview.contract.get("links", ())]
    clicks = clicks_of_sends([send.pk], links) if links else Counts()
    if send.started_at is None:
        return Reactions(clicks, 0, 0)
    said_no = Suppression.objects.filter(
        organisation=send.organisation_id, contact__messages__send=send,
        at__gte=send.started_at, at__lt=send.started_at + WITHIN,
    )  # fmt: skip
    people = said_no.values("contact").distinct()
    return Reactions(clicks, people.count(), people.filter(source=SOURCE).count())
