"""Carrying a countersigned free-form message out: a send of one, with its body, which the engine hands over at once."""

from django.db import transaction

from approvals.reasons import refuse_if_any
from approvals.registry import Call
from messaging.engine.sends import draft_send, move_send
from messaging.models import Channel, Conversation, Reply, Send
from messaging.tasks import RING_LASTS, dispatch_due
from messaging.whatsapp.session.contract import ReplyTerms
from messaging.whatsapp.session.guards import NotSentYet


def send_reply(call: Call, contract: ReplyTerms, origin: Reply.Origin) -> Send:
    """Make the send of this contract and have it begin. Raises Refused when the preview was sent already."""
    assert call.request is not None
    # Of two requests for one preview that are carried out at once, the second waits here and finds it sent.
    conversation = Conversation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=contract.conversation_id, organisation=call.organisation
    )
    refuse_if_any(NotSentYet()(call, contract))
    send = draft_send(
        call, contract, Send.Kind.REPLY, Channel.WHATSAPP, name=contract.sentence()[:200], request=call.request
    )
    Reply.objects.create(
        send=send,
        organisation=call.organisation,
        conversation=conversation,
        origin=origin,
        by=call.actor.label[:120],
        body=contract.body,
        made_at=call.now,
    )
    # The customer is waiting: beat would find it too, some seconds later.
    transaction.on_commit(lambda: dispatch_due.apply_async(expires=RING_LASTS), robust=True)
    return move_send(send, "schedule", call.actor, call.now)
