"""check_frequency_cap."""

from typing import Annotated
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from pydantic import Field

from approvals.registry import Call, Kind, tool
from messaging.gate import cap_on, marketing_cap_in_words, rules_of
from messaging.tools.meta.customers import CustomerAnswer, CustomerAsk, customer_number, find_customer


class FrequencyCap(CustomerAnswer):
    is_capped: Annotated[bool, Field(description="Whether they have had their marketing messages.")]
    reason: Annotated[str, Field(description="What the cap is, and whether it is reached.")]
    suggested_action: Annotated[str, Field(description="What to do now.")]
    reset_hint: Annotated[
        str | None,
        Field(
            exclude_if=lambda hint: hint is None,
            description="From when marketing may go to them again (RFC 3339); absent when they are not capped.",
        ),
    ] = None


@tool(
    "check_frequency_cap",
    kind=Kind.READ,
    scope="meta:read",
    reads_first=("list_conversations",),
    safety="Counts every try that may have reached the person, those of all your senders and of SMS too.",
)
def check_frequency_cap(call: Call, ask: CustomerAsk) -> FrequencyCap:
    """Ask whether a customer has had as many marketing messages as one person gets, and when there is room again."""
    contact = find_customer(call, ask.customer_id)
    is_capped, room_at = cap_on(contact, call.now)
    words = {"cap": marketing_cap_in_words(rules_of(call.organisation))}
    if not is_capped:
        return FrequencyCap(
            customer_id=customer_number(contact),
            is_capped=False,
            reason=_("The cap on marketing (%(cap)s) is not reached.") % words,
            suggested_action=_("Marketing may go, where check_compliance has nothing against it."),
        )
    return FrequencyCap(
        customer_id=customer_number(contact),
        is_capped=True,
        reason=_("The cap on marketing (%(cap)s) is reached.") % words,
        suggested_action=_("Send no marketing until then; what is not marketing is not capped."),
        reset_hint=room_at.astimezone(ZoneInfo(call.organisation.timezone)).isoformat()
        if room_at
        else _("Never: the organisation sends no marketing."),
    )
