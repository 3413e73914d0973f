"""Signing in at Harbour Tea: an approved text, ways to ask for a code, and to read what a phone got."""

from typing import Any
from uuid import uuid4

from accounts.actor import Actor
from accounts.models import Organisation, Person
from accounts.roles import Role
from approvals.defaults import default_policies
from approvals.envelope import Envelope
from approvals.models import ActionRequest
from sms.models import OtpChallenge, OtpTemplate
from sms.otp.wording import digest_of
from tests.factories import NOON, mei_chan
from tests.sms.tea_texts import TeaTexts, texter, use

ANN = "+85261234567"
TEXT = "Harbour Tea: your code is {{code}}, valid {{minutes}} minutes. Tell nobody."


def _officer(organisation: Organisation) -> Person:
    """Mei at Harbour Tea, whoever has her role elsewhere."""
    return Person.objects.filter(organisation=organisation, role=Role.COMPLIANCE).first() or mei_chan()


def sign_in_text(tea: TeaTexts, **fields: Any) -> OtpTemplate:
    """Approved as it is."""
    said = {"name": "Sign in", "purpose": "login", "texts": {"en": TEXT}, "identity": tea.identity, **fields}
    template = OtpTemplate(
        organisation=tea.organisation, approved_by=_officer(tea.organisation), approved_at=NOON,
        created_at=NOON, updated_at=NOON, **said,
    )  # fmt: skip
    template.approved_digest = digest_of(template)
    template.save()
    return template


def asked(template: OtpTemplate, phone: str = ANN, actor: Actor | None = None, **said: Any) -> Envelope[Any]:
    """Somebody at the sign-in page wants a code."""
    arguments = {"otp_template_id": str(template.pk), "phone": phone, **said}
    now = arguments.pop("now", NOON)
    wish = {"idempotency_key": f"code-{uuid4()}", "reason": "Somebody signs in"}
    return use("otp.send", actor or texter(), now, **{**wish, **arguments})


def sent(template: OtpTemplate, phone: str = ANN, **said: Any) -> OtpChallenge:
    """A code that a policy let through."""
    default_policies(template.organisation)
    answer = asked(template, phone, **said)
    assert answer.data is not None, (answer.request, answer.warnings)
    return OtpChallenge.objects.get(pk=answer.data["challenge_id"])


def request_of(answer: Envelope[Any]) -> ActionRequest:
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def entered(challenge: OtpChallenge, code: str, **changed: Any) -> dict[str, Any]:
    """The body of a verification."""
    said = {"challenge_id": str(challenge.pk), "phone": ANN, "purpose": "login", "code": code}
    return {**said, **changed}
