"""What is asked for and what is countersigned when one contact is kept. Who it is stands in the staged line alone."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract, Moment
from messaging.consent.changes import LONG_AGO
from messaging.contacts.tag_words import Tag

# What may be set, in words for whoever decides.
_FIELDS = {
    "phone": gettext_lazy("phone"),
    "name": gettext_lazy("name"),
    "language": gettext_lazy("language"),
    "tags": gettext_lazy("tags"),
    "crm_key": gettext_lazy("CRM id"),
    "consent": gettext_lazy("consent"),
}


class ConsentGiven(Ask):
    """The evidence that somebody agreed to texts."""

    category: Annotated[
        Literal["marketing", "utility", "authentication", "service"], Field(description="To which texts.")
    ] = "marketing"
    source: Annotated[
        str, Field(min_length=3, max_length=120, description="The form, shop or contract where they agreed.")
    ]
    occurred_at: Annotated[Moment, Field(ge=LONG_AGO, description="When they agreed, with a time zone.")]
    evidence: Annotated[str, Field(max_length=500, description="What proves it: form id, recording, ticket.")] = ""


class ContactAsk(Ask):
    contact_id: Annotated[
        UUID | None, Field(description="The contact to edit, of sms_marketing.contacts.get; null for a new one.")
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="For an edit: version_token as you read it.")
    ] = ""
    phone: Annotated[
        str, Field(max_length=40, description="Their number; needed for a new one, together with consent.")
    ] = ""
    country: Annotated[
        str, Field(max_length=2, description="Country of a number without a country code (ISO 3166, two letters).")
    ] = ""
    name: Annotated[str | None, Field(max_length=200, description="Their name; null leaves it.")] = None
    language: Annotated[str | None, Field(max_length=16, description="Language code; null leaves it.")] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50, description="All their tags; null leaves them.")] = None
    crm_key: Annotated[str | None, Field(max_length=120, description="Their key in your CRM; null leaves it.")] = None
    consent: Annotated[
        ConsentGiven | None, Field(description="Evidence that they agreed to texts; without it no number is added.")
    ] = None
    source: Annotated[
        str, Field(min_length=3, max_length=120, description="Where this data comes from: a form, your CRM, a till.")
    ]
    as_of: Annotated[Moment, Field(ge=LONG_AGO, description="When it was true there, with a time zone.")]


class ContactContract(Contract):
    contact_id: Annotated[UUID | None, Field(description="The contact that is edited; null for a new one.")]
    base_version_token: Annotated[str, Field(description="Its version when this was planned; empty for a new one.")]
    batch_id: Annotated[UUID, Field(description="The line that holds who it is, as an import keeps it.")]
    rows_digest: Annotated[str, Field(description="SHA-256 over that line.")]
    changes: Annotated[list[str], Field(description="What is set: phone, name, language, tags, crm_key, consent.")]
    language: Annotated[str, Field(description="The language that is set.")]
    tags: Annotated[list[str], Field(description="The tags that are set.")]
    tags_before: Annotated[list[str], Field(description="The tags it has.")]
    consent_category: Annotated[str, Field(description="To which texts they agreed; empty where nothing is said.")]
    consent_source: Annotated[str, Field(description="Where they agreed.")]
    consent_at: Annotated[datetime | None, Field(description="When they agreed.")]
    consent_evidence: Annotated[str, Field(description="What proves it.")]
    source: Annotated[str, Field(description="Where this data comes from.")]
    as_of: Annotated[datetime, Field(description="When it was true there.")]

    def sentence(self) -> str:
        changes = ", ".join(str(_FIELDS.get(name, name)) for name in self.changes)
        words = {"changes": changes, "source": self.source}
        if self.contact_id is None:
            return _("New contact (%(changes)s) from %(source)s") % words
        return _("Contact edited (%(changes)s) from %(source)s") % words


class ContactKept(Answer):
    contact_id: Annotated[UUID, Field(description="The contact.")]
    is_new: Annotated[bool, Field(description="Whether it was made by this.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to edit it again.")]
