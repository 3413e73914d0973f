"""Which failed texts may go once more: those whose failure passes by itself, and that no phone has seen a part of."""

from uuid import UUID

from messaging.models import Message, Status
from sms.gateways.gateway import Failure, gateway
from sms.models import SmsGateway
from sms.ways import tag_of

# The person was away, or the way was: later may do. Everything else fails again, or must not be tried.
_PASSES = frozenset({Failure.RECIPIENT_AWAY, Failure.ROUTE})


def may_be_resent(message: Message) -> bool:
    """Whether this failed text is of a kind that may pass; consent, caps and opt-outs are asked anew by the resend."""
    return message.status == Status.FAILED and failure_of(message) in _PASSES


def failure_of(message: Message) -> Failure:
    """What the failure means by the table of the gateway that reported it; UNCLEAR where nobody knows which it was."""
    tag, colon, _id = (message.provider_id or "").partition(":")
    kinds = {tag_of(UUID(str(key))): kind for key, kind in _gateways_of(message)}
    if not colon or tag not in kinds:
        return Failure.UNCLEAR
    return gateway(kinds[tag]).failure_of(message.error_code)


def _gateways_of(message: Message) -> list[tuple[UUID, str]]:
    return list(SmsGateway.objects.filter(organisation=message.organisation_id).values_list("pk", "kind"))
