"""whatsapp.tag.apply."""

from accounts.roles import SERVE
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.conversations.tagging import TagContract, Tagged, TagsMayChange, apply_tags, plan_tags


@tool(
    "whatsapp.tag.apply",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=("whatsapp.contact.get", "whatsapp.conversation.get"),
    plan=plan_tags,
    approval=When(lambda contract: contract.needs_a_person),
    guards=(TagsMayChange(),),
    confidential=True,
    safety="Tags that sound like consent are refused: consent is recorded with its evidence, and never by a tag.",
)
def apply_tag(call: Call, contract: TagContract) -> Tagged:
    """Put tags on contacts or labels on conversations, or take them off. Needs approval for several at once, and for
    tags that segments or rules stand on.
    """
    return apply_tags(call, contract)
