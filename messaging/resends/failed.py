"""Sending failed WhatsApp messages once more: which may, why the others may not, and what is countersigned for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.numerals import number
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.broadcasts.contract import BroadcastContract
from messaging.carriers import Retry
from messaging.finding import find_own
from messaging.models import Attempt, AudienceMember, Channel, Message, Outcome, Replacement, Send, Status, Verdict
from messaging.resends.contract import MOST
from messaging.resends.planning import ENDED, countersigned, freeze_again, repeated_terms
from messaging.resends.sending import StillToRepeat, repeat
from messaging.whatsapp.error_table import ROWS

STILL_FAILED = StillToRepeat((Status.FAILED,), gettext_lazy("By now none of these messages counts as failed."))


class FailedAsk(Ask):
    broadcast_id: Annotated[UUID, Field(description="The send of the failed messages. It has ended.")]
    message_ids: Annotated[
        list[int], Field(min_length=1, max_length=MOST, description="Which of its messages, by their numbers.")
    ]


class FailedContract(BroadcastContract):
    """The first send's own contract for those whose failure may pass, with the attempts that it tries again."""

    replaced_send_id: Annotated[UUID, Field(description="The send whose failed messages are sent again.")]
    replaces: Annotated[
        list[UUID], Field(max_length=MOST, description="The attempts that are tried again: these and no others.")
    ]

    def sentence(self) -> str:
        words = ngettext(
            "Send the failed message of “%(name)s” to %(people)s person again",
            "Send the failed messages of “%(name)s” to %(people)s people again",
            self.included,
        )
        return words % {"name": self.name, "people": number(self.included)}


class Retried(Answer):
    broadcast_id: Annotated[UUID, Field(description="The new send.")]
    state: Annotated[str, Field(description="scheduled: it begins at once, if everything still holds.")]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Message -> the attempt that is tried again; message -> why it is not."""

    attempts: dict[int, UUID]
    skipped: dict[int, str]


def sort_failed(messages: Iterable[Message]) -> Sorted:
    """Each message of a send either with its last attempt, or with why it is not sent again, in plain words."""
    found = Sorted({}, {})
    messages = list(messages)
    last = _last_attempts(messages)
    again = set(Replacement.objects.filter(attempt__in=last.values()).values_list("attempt_id", flat=True))
    for message in messages:
        attempt = last.get(message.pk)
        why = _why_not(message)
        if not why and (attempt is None or attempt in again):
            why = _("it was sent again already") if attempt else _("it was never handed over")
        if why or attempt is None:
            found.skipped[message.pk] = why
        else:
            found.attempts[message.pk] = attempt
    return found


def plan_failed(call: Call, ask: FailedAsk) -> FailedContract:
    """Freeze who gets their failed message once more, with the gate's answer of today. Raises Refused for nobody."""
    send = find_own(
        Send, ask.broadcast_id, call.organisation, "broadcast_id", "whatsapp.broadcasts.list", channel=Channel.WHATSAPP
    )
    messages = Message.objects.filter(send=send, pk__in=ask.message_ids).select_related("send__request__preview")
    found = sort_failed(messages)
    before = countersigned(send)
    if not isinstance(before, BroadcastContract) or not found.attempts:
        why = "; ".join(dict.fromkeys(found.skipped.values())) or _("there are no such messages")
        raise Refused(Reason("nothing_to_resend", _("None of these messages may be sent again: %s.") % why,
                             _("Read what their errors mean."), "message_ids"))  # fmt: skip
    attempts = list(found.attempts.values())
    with transaction.atomic():
        audience = freeze_again(send, attempts, call.now)
        if audience.included == 0:
            raise Refused(*(_gate_reason(Verdict[name.upper()]) for name in audience.excluded))
        terms = repeated_terms(before, audience, send.sender, call.now)
    return FailedContract(**terms, replaced_send_id=send.pk, replaces=attempts)


def retry_failed(call: Call, contract: FailedContract) -> Retried:
    send = repeat(call, contract, Send.Kind.RETRY, STILL_FAILED)
    return Retried(broadcast_id=send.pk, state=str(send.state))


def left_out(audience_id: UUID) -> dict[int, str]:
    """Contact -> why the gate leaves them out of what was frozen."""
    members = AudienceMember.objects.filter(audience=audience_id).exclude(verdict=Verdict.INCLUDED)
    return {contact: str(Verdict(verdict).label) for contact, verdict in members.values_list("contact_id", "verdict")}


def _why_not(message: Message) -> str:
    if message.status != Status.FAILED:
        return _("it has not failed: it is “%s”") % message.get_status_display()
    if message.send.state not in ENDED:
        return _("its send is under way and may still come to it")
    if message.translation_id is None:
        return _("free text is written anew: use reply_customer")
    code = message.error_code
    row = ROWS.get(int(code)) if code.isdigit() else None
    if row is None or row.retry is Retry.PERMANENT:
        meaning = row.meaning if row else _("nobody knows whether it would pass")
        return _("error %(code)s is not retryable: %(meaning)s") % {"code": code or "–", "meaning": meaning}
    return ""


def _last_attempts(messages: list[Message]) -> dict[int, UUID]:
    ended = Attempt.objects.filter(message__in=messages).exclude(outcome=Outcome.OPEN)
    return dict(ended.order_by("started_at", "pk").values_list("message_id", "pk"))


def _gate_reason(verdict: Verdict) -> Reason:
    return Reason(verdict.name.lower(), _("Nothing is sent to this person: %s.") % verdict.label,
                  _("What stands against it stands for every way."), "message_ids")  # fmt: skip
