"""What is asked for when one contact is kept for texts."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from approvals.contracts import Ask, Moment
from messaging.consent.changes import LONG_AGO
from messaging.contacts.contract import ConsentGiven
from messaging.contacts.tag_words import Tag


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
