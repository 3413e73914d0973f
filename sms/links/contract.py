"""What is asked for and what is countersigned: where a short link leads, how long, and whether clicks are counted."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from accounts.budgets import Spend
from approvals.contracts import Answer, Ask, Contract, Moment
from messaging.engine.contract import Seal
from sms.links.utm import SLUG

Slug = Annotated[str, Field(pattern=SLUG)]
SlugOrNone = Annotated[str, Field(pattern=rf"^$|{SLUG}")]


class Utm(BaseModel):
    """Campaign parameters: lower-case slugs, the same for everybody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[Slug, Field(description="utm_source.")] = "sms"
    medium: Annotated[Slug, Field(description="utm_medium.")] = "sms"
    campaign: Annotated[Slug, Field(description="utm_campaign: the campaign as a slug, like spring-tea.")]
    content: Annotated[SlugOrNone, Field(description="utm_content: the variant; empty for none.")] = ""
    id: Annotated[SlugOrNone, Field(description="utm_id; empty for none.")] = ""

    def parameters(self) -> dict[str, str]:
        return {f"utm_{name}": value for name, value in self.model_dump().items() if value}


class LinkAsk(Ask):
    name: Annotated[str, Field(min_length=3, max_length=120, description="The campaign, or what people call the link.")]
    destination: Annotated[
        str, Field(min_length=10, max_length=1900, description="Where it leads: https, on an allowed domain.")
    ]
    utm: Annotated[
        Utm | None, Field(description="Campaign parameters to add; those in the address already are kept as they are.")
    ] = None
    short_host: Annotated[
        str, Field(max_length=253, description="A short domain of your organisation; empty: its first, or the shared.")
    ] = ""
    expires_at: Annotated[Moment, Field(description="When it stops leading anywhere, with a time zone (ISO 8601).")]
    tracked: Annotated[bool, Field(description="Whether clicks are counted.")] = True
    per_person: Annotated[
        bool, Field(description="One code a person, made when the campaign goes out; else one code for everybody.")
    ] = True
    segment_id: Annotated[
        UUID | None, Field(description="Whom it is meant for, so that policies on large audiences can count them.")
    ] = None


class LinkContract(Contract):
    name: Annotated[str, Field(description="The campaign, or what people call the link.")]
    destination: Annotated[str, Field(description="Where it leads, parameters included, byte for byte.")]
    destination_digest: Annotated[Seal, Field(description="Hash of the destination: asked again before sending.")]
    destination_host: Annotated[str, Field(description="The host that has to stay allowed.")]
    domain_id: Annotated[UUID, Field(description="The allowed domain.")]
    utm_added: Annotated[dict[str, str], Field(description="Campaign parameters that were added.")]
    utm_kept: Annotated[dict[str, str], Field(description="Campaign parameters the address had already.")]
    base_url: Annotated[str, Field(description="What the short link stands on.")]
    shape: Annotated[str, Field(description="What it will look like; each 8 stands for one character of the code.")]
    characters: Annotated[int, Field(description="Characters that it takes in a text, in every encoding.")]
    per_person: Annotated[bool, Field(description="One code a person, or one for everybody.")]
    tracked: Annotated[bool, Field(description="Whether clicks are counted.")]
    expires_at: Annotated[datetime, Field(description="When it stops leading anywhere.")]
    sensitive: Annotated[
        list[str], Field(description="Words of payment, finance or accounts in the address: a person decides.")
    ]
    risks: Annotated[list[str], Field(description="What can make networks hold texts with this link back.")]
    segment_id: Annotated[UUID | None, Field(description="Whom it is meant for.")]
    people: Annotated[int, Field(description="How many people that are now; 0 where no segment was named.")]

    def spend(self) -> Spend:
        """Policies on large audiences look at this. Making a link reaches nobody, so budgets do not."""
        return Spend(people=self.people)

    def sentence(self) -> str:
        return _("Short link “%(name)s” to %(host)s") % {"name": self.name, "host": self.destination_host}


class LinkMade(Answer):
    short_link_id: Annotated[UUID, Field(description="Its id. A campaign names it for one of its variables.")]
    url: Annotated[str, Field(description="The short link; empty where everybody gets their own.")]
    shape: Annotated[str, Field(description="What it looks like in a text.")]
    expires_at: Annotated[datetime, Field(description="When it stops leading anywhere.")]
