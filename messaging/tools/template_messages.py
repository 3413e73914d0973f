"""whatsapp.template_message.send."""

from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.broadcasts import single
from messaging.broadcasts.single import SingleContract, SingleSent
from messaging.guards import BROADCAST_GUARDS


def _nothing_by_itself(_contract: SingleContract) -> bool:
    """The policies say; without one a person decides."""
    return False


@tool(
    "whatsapp.template_message.send",
    kind=Kind.WRITE,
    desk_only=True,  # and of the flat tools, which go through it
    scope="whatsapp:request",
    reads_first=("whatsapp.contact.get", "whatsapp.template.get", "whatsapp.policy_rules.get"),
    plan=single.plan_single,
    approval=When(_nothing_by_itself, when_tainted=True),
    guards=BROADCAST_GUARDS,
    safety="One person, one approved template. Consent, opt-outs, caps and the template are asked again at the moment"
    " of sending. The same template to more people a day than the agent may reach unapproved waits for a person.",
)
def send_template_message(call: Call, contract: SingleContract) -> SingleSent:
    """Send an approved template to one person, at once or at a time. For more people propose a broadcast."""
    return single.send_single(call, contract)
