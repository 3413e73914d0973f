"""The addresses in a campaign's texts: which variable a short link fills, which one each person's link to opt out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Contract
from approvals.reasons import Reason
from approvals.registry import Call
from messaging.audiences.variables import Variable
from messaging.finding import find_own
from sms.links.codes import sample_url
from sms.links.standing import LinkPart, NamesLinks, part_of
from sms.links.unsubscribing import unsubscribe_sample
from sms.models import Campaign, ShortLink

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,60}$")]
OptOutVariable = Annotated[
    VariableName | Literal[""],
    Field(description="The variable that each person's own link to opt out fills; empty for none."),
]

# What stands in `Campaign.links` in place of a short link's id.
_OPT_OUT = "unsubscribe"


class OptOutPart(Contract):
    """The variable that is filled with each person's own link to opt out."""

    variable: Annotated[str, Field(description="The variable of the texts that it fills.")]
    shape: Annotated[str, Field(description="What it looks like in a text; each 8 is one character of the token.")]


class NamesAddresses(NamesLinks):
    """A contract of texts with links in them, and perhaps a way to opt out by link."""

    @property
    def opt_out_link(self) -> OptOutPart | None: ...


def kept_as(links: Sequence[LinkPart], opt_out: OptOutPart | None) -> dict[str, str]:
    """Both as `Campaign.links` keeps them: variable -> id of a short link, or the word for the link to opt out."""
    kept = {part.variable: str(part.short_link_id) for part in links}
    return {**kept, opt_out.variable: _OPT_OUT} if opt_out is not None else kept


def short_link_ids_of(campaign: Campaign) -> dict[str, UUID]:
    """Variable -> short link."""
    return {variable: UUID(key) for variable, key in sorted(campaign.links.items()) if key != _OPT_OUT}


def opt_out_variable_of(campaign: Campaign) -> str:
    """The variable that each person's link to opt out fills; empty where there is none."""
    return next((variable for variable, key in campaign.links.items() if key == _OPT_OUT), "")


def links_named(short_link_ids: Mapping[str, UUID], organisation: Organisation) -> list[LinkPart]:
    """The short links that a draft names, by variable. Raises Refused for one that is not the organisation's."""
    named = {
        variable: find_own(ShortLink, key, organisation, "short_link_ids", "sms_marketing.link_clicks.list")
        for variable, key in sorted(short_link_ids.items())
    }
    return [part_of(link, variable, sample_url(link)) for variable, link in named.items()]


def link_parts_of(campaign: Campaign) -> list[LinkPart]:
    """The campaign's short links as they are now, for its contract. Only links of its own organisation."""
    named = short_link_ids_of(campaign)
    links = ShortLink.objects.filter(organisation=campaign.organisation_id).in_bulk(list(named.values()))
    return [part_of(links[key], variable, sample_url(links[key])) for variable, key in named.items() if key in links]


def opt_out_part_of(campaign: Campaign) -> OptOutPart | None:
    return opt_out_named(opt_out_variable_of(campaign), campaign.organisation)


def opt_out_named(variable: str, organisation: Organisation) -> OptOutPart | None:
    """The link to opt out that fills this variable; None where no variable is named."""
    return OptOutPart(variable=variable, shape=unsubscribe_sample(organisation)) if variable else None


def samples_of(links: Sequence[LinkPart], opt_out: OptOutPart | None) -> dict[str, str]:
    """Variable -> an address exactly as long as everybody's: what characters and parts are counted with."""
    samples = {part.variable: part.shape for part in links}
    return {**samples, opt_out.variable: opt_out.shape} if opt_out is not None else samples


def reasons_against_sources(
    variables: Iterable[Variable], short_link_ids: Mapping[str, UUID], opt_out_variable: str
) -> Iterator[Reason]:
    """A variable that is filled from more than one place."""
    names = [*(one.name for one in variables), *short_link_ids, *filter(None, [opt_out_variable])]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Reason("two_sources", _("The variable %s has more than one source.") % name,
                     _("Name it once: as a variable, a short link or the link to opt out."), "variables")  # fmt: skip


def reasons_against_opt_out(part: OptOutPart | None, organisation: Organisation) -> Iterator[Reason]:
    """Why the links to opt out would not be what was counted and shown."""
    if part is not None and part.shape != unsubscribe_sample(organisation):
        yield Reason("opt_out_link_moved", _("Links to opt out do not stand where they did at the preview."),
                     _("Make a new preview."))  # fmt: skip


@dataclass(frozen=True, slots=True)
class OptOutLinkStands:
    """The link to opt out still stands on the same short domain, so that it is as long as was counted."""

    def __call__(self, call: Call, contract: NamesAddresses) -> Iterator[Reason]:
        yield from reasons_against_opt_out(contract.opt_out_link, call.organisation)
