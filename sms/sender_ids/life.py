"""The life of a sender ID after it was applied for, and where it can be used. Each move is a transition of its FSM."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.actor import Actor
from approvals.reasons import Reason, Refused, refuse_if_any
from audit.record import record
from messaging.models import Channel, Sender
from sms.models import SenderId, SenderIdState
from sms.routing import may_be_used, routes_of_all

# What gateways take from one sender ID where nobody has said more; administrators change it at the sender.
TEXTS_A_SECOND = 10


def usable_in(identity: SenderId, on: date) -> list[str]:
    """The countries it can send to on that day: verified, let through there, and carried by an open gateway."""
    return usable_in_all([identity], on)[identity.pk]


def usable_in_all(identities: Collection[SenderId], on: date) -> dict[UUID, list[str]]:
    """Sender ID -> the countries that it can send to on that day."""
    ready = [one for one in identities if one.state == SenderIdState.VERIFIED and one.sender_id is not None]
    routes = routes_of_all(ready, on) if ready else {}
    return {one.pk: sorted(routes.get(one.pk, {})) for one in identities}


def verify(identity: SenderId, actor: Actor, now: datetime) -> SenderId:
    """The regulator has said yes: from now on it has a place in the engine. Raises Refused when that cannot be."""
    with transaction.atomic():
        current = _locked(identity)
        _allow(current, "verify")
        refuse_if_any(_unfit(current))
        current.verify(now)
        if current.sender is None:
            current.sender = _place_of(current)
        return _kept(current, "sms.sender_id_verified", actor, now)


def reject(identity: SenderId, why: str, actor: Actor, now: datetime) -> SenderId:
    """The regulator or a gateway has said no. It may be applied for again."""
    with transaction.atomic():
        current = _locked(identity)
        _allow(current, "reject")
        current.reject(now)
        current.rejection = why[:300]
        return _kept(current, "sms.sender_id_rejected", actor, now, reason=why[:300])


def suspend(identity: SenderId, why: str, actor: Actor, now: datetime) -> SenderId:
    """Nothing more leaves from it: every send of it stops to stand."""
    with transaction.atomic():
        current = _locked(identity)
        _allow(current, "suspend")
        current.suspend(now)
        return _kept(current, "sms.sender_id_suspended", actor, now, reason=why[:300])


def _locked(identity: SenderId) -> SenderId:
    return SenderId.objects.select_for_update(of=("self",)).select_related("sender").get(pk=identity.pk)


def _allow(identity: SenderId, move: str) -> None:
    if not can_proceed(getattr(identity, move)):
        raise Refused(Reason("wrong_state", _("That is not possible while it is: %s.") % identity.get_state_display(),
                             _("Look at its state first."), "sender_id"))  # fmt: skip


def _unfit(identity: SenderId) -> Iterator[Reason]:
    """A registered name needs its place in the register, and a name that networks block is not called verified."""
    if identity.kind == SenderId.Kind.REGISTERED and not identity.register_reference:
        yield Reason("not_registered", _("It has no reference in the regulator's register."),
                     _("Enter the reference first."), "register_reference")  # fmt: skip
    if identity.countries and not any(may_be_used(identity, country) for country in identity.countries):
        yield Reason("blocked_everywhere", _("The networks of its countries block it as it is."),
                     _("Apply for it as a registered name."), "kind")  # fmt: skip


def _place_of(identity: SenderId) -> Sender:
    return Sender.objects.create(
        organisation_id=identity.organisation_id,
        channel=Channel.SMS,
        carrier="sms",
        provider_ref=str(identity.pk),
        number=identity.value,
        display_name=identity.value,
        per_second=TEXTS_A_SECOND,
    )


def _kept(identity: SenderId, action: str, actor: Actor, now: datetime, reason: str = "") -> SenderId:
    identity.save()
    record(action, identity, actor, now=now, version=identity.version, reason=reason)
    return identity
