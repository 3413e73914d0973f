"""How texts keep contacts: no number without evidence of consent, and another number is another contact."""

from typing import Final

from approvals.registry import Call
from messaging.contacts import planning
from messaging.contacts.contract import ChannelCustoms, ContactContract, ContactWish
from messaging.models import Channel
from sms.contacts.contract import ContactAsk

CUSTOMS: Final = ChannelCustoms(Channel.SMS, "sms_marketing.contacts.search", needs_consent=True, may_renumber=False)


def plan_contact(call: Call, ask: ContactAsk) -> ContactContract:
    """The contact as it would be kept. Raises Refused with every reason against it."""
    said = ask.model_dump(exclude={"crm_key", "consent"})
    return planning.plan_contact(call, ContactWish(**said, crm_id=ask.crm_key, consent=ask.consent), CUSTOMS)
