"""Carrying a contract out: counted again while nobody else can, a code drawn, its text put into the engine."""

from uuid import uuid4

from django.db import transaction

from approvals.reasons import refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.engine.sends import draft_send, move_send
from messaging.models import AudienceMember, Channel, Send
from messaging.tasks import RING_LASTS, dispatch_due
from sms.models import OtpChallenge
from sms.otp.codes import new_code, proof_of
from sms.otp.contract import OtpContract, OtpSent
from sms.otp.limits import COOLDOWNS, WithinLimits
from sms.otp.rules import one_at_a_time
from sms.quotas import hold_quota


def send_code(call: Call, contract: OtpContract) -> OtpSent:
    """Draw the code and have it sent. A code before it for the same purpose is void from here on."""
    assert call.request is not None
    one_at_a_time(call.organisation.pk)
    refuse_if_any(WithinLimits()(call, contract))
    hold_quota(call, contract)
    theirs = OtpChallenge.objects.filter(organisation=call.organisation, number_key=contract.number_key)
    earlier = theirs.filter(purpose=contract.purpose, consumed_at=None, voided_at=None)
    earlier.update(voided_at=call.now, code="")
    challenge = _challenge(call, contract)
    record("sms.otp_sent", challenge, call.actor, now=call.now, request_id=call.request.pk, purpose=contract.purpose)
    move_send(challenge.send, "schedule", call.actor, call.now)
    # Somebody is waiting: beat would find it too, some seconds later.
    transaction.on_commit(lambda: dispatch_due.apply_async(expires=RING_LASTS), robust=True)
    return OtpSent(challenge_id=challenge.pk, expires_at=contract.not_after, again_after_seconds=COOLDOWNS[0])


def _challenge(call: Call, contract: OtpContract) -> OtpChallenge:
    key, code = uuid4(), new_code()
    phone = AudienceMember.objects.get(audience=contract.audience_id).address
    return OtpChallenge.objects.create(
        pk=key,
        organisation=call.organisation,
        template_id=contract.template_id,
        send=draft_send(call, contract, Send.Kind.OTP, Channel.SMS, name=contract.template_name, request=call.request),
        purpose=contract.purpose,
        proof=proof_of(key, contract.purpose, phone, contract.transaction, code),
        code=code,
        number_key=contract.number_key,
        prefix=contract.prefix,
        country=contract.routes[0].country,
        address_key=contract.address_key,
        network_key=contract.network_key,
        price=contract.cost_ceiling,
        created_at=call.now,
        expires_at=contract.not_after,
    )
