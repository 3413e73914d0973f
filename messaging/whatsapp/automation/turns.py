"""A customer's message waits for its automatic turn: the rows are the queue."""

from messaging.models import AutomaticTurn, InboundMessage


def await_turn(message: InboundMessage) -> None:
    """Have the message wait. Called in the transaction that keeps it, so that none is answered that was not kept."""
    if message.conversation_id is not None:
        AutomaticTurn.objects.create(
            message=message, organisation_id=message.organisation_id, conversation_id=message.conversation_id
        )
