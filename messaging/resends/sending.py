"""Carrying a countersigned resend out: its own send, which passes the gate for every person like any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.engine.sends import Sendable, draft_send, move_send
from messaging.models import UNKNOWN, Attempt, Channel, Replacement, Send, Status
from messaging.resends.contract import ResendContract, Resent
from messaging.resends.planning import ENDED


class Repeats(Sendable, Protocol):
    """What every contract of a resend says, whatever the channel."""

    @property
    def replaced_send_id(self) -> UUID: ...
    @property
    def replaces(self) -> list[UUID]: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StillToRepeat:
    """Somebody's outcome is still what it was (one of `statuses`), and nobody has had these attempts tried again.

    Who has been settled since is not written to; that alone voids nothing for the others.
    """

    statuses: tuple[Status, ...]
    settled: Any

    def __call__(self, call: Call, contract: Repeats) -> Iterator[Reason]:
        attempts = Attempt.objects.filter(pk__in=contract.replaces)
        others = attempts.filter(replacement__isnull=False)
        if call.request is not None:
            others = others.exclude(replacement__send__request=call.request.pk)
        if others.exists():
            yield Reason("sent_again", _("Some of these messages were sent again already."),
                         _("Ask again for those that are left."))  # fmt: skip
        if not attempts.filter(message__status__in=self.statuses).exists():
            yield Reason("settled", self.settled, _("Nothing is left to send again."))
        if not Send.objects.filter(pk=contract.replaced_send_id, state__in=ENDED).exists():
            yield Reason("send_not_ended", _("The first send has not ended."), _("Wait until it has."))


STILL_UNKNOWN = StillToRepeat(UNKNOWN, _("By now the outcome of all these messages is known."))


def send_again(call: Call, contract: ResendContract) -> Resent:
    """Write to people of whom nobody knows whether they got it."""
    send = repeat(call, contract, Send.Kind.RESEND, STILL_UNKNOWN)
    return Resent(broadcast_id=send.pk, state=str(send.state))


def repeat(call: Call, contract: Repeats, kind: Send.Kind, still: StillToRepeat) -> Send:
    """Bind the attempts to their replacement, each once, and have it begin."""
    assert call.request is not None
    first = Send.objects.get(pk=contract.replaced_send_id, organisation=call.organisation)
    # Of two requests for the same attempts that are carried out at once, the second finds them replaced.
    tried = list(
        Attempt.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=contract.replaces, message__send=first)
        .order_by("pk")
    )
    refuse_if_any(still(call, contract))
    send = draft_send(
        call, contract, kind, Channel(first.channel),
        name=contract.name, template_id=first.template_id, request=call.request,
    )  # fmt: skip
    Replacement.objects.bulk_create(
        Replacement(attempt=one, organisation=call.organisation, send=send, contact_id=one.contact_id) for one in tried
    )
    record(
        "send.repeated",
        send,
        call.actor,
        now=call.now,
        request_id=call.request.pk,
        people=len(tried),
        replaces=first.pk,
    )
    return move_send(send, "schedule", call.actor, call.now)
