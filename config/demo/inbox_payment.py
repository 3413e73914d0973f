"""An order is made in a chat and paid: each step countersigned, the link short-lived, the payment told by signature."""

from uuid import UUID

from config.demo.agent_client import Answer, ToolRefused
from config.demo.inbox_arrivals import Customers
from config.demo.inbox_rules import bodies_to
from config.demo.inbox_seeding import OOLONG
from config.demo.stage import Stage, StoryBroke
from messaging.models import Order, OrderState, PaymentEvent

PREVIEW, CREATE, SEND = (
    "whatsapp.order_payment_message.preview",
    "whatsapp.order.create_from_chat",
    "whatsapp.payment_link.send",
)


def sell(stage: Stage, people: Customers, journal_from: int) -> None:
    """Quinn orders two tins, gets a link, and pays it. Raises StoryBroke when anything goes another way."""
    stage.tell.chapter("INBOX 6  An order from the chat, and its payment")
    conversation_id = str(people.conversation_of("quinn").pk)
    order_id = _order(stage, conversation_id)
    _send_link(stage, people, conversation_id, order_id)
    page = _link_of(stage, people, journal_from)
    stage.tell.done(
        "Quinn's phone shows the order and a button; the link stands in no preview, answer or record of ours"
    )
    _pay(stage, UUID(order_id), page)


def _order(stage: Stage, conversation_id: str) -> str:
    preview = stage.agent.use(
        PREVIEW, conversation_id=conversation_id, step="create_order", lines=[{"sku": OOLONG, "quantity": 2}]
    )
    total = f"{float(preview['data']['total']):,.2f} {preview['data']['order_currency']}"
    answer = stage.ask(CREATE, "Quinn wants two tins", preview_id=preview["preview_id"])
    stage.tell.waits(f"An order over {total} waits for a person", answer["request"]["review_url"])
    stage.officer.approve(answer["request"]["review_url"], note="Price and stock read.")
    made = stage.outcome_of(answer)["result"]
    stage.tell.done(f"Mei Chan approves; the order {made['reference']} is {made['state']}")
    return str(made["order_id"])


def _send_link(stage: Stage, people: Customers, conversation_id: str, order_id: str) -> None:
    _not_to_another(stage, people, order_id)
    preview = stage.agent.use(PREVIEW, conversation_id=conversation_id, step="send_link", order_id=order_id)
    answer = stage.ask(SEND, "Quinn asked how to pay", preview_id=preview["preview_id"])
    stage.tell.waits("Sending its payment link waits for a person", answer["request"]["review_url"])
    stage.officer.approve(answer["request"]["review_url"], note="Amount and customer read.")
    made = stage.outcome_of(answer)["result"]
    minutes = preview["data"]["link"]["lasts_minutes"]
    stage.tell.done(
        f"The link is made when it is approved: for this amount, one payment, {minutes} minutes", made["state"]
    )


def _not_to_another(stage: Stage, people: Customers, order_id: str) -> None:
    """The link of Quinn's order cannot be sent into Eve's conversation, whatever Eve has written."""
    eves = str(people.conversation_of("eve").pk)
    try:
        stage.agent.use(PREVIEW, conversation_id=eves, step="send_link", order_id=order_id)
    except ToolRefused as no:
        stage.tell.refused("The link of Quinn's order for Eve, who asked for one", no.code, no.reasons[0]["text"])
    else:
        raise StoryBroke("Quinn's payment link could have been sent to Eve.")


def _link_of(stage: Stage, people: Customers, journal_from: int) -> str:
    """The address behind the button on Quinn's phone."""

    def buttons() -> list[Answer]:
        bodies = bodies_to(stage, people.addresses["quinn"], journal_from)
        return [body["interactive"]["action"] for body in bodies if body.get("type") == "interactive"]

    stage.wait_for(lambda: bool(buttons()), "the payment link on Quinn's phone", within=30)
    return str(buttons()[-1]["parameters"]["url"])


def _pay(stage: Stage, order_id: UUID, page: str) -> None:
    payments = stage.house.payments
    payments.misbehave(duplicate_share=1.0)
    if payments.pay(page) != 303:
        raise StoryBroke("Quinn could not pay.")
    order = Order.objects.filter(pk=order_id, state=OrderState.PAID)
    stage.wait_for(order.exists, "the payment", within=30)
    payments.wait_until_quiet(30)
    told = PaymentEvent.objects.filter(link__order=order_id)
    stage.tell.done(
        f"Quinn pays; the provider tells it twice by signed callbacks, it counts once ({told.count()} written down)",
        f"the order is {OrderState(order.get().state).label.lower()}",
    )
    if payments.pay(page) == 303:
        raise StoryBroke("The link could be paid twice.")
    stage.tell.refused("Quinn opens the link once more", "over", "it was for one payment")
