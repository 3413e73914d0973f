"""whatsapp.order_payment_message.preview, whatsapp.order.create_from_chat, whatsapp.payment_link.send."""

from accounts.roles import SERVE
from approvals.floors import Always
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.commerce import creating, linking, previewing
from messaging.whatsapp.commerce.contract import LinkSent, OrderAsk, OrderContract, OrderCreated
from messaging.whatsapp.commerce.guards import CREATE_GUARDS, LINK_GUARDS

PREVIEW = "whatsapp.order_payment_message.preview"


@tool(
    PREVIEW,
    kind=Kind.PREVIEW,
    scope=SERVE,
    reads_first=("whatsapp.conversation.get", "whatsapp.contact.get", "whatsapp.session_message.preview"),
    beforehand=previewing.ask_source,
    safety="The customer counts as confirmed only when they wrote from their own number in this very conversation; "
    "the link itself is in no preview.",
)
def preview_order(call: Call, ask: OrderAsk) -> OrderContract:
    """Show an order from a conversation, or the message with its payment link: customer, products, price, stock, text
    and the link's terms.
    """
    return previewing.preview_order(call, ask)


@tool(
    "whatsapp.order.create_from_chat",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=(PREVIEW,),
    preview=PREVIEW,
    approval=Always(),
    guards=CREATE_GUARDS,
    ahead=previewing.ask_source,
    safety="Customer, product, price and stock are asked again when it is carried out; any difference voids it.",
)
def create_order(call: Call, contract: OrderContract) -> OrderCreated:
    """Create the previewed order once a person has approved it. Nothing is sent to the customer."""
    return creating.create_order(call, contract)


@tool(
    "whatsapp.payment_link.send",
    kind=Kind.WRITE,
    scope=SERVE,
    reads_first=(PREVIEW,),
    preview=PREVIEW,
    approval=Always(),
    guards=LINK_GUARDS,
    outside=linking.make_link,
    follows=linking.send_link,
    safety="The link is made when it is approved, for one amount, one payment and a short time, and goes to the "
    "order's own conversation alone.",
)
def send_payment_link(call: Call, contract: OrderContract) -> LinkSent:
    """Send the payment link of a confirmed order to its customer once a person has approved it."""
    return linking.ask_for_link(call, contract)
