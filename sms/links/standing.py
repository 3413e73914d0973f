"""Whether links that a campaign names may still go out: asked of rows alone, in the worker as at the request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Contract
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.engine.contract import Seal
from sms.links.destinations import digest_of, domain_of
from sms.links.making import base_of
from sms.models import ShortLink

# Whoever gets a text at the last moment still has this long to open its link.
READ_WITHIN = timedelta(days=1)


class LinkPart(Contract):
    """A short link of a contract as it was when that was made."""

    variable: Annotated[str, Field(description="The variable of the texts that it fills.")]
    short_link_id: Annotated[UUID, Field(description="The short link.")]
    name: Annotated[str, Field(description="Its name.")]
    destination: Annotated[str, Field(description="Where it leads.")]
    destination_digest: Annotated[Seal, Field(description="Hash of the destination.")]
    shape: Annotated[str, Field(description="What it looks like in a text.")]
    tracked: Annotated[bool, Field(description="Whether clicks are counted.")]


class NamesLinks(Protocol):
    """A contract of texts with short links in them."""

    @property
    def links(self) -> list[LinkPart]: ...

    @property
    def not_after(self) -> datetime: ...


def reasons_against(
    parts: Iterable[LinkPart], organisation: Organisation, not_after: datetime, now: datetime
) -> Iterator[Reason]:
    """Every reason why these links may not go out until `not_after`. Two queries a link, no network."""
    wanted = list(parts)
    found = ShortLink.objects.select_related("request__preview").filter(organisation=organisation)
    links = {link.pk: link for link in found.filter(pk__in=[part.short_link_id for part in wanted])}
    for part in wanted:
        link = links.get(part.short_link_id)
        if link is None:
            yield Reason("short_link_not_found", _("There is no short link %s.") % part.name,
                         _("Make one, and a new preview."))  # fmt: skip
            continue
        yield from _reasons_against_one(link, part, organisation, max(not_after, now) + READ_WITHIN)


def _reasons_against_one(
    link: ShortLink, part: LinkPart, organisation: Organisation, until: datetime
) -> Iterator[Reason]:
    if not _is_as_approved(link, part):
        yield Reason("destination_changed", _("The short link %s does not lead where it was approved to.") % link.name,
                     _("Make a new short link, and tell an administrator."))  # fmt: skip
    if link.revoked_at is not None:
        yield Reason("short_link_revoked", _("The short link %s was revoked.") % link.name, _("Make a new short link."))
    elif link.expires_at < until:
        yield Reason("short_link_expires", _("The short link %s is over before everybody could open it.") % link.name,
                     _("Make one that lives longer."))  # fmt: skip
    host = urlsplit(link.destination).hostname or ""
    domain = domain_of(host, organisation)
    if domain is None or domain.blocked_at is not None or domain.pk != link.domain_id:
        yield Reason("domain_not_allowed", _("Links may not lead to %s any more.") % host,
                     _("Use another destination, or ask an administrator."))  # fmt: skip
    if base_of(organisation, urlsplit(link.base_url).netloc) != link.base_url:
        yield Reason("short_host_unknown", _("The short domain of %s is not your organisation's any more.") % link.name,
                     _("Make a new short link."))  # fmt: skip
    if link.landing_problem:
        yield Reason("landing_page_changed", _("The page behind %(name)s was looked at: %(problem)s.")
                     % {"name": link.name, "problem": link.landing_problem},
                     _("See where the destination leads now, and make a new short link."))  # fmt: skip


def _is_as_approved(link: ShortLink, part: LinkPart) -> bool:
    """The row, what was approved for it, and what this contract was made with, all of one hash."""
    approved = link.request.preview.contract.get("destination_digest")
    seen = {digest_of(link.destination), link.digest, approved, part.destination_digest}
    return len(seen) == 1


@dataclass(frozen=True, slots=True)
class LinksStand:
    """Every short link still leads where it was approved to, to a host that is still allowed, for long enough."""

    def __call__(self, call: Call, contract: NamesLinks) -> Iterator[Reason]:
        yield from reasons_against(contract.links, call.organisation, contract.not_after, call.now)


def part_of(link: ShortLink, variable: str, shape: str) -> LinkPart:
    """What a contract says of a link that fills one of its variables."""
    return LinkPart(
        variable=variable,
        short_link_id=link.pk,
        name=link.name,
        destination=link.destination,
        destination_digest=link.digest,
        shape=shape,
        tracked=link.tracked,
    )
