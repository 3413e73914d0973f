"""retry_failed_messages: each message is sent again, waits for a person, or is told why not."""

from collections import defaultdict
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from pydantic import Field, Json, RootModel

from approvals.contracts import Answer, Ask
from approvals.models import ActionRequest
from approvals.reasons import Refused
from approvals.registry import Call, Kind, tool
from messaging.models import Channel, Message
from messaging.resends.failed import left_out, sort_failed
from messaging.tools.meta.asking import ask_for
from messaging.tools.meta.outcomes import ActionRequestId, status_of
from messaging.whatsapp.conversations.visible import visible_to

_RESEND = "whatsapp.failed_messages.resend"
_SKIPPED = "skipped"
MessageId = Annotated[str, Field(min_length=1, max_length=255)]


class RetryAsk(Ask):
    message_ids: Annotated[
        Json[Annotated[list[MessageId], Field(min_length=1, max_length=100)]],
        Field(description="JSON array of ids, as sending answered with them, or Meta's own (wamid...)."),
    ]


class RetriedOne(Answer):
    message_id: Annotated[str, Field(description="The id that was asked for.")]
    status: Annotated[str, Field(description="retried, skipped, or pending_approval where a person decides first.")]
    reason: Annotated[
        str | None, Field(exclude_if=lambda why: why is None, description="Why it was skipped; absent unless it was.")
    ] = None
    action_request_id: ActionRequestId = None


class Retries(RootModel[list[RetriedOne]]):
    """One entry an id, in the order in which they were asked for."""


@tool(
    "retry_failed_messages",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_RESEND,),
    reads_first=("get_delivery_status", "explain_error"),
    safety="Only failures that may pass: consent, opt-outs and caps are asked anew, now and when it leaves. Each is"
    " tried again once.",
)
def retry_failed_messages(call: Call, ask: RetryAsk) -> Retries:
    """Send failed messages again where the failure may pass and the customer may still be written to."""
    found = {key: _message(call, key) for key in dict.fromkeys(ask.message_ids)}
    outcomes: dict[int, RetriedOne] = {}
    together: dict[UUID, list[Message]] = defaultdict(list)
    for message in {one.pk: one for one in found.values() if one is not None}.values():
        together[message.send_id].append(message)
    for messages in together.values():
        outcomes |= _of_one_send(call, messages)
    return Retries([_told(key, message, outcomes) for key, message in found.items()])


def _told(key: str, message: Message | None, outcomes: dict[int, RetriedOne]) -> RetriedOne:
    if message is None:
        return RetriedOne(message_id=key, status=_SKIPPED, reason=_("there is no such message"))
    return outcomes[message.pk].model_copy(update={"message_id": key})


def _message(call: Call, key: str) -> Message | None:
    """The message of this id: of a send to one person, of one try of ours, or Meta's own."""
    own = Message.objects.filter(organisation=call.organisation, send__channel=Channel.WHATSAPP)
    own = own.filter(Q(send__reply=None) | Q(send__reply__conversation__in=visible_to(call.actor)))
    own = own.select_related("send").order_by("-pk")
    try:
        ours = UUID(key)
    except ValueError:
        return own.filter(provider_id=key).first()
    tried = own.filter(attempts=ours).first()
    return tried or own.filter(send=ours, send__audience__targeted=1).first()


def _of_one_send(call: Call, messages: list[Message]) -> dict[int, RetriedOne]:
    """One request for all messages of a send that may go again."""
    found = sort_failed(messages)
    told = {pk: RetriedOne(message_id="", status=_SKIPPED, reason=why) for pk, why in found.skipped.items()}
    if not found.attempts:
        return told
    asked = {"broadcast_id": str(messages[0].send_id), "message_ids": list(found.attempts)}
    try:
        answer = ask_for(_RESEND, asked, call, "retry_failed_messages")
        assert answer.request is not None
        outcome = status_of(answer, done="retried")
    except Refused as no:
        why = " ".join(str(reason.text) for reason in no.reasons)
        return told | {pk: RetriedOne(message_id="", status=_SKIPPED, reason=why) for pk in found.attempts}
    request = ActionRequest.objects.select_related("preview").get(pk=answer.request.action_request_id)
    against = left_out(request.preview.contract["audience_id"])
    for message in messages:
        if message.pk in found.attempts:
            no_more = against.get(message.contact_id)
            told[message.pk] = (
                RetriedOne(message_id="", status=_SKIPPED, reason=no_more)
                if no_more
                else RetriedOne(message_id="", **outcome)
            )
    return told
