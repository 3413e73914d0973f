"""Finding people for texts: by number, CRM key, segment, tag, consent, opt-out and what was sent to them."""

from typing import Annotated, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import Field

from approvals.registry import Call
from messaging.audiences.people import people_of
from messaging.contacts.searching import ContactsAsk, narrowed
from messaging.finding import find_own
from messaging.models import Attempt, Category, Channel, ConsentAct, ConsentState, Contact, Outcome, Segment

# The channels on which a yes or a no counts for texts.
ON_SMS: Final = (Channel.SMS, Channel.ANY)


class SearchAsk(ContactsAsk):
    crm_key: Annotated[str, Field(max_length=120, description="Only who your CRM knows by this key.")] = ""
    segment_id: Annotated[UUID | None, Field(description="Only people of this segment, as its rule says now.")] = None
    agreed: Annotated[
        bool | None, Field(description="true: who agreed to SMS marketing and did not take it back; false: the others.")
    ] = None
    texted: Annotated[bool | None, Field(description="true: who was ever sent a text; false: who never was.")] = None
    rule: Annotated[
        str,
        Field(
            max_length=2000,
            description="Only who a segment rule means; what your shop keeps is an attribute:"
            " attribute.order_status = paid and last_outbound > 30 days.",
        ),
    ] = ""


def search(call: Call, ask: SearchAsk) -> QuerySet[Contact]:
    """The organisation's contacts that fit everything that is asked for."""
    contacts = narrowed(call, ask, Channel.SMS, ON_SMS)
    if ask.crm_key:
        contacts = contacts.filter(crm_id=ask.crm_key)
    if ask.segment_id is not None:
        segment = find_own(Segment, ask.segment_id, call.organisation, "segment_id", "sms_marketing.audiences.list")
        contacts = contacts.filter(pk__in=people_of(segment.rule, call.organisation, Channel.SMS, call.now))
    if ask.agreed is not None:
        contacts = contacts.filter(_agreed() if ask.agreed else ~_agreed())
    if ask.texted is not None:
        contacts = contacts.filter(_texted() if ask.texted else ~_texted())
    return contacts


def _agreed() -> Exists:
    """As the gate asks it: a withdrawal as late as the yes wins."""
    said = ConsentState.objects.filter(channel__in=ON_SMS, category__in=(Category.MARKETING, Category.ANY))
    withdrawn = said.filter(contact=OuterRef("contact"), state=ConsentAct.WITHDRAWN, since__gte=OuterRef("since"))
    return Exists(said.filter(~Exists(withdrawn), contact=OuterRef("pk"), state=ConsentAct.GRANTED))


def _texted() -> Exists:
    tries = Attempt.objects.exclude(outcome=Outcome.NOT_ATTEMPTED)
    return Exists(tries.filter(contact=OuterRef("pk"), sender__channel=Channel.SMS))
