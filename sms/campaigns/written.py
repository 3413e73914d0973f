"""Everybody's own addresses in the texts of a send, written at the moment of sending; none if a link stands no more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from messaging.engine.bodies import SendDoesNotStand
from messaging.models import Send
from sms.campaigns.addresses import OptOutPart, reasons_against_opt_out
from sms.links.codes import urls_for
from sms.links.standing import LinkPart, reasons_against
from sms.links.unsubscribing import unsubscribe_urls
from sms.models import ShortLink


class NotAsApproved(Exception):
    """What would go out is not what was countersigned."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Contact -> variable -> address; or why no text of this send may leave."""

    by_contact: Mapping[int, Mapping[str, str]]
    problem: str = ""

    def of(self, contact: int) -> Mapping[str, str]:
        """One person's addresses. Raises SendDoesNotStand."""
        if self.problem:
            raise SendDoesNotStand(self.problem)
        return self.by_contact.get(contact, {})


def addresses_of(
    send: Send, links: Sequence[LinkPart], opt_out: OptOutPart | None, people: Collection[int], now: datetime
) -> Addresses:
    """What fills the link variables of these people's texts. Codes are made where there are none yet.

    Links are asked about again before: what leads elsewhere by now, or nowhere, is in no text that leaves.
    """
    if not links and opt_out is None:
        return Addresses({})
    # An end of the send that is hours away was asked about at its release; now it is about those who get it now.
    against = [
        *reasons_against(links, send.organisation, now, now),
        *reasons_against_opt_out(opt_out, send.organisation),
    ]
    if against:
        return Addresses({}, " ".join(str(reason.text) for reason in against))
    found: dict[int, dict[str, str]] = {contact: {} for contact in people}
    rows = ShortLink.objects.in_bulk([part.short_link_id for part in links])
    for part in links:
        for contact, address in urls_for(rows[part.short_link_id], send, people, now).items():
            found[contact][part.variable] = address
    if opt_out is not None:
        for contact, address in unsubscribe_urls(send.organisation, people, now).items():
            found[contact][opt_out.variable] = address
    return Addresses(found)
