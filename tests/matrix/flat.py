"""Arguments that are right for the flat Meta Business tools: the rows of `RIGHT` in `tea_houses`."""

from collections.abc import Callable
from datetime import timedelta

from accounts.actor import Actor
from tests.factories import NOON, ConversationFactory
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.texts import Arguments


def _quiet_chat(own: TeaHouse) -> Arguments:
    """Somebody who wrote two days ago and was answered."""
    wrote = {"opened_at": NOON - timedelta(days=2), "waiting_since": None}
    return {"conversation_id": str(ConversationFactory(sender=own.sender, queue=own.queue, **wrote).pk)}


RIGHT_FLAT: dict[str, Callable[[TeaHouse, Actor], Arguments]] = {
    "archive_chat": lambda own, actor: _quiet_chat(own),
    "check_compliance": lambda own, actor: {"customer_id": own.id_of("customer"), "message_type": "marketing"},
    "check_conversation": lambda own, actor: {"customer_id": own.id_of("customer")},
    "check_frequency_cap": lambda own, actor: {"customer_id": own.id_of("customer")},
    "get_customer_context": lambda own, actor: {"customer_id": own.id_of("customer")},
    "list_conversations": lambda own, actor: {},
    "reply_customer": lambda own, actor: {
        "customer_id": own.id_of("customer"),
        "message_text": "Your tea left this morning.",
    },
    "send_message": lambda own, actor: {"to": own.id_of("customer"), "text": "Your tea left this morning."},
}
