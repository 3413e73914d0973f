"""Applying for a sender ID, and how the application is kept. Deciding on it is `sms.sender_ids.life`."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, edited_since, token_of
from audit.record import record
from messaging.finding import find_own
from sms.models import GatewayRegistration, SenderId, SenderIdState, SmsGateway
from sms.routing import may_be_used
from sms.sender_ids.contract import ApplicationAsk, ApplicationContract, Applied
from sms.sender_ids.judging import odd_papers, odd_value

LIST = "sms_marketing.sender_ids.list"
# States in which papers may still be handed in; what is verified or suspended does not change under a running send.
_OPEN = (SenderIdState.DRAFT, SenderIdState.APPLIED, SenderIdState.REJECTED)


@dataclass(frozen=True, slots=True)
class ApplicationFits:
    """Nobody changed it, decided on it or took its name since this was planned."""

    def __call__(self, call: Call, contract: ApplicationContract) -> Iterator[Reason]:
        own = SenderId.objects.filter(organisation=call.organisation)
        current = own.filter(pk=contract.sender_id).first() if contract.sender_id else None
        yield from edited_since(current, contract.base_version, _("The sender ID has changed since this was planned."))
        if current is not None and current.state not in _OPEN:
            state = current.get_state_display()
            yield Reason("wrong_state", _("It is %s: its papers are not changed any more.") % state,
                         _("Apply for another one, or ask an administrator."), "sender_id")  # fmt: skip
        namesake = own.filter(value=contract.value).first()
        if namesake is not None and namesake.pk != contract.sender_id:
            yield Reason("sender_id_taken", _("Your organisation has this sender ID already."),
                         _("Pass its sender_id to change it."), "value")  # fmt: skip


def plan(call: Call, ask: ApplicationAsk) -> ApplicationContract:
    """The application as it would be kept. Raises Refused with everything that is wrong with it."""
    current = None
    if ask.sender_id is not None:
        current = find_own(SenderId, ask.sender_id, call.organisation, "sender_id", LIST)
        check_token(current, ask.base_version_token)
    refuse_if_any([*odd_value(ask), *odd_papers(ask)])
    where = "sms_marketing.gateways.list"
    gateways = [find_own(SmsGateway, key, call.organisation, "gateway_ids", where) for key in ask.gateway_ids]
    facts = ask.model_dump(exclude={"sender_id", "base_version_token", "company_authorised", "documents"})
    facts["countries"] = sorted(set(ask.countries))
    shape = SenderId(value=ask.value, kind=ask.kind)
    return ApplicationContract(
        **facts,
        sender_id=current.pk if current else None,
        base_version=current.version if current else 0,
        state=str(current.state) if current else str(SenderIdState.DRAFT),
        documents=ask.documents,
        gateways=[one.name for one in gateways],
        before=_before(current, facts) if current else {},
        blocked_in=[country for country in facts["countries"] if not may_be_used(shape, country)],
    )


def _before(current: SenderId, facts: dict[str, object]) -> dict[str, str]:
    kept = {name: getattr(current, name) for name in facts if name != "gateway_ids"}
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in kept.items()
        if value != facts[name]
    }


def apply(call: Call, contract: ApplicationContract) -> Applied:
    """Keep the application. It is applied for from now on, by the FSM's own move; only people verify it."""
    identity = SenderId(organisation=call.organisation, created_at=call.now)
    if contract.sender_id is not None:
        own = SenderId.objects.select_for_update(of=("self",))
        identity = own.get(pk=contract.sender_id, organisation=call.organisation)
        refuse_if_any(ApplicationFits()(call, contract))  # asked again under the lock
        identity.version += 1
    for name in ("value", "kind", "countries", "brand", "company", "company_number", "purpose", "register_reference",
                 "opt_out_number"):  # fmt: skip
        setattr(identity, name, getattr(contract, name))
    identity.documents = [paper.model_dump(mode="json") for paper in contract.documents]
    if identity.state != SenderIdState.APPLIED:
        identity.apply(call.now)
    _keep(identity, call, contract)
    for key in contract.gateway_ids:
        GatewayRegistration.objects.get_or_create(identity=identity, gateway_id=key, defaults={"since": call.now})
    record(
        "sms.sender_id_applied", identity, call.actor, now=call.now,
        request_id=call.request.pk if call.request else None, version=identity.version,
        documents=[paper.sha256 for paper in contract.documents],
    )  # fmt: skip
    return Applied(sender_id=identity.pk, state=str(identity.state), version_token=token_of(identity))


def _keep(identity: SenderId, call: Call, contract: ApplicationContract) -> None:
    """Save it. Of two applications for one name at once the second is refused as if it had come later."""
    try:
        with transaction.atomic():
            identity.save()
    except IntegrityError:
        refuse_if_any(ApplicationFits()(call, contract))
        raise
