"""Whether what somebody entered is the code. Each try is counted before it is looked at, and a code counts once."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from pydantic import Field

from accounts.actor import Actor
from approvals.contracts import Answer, Ask
from audit.record import record
from messaging.phones import BadPhone, normalise
from sms.models import OtpChallenge
from sms.models.otp import MOST_TRIES
from sms.otp.codes import is_proof, proof_of
from sms.otp.contract import Reference

_COUNT = """
UPDATE sms_otpchallenge SET attempts = attempts + 1
 WHERE id = %(id)s AND organisation_id = %(organisation)s AND attempts < %(most)s
   AND consumed_at IS NULL AND voided_at IS NULL AND expires_at > %(now)s
RETURNING proof
"""
_CONSUME = """
UPDATE sms_otpchallenge SET consumed_at = %(now)s, code = ''
 WHERE id = %(id)s AND organisation_id = %(organisation)s AND consumed_at IS NULL AND voided_at IS NULL
   AND expires_at > %(now)s
RETURNING id
"""
_NO_PROOF = "0" * 64


class VerifyAsk(Ask):
    challenge_id: Annotated[UUID, Field(description="What sms_marketing.otp.send answered.")]
    phone: Annotated[str, Field(max_length=30, description="The number that the code was sent to.")]
    purpose: Annotated[str, Field(max_length=40, pattern=r"^[\w-]+$", description="What it is entered for.")]
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", description="What the person entered.")]
    transaction: Annotated[Reference, Field(description="Your reference, as it was given to otp.send.")] = ""


class Verified(Answer):
    """Alike for a wrong code, an unknown number, an expired, used or replaced code and too many tries."""

    verified: Annotated[bool, Field(description="Whether the code was right; it counts no second time.")]


def verify(ask: VerifyAsk, actor: Actor, now: datetime) -> Verified:
    """Count the try, then compare, then use the code up; of two at once one is told yes."""
    facts: dict[str, Any] = {
        "id": ask.challenge_id,
        "organisation": actor.organisation.pk,
        "now": now,
        "most": MOST_TRIES,
    }
    expected = _counted(facts)
    proof = proof_of(ask.challenge_id, ask.purpose, _number(ask, actor), ask.transaction, ask.code)
    is_right = is_proof(proof, expected or _NO_PROOF)
    if expected is None:
        return Verified(verified=False)
    with transaction.atomic():
        verified = is_right and _consumed(facts)
        action = "sms.otp_entered" if verified else "sms.otp_refused"
        record(action, OtpChallenge(pk=ask.challenge_id), actor, now=now)
    return Verified(verified=verified)


def _counted(facts: dict[str, Any]) -> str | None:
    """The proof to compare with, after this try was counted for good; None when there are no more."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, facts)
        row = cursor.fetchone()
    return str(row[0]) if row is not None else None


def _consumed(facts: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CONSUME, facts)
        return cursor.fetchone() is not None


def _number(ask: VerifyAsk, actor: Actor) -> str:
    """As it is kept; what is no number at all fits no code."""
    try:
        return normalise(ask.phone, actor.organisation.default_country).e164
    except BadPhone:
        return str(uuid4())
