"""What a failure of a text means for sending it again: whether it may pass by itself, by the table of its gateway."""

from collections.abc import Mapping
from uuid import UUID

from messaging.models import Message, Status
from sms.gateways.gateway import Failure, gateway
from sms.models import SmsGateway
from sms.ways import tag_of

# The person was away, or the way was: later may do. Everything else fails again, or must not be tried.
_PASSES = frozenset({Failure.RECIPIENT_AWAY, Failure.ROUTE})


def may_be_resent(message: Message) -> bool:
    """Whether this failed text is of a kind that may pass; consent, caps and opt-outs are asked anew by the resend."""
    return message.status == Status.FAILED and passes(failure_of(message))


def passes(failure: Failure) -> bool:
    """Whether such a failure may pass by itself."""
    return failure in _PASSES


def failure_of(message: Message, kinds: Mapping[str, str] | None = None) -> Failure:
    """What the failure means by the table of the gateway that reported it; UNCLEAR where nobody knows which it was.

    `kinds` spares a look-up where many messages of an organisation are asked about.
    """
    tag, colon, _id = (message.provider_id or "").partition(":")
    kinds = kinds_of(message.organisation_id) if kinds is None else kinds
    if not colon or tag not in kinds:
        return Failure.UNCLEAR
    return gateway(kinds[tag]).failure_of(message.error_code)


def kinds_of(organisation_id: UUID) -> dict[str, str]:
    """The tag before a gateway's ids -> what kind of gateway it is."""
    rows = SmsGateway.objects.filter(organisation=organisation_id).values_list("pk", "kind")
    return {tag_of(key): kind for key, kind in rows}
