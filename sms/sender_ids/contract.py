"""What is asked for and countersigned when a sender ID is applied for."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from approvals.contracts import Answer, Ask, Contract


class Document(BaseModel):
    """A paper: the file itself stays where it is kept, its hash says which one was meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[
        Literal["business_registration", "letter_of_authorisation", "register_proof", "other"],
        Field(description="What it proves."),
    ]
    name: Annotated[str, Field(min_length=3, max_length=200, description="What it is called.")]
    status: Annotated[Literal["ready", "to_follow"], Field(description="Whether it is there already.")] = "ready"
    sha256: Annotated[
        str, Field(pattern=r"^([0-9a-f]{64})?$", description="SHA-256 of the file, in hex; empty only if to_follow.")
    ] = ""
    kept_at: Annotated[str, Field(max_length=300, description="Where people find the file.")] = ""


class ApplicationAsk(Ask):
    sender_id: Annotated[UUID | None, Field(description="The one to change: an id of sender_ids.list; empty: new.")] = (
        None
    )
    base_version_token: Annotated[
        str | None, Field(max_length=40, description="Its version_token as you read it; needed to change one.")
    ] = None
    value: Annotated[
        str, Field(min_length=1, max_length=16, description="What people see: #BRAND, Brand, +85221234567 or 28888.")
    ]
    kind: Annotated[
        Literal["registered", "name", "long_number", "short_number"],
        Field(description="registered: a name in the regulator's register, with # in Hong Kong."),
    ]
    countries: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]],
        Field(min_length=1, max_length=50, description="Where it is to be used, as ISO 3166 codes."),
    ]
    brand: Annotated[str, Field(min_length=2, max_length=120, description="The real brand it stands for.")]
    company: Annotated[str, Field(min_length=2, max_length=200, description="The company that owns the brand.")]
    company_number: Annotated[str, Field(min_length=2, max_length=40, description="Its registration number.")]
    purpose: Annotated[str, Field(min_length=10, max_length=500, description="What will be sent from it.")]
    register_reference: Annotated[
        str, Field(max_length=80, description="Its place in the regulator's register, once there is one (SSRS).")
    ] = ""
    opt_out_number: Annotated[
        str, Field(pattern=r"^(\+?[0-9]{3,15})?$", description="A free, local number to opt out by; empty for none.")
    ] = ""
    documents: Annotated[list[Document], Field(max_length=10, description="The papers, each with its SHA-256.")] = []
    gateway_ids: Annotated[
        list[UUID], Field(max_length=10, description="Gateways it is to be registered with, of gateways.list.")
    ] = []
    company_authorised: Annotated[
        Literal[True], Field(description="That the company has authorised this. Nobody else's brand is applied for.")
    ]


class ApplicationContract(Contract):
    sender_id: Annotated[UUID | None, Field(description="The one that is changed; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    state: Annotated[str, Field(description="Its state when this was planned; draft for a new one.")]
    value: Annotated[str, Field(description="What people see, byte for byte.")]
    kind: Annotated[str, Field(description="registered, name, long_number or short_number.")]
    countries: Annotated[list[str], Field(description="Where it is to be used.")]
    brand: Annotated[str, Field(description="The brand.")]
    company: Annotated[str, Field(description="The company.")]
    company_number: Annotated[str, Field(description="Its registration number.")]
    purpose: Annotated[str, Field(description="What will be sent from it.")]
    register_reference: Annotated[str, Field(description="Its place in the regulator's register.")]
    opt_out_number: Annotated[str, Field(description="The number to opt out by.")]
    documents: Annotated[list[Document], Field(description="The papers with their hashes.")]
    gateway_ids: Annotated[list[UUID], Field(description="Gateways it is to be registered with.")]
    gateways: Annotated[list[str], Field(description="Their names.")]
    before: Annotated[dict[str, str], Field(description="What the changed facts were; empty for a new one.")]
    blocked_in: Annotated[list[str], Field(description="Countries whose networks block it as it is.")]

    def sentence(self) -> str:
        words = {"value": self.value, "brand": self.brand, "countries": ", ".join(self.countries)}
        return gettext("Apply for the sender ID %(value)s for %(brand)s in %(countries)s") % words


class Applied(Answer):
    sender_id: Annotated[UUID, Field(description="Its id.")]
    state: Annotated[str, Field(description="applied: nothing can be sent from it before it is verified.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to hand in more.")]
