"""Carrying a countersigned resend out: its own send, which passes the gate for every person like any other."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.engine.sends import move_send
from messaging.models import UNKNOWN, Attempt, Audience, Replacement, Send
from messaging.resends.contract import ResendContract, Resent
from messaging.resends.planning import ENDED


@dataclass(frozen=True, slots=True)
class StillUnknown:
    """Somebody's outcome is still unknown, and nobody has had these attempts tried again.

    Who has been settled since is not written to; that alone voids nothing for the others.
    """

    def __call__(self, call: Call, contract: ResendContract) -> Iterator[Reason]:
        attempts = Attempt.objects.filter(pk__in=contract.replaces)
        others = attempts.filter(replacement__isnull=False)
        if call.request is not None:
            others = others.exclude(replacement__send__request=call.request.pk)
        if others.exists():
            yield Reason("sent_again", _("Some of these messages were sent again already."),
                         _("Ask again for those that are left."))  # fmt: skip
        if not attempts.filter(message__status__in=UNKNOWN).exists():
            yield Reason("settled", _("By now the outcome of all these messages is known."),
                         _("Nothing is left to send again."))  # fmt: skip
        if not Send.objects.filter(pk=contract.replaced_send_id, state__in=ENDED).exists():
            yield Reason("send_not_ended", _("The first send has not ended."), _("Wait until it has."))


def send_again(call: Call, contract: ResendContract) -> Resent:
    """Bind the attempts to their replacement, each once, and have it begin."""
    assert call.request is not None
    first = Send.objects.get(pk=contract.replaced_send_id, organisation=call.organisation)
    # Of two requests for the same attempts that are carried out at once, the second finds them replaced.
    unknown = list(
        Attempt.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=contract.replaces, message__send=first)
        .order_by("pk")
    )
    refuse_if_any(StillUnknown()(call, contract))
    send = _send_of(call, contract, first)
    Replacement.objects.bulk_create(
        Replacement(attempt=one, organisation=call.organisation, send=send, contact_id=one.contact_id)
        for one in unknown
    )
    record(
        "send.repeated",
        send,
        call.actor,
        now=call.now,
        request_id=call.request.pk,
        people=len(unknown),
        replaces=first.pk,
    )
    send = move_send(send, "schedule", call.actor, call.now)
    return Resent(broadcast_id=send.pk, state=str(send.state))


def _send_of(call: Call, contract: ResendContract, first: Send) -> Send:
    assert call.request is not None
    return Send.objects.create(
        organisation=call.organisation,
        kind=Send.Kind.RESEND,
        channel=first.channel,
        name=contract.name,
        preview=call.request.preview,
        request=call.request,
        sender_id=contract.sender_id,
        audience=Audience.objects.get(pk=contract.audience_id, organisation=call.organisation),
        template_id=contract.template_id,
        category=contract.category,
        due_at=contract.due_at,
        not_after=contract.not_after,
        per_second=contract.per_second,
        cost_ceiling=contract.cost_ceiling,
        created_at=call.now,
    )
