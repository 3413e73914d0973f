"""Finding people by what is known of them, for every channel: number, tag, country, language, opt-out, segment rule."""

from collections.abc import Collection
from typing import Annotated, Final

from django.db.models import QuerySet
from pydantic import Field

from approvals.registry import Call
from messaging.audiences.people import people_of
from messaging.contacts.finding import e164_of
from messaging.models import Channel, Contact, Suppression
from messaging.paging import PageAsk

EVERYWHERE: Final = tuple(Channel.values)


class ContactsAsk(PageAsk):
    phone: Annotated[str, Field(max_length=40, description="Exactly this number, in any spelling.")] = ""
    tag: Annotated[str, Field(max_length=60, description="Only contacts with this tag.")] = ""
    country: Annotated[str, Field(max_length=2, description="Only this country (ISO 3166, two letters).")] = ""
    language: Annotated[str, Field(max_length=16, description="Only this language code.")] = ""
    opted_out: Annotated[bool | None, Field(description="true: only who opted out; false: only who did not.")] = None
    rule: Annotated[str, Field(max_length=2000, description="Only who a segment rule means, as in segment.upsert.")] = (
        ""
    )


def narrowed(call: Call, ask: ContactsAsk, channel: str, reach: Collection[str] = EVERYWHERE) -> QuerySet[Contact]:
    """The organisation's contacts that are asked for. A rule asks for consent to `channel`; only an opt-out on one of
    the channels `reach` is one.
    """
    contacts = Contact.objects.filter(organisation=call.organisation)
    if ask.phone:
        contacts = contacts.filter(identities__kind="phone", identities__value=e164_of(call, ask.phone))
    if ask.tag:
        contacts = contacts.filter(tags__contains=[ask.tag])
    if ask.country:
        contacts = contacts.filter(country=ask.country.upper())
    if ask.language:
        contacts = contacts.filter(language=ask.language)
    if ask.opted_out is not None:
        noes = Suppression.objects.filter(organisation=call.organisation, lifted_at=None, channel__in=reach)
        standing = noes.values("contact_id")
        contacts = contacts.filter(pk__in=standing) if ask.opted_out else contacts.exclude(pk__in=standing)
    if ask.rule:
        contacts = contacts.filter(pk__in=people_of(ask.rule, call.organisation, channel, call.now))
    return contacts
