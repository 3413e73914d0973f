"""Signing in at Harbour Tea under the harness: codes asked for over REST, read off the phone, entered."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import requests
from django.utils import timezone

from accounts.credentials import create_agent
from accounts.roles import VERIFY_CODES
from simulators.common.journal import read_journal
from sms.models import OtpChallenge, OtpTemplate
from sms.otp.codes import number_key
from sms.otp.wording import digest_of
from tests.faults.case import Case

NOTHING: dict[str, Any] = {"people_per_day": 0, "messages_per_day": 0, "money_per_day": Decimal(0)}
TEXT = "Harbour Tea: your code is {{code}}, valid {{minutes}} minutes. Tell nobody."


@dataclass(frozen=True, slots=True)
class SigningIn:
    """One person with a number of their own, at the sign-in page of one cell. `verifier` is the page's own key."""

    case: Case
    template: OtpTemplate
    phone: str
    key: str
    verifier: str

    def ask(self, key: str = "") -> dict[str, Any]:
        """What the answer says, with its `status`; that is 0 where there was none."""
        said = {
            "otp_template_id": str(self.template.pk), "phone": self.phone, "reason": "Somebody signs in",
            "idempotency_key": key or self.key, "client_address": "203.0.113.7",
        }  # fmt: skip
        return _posted(self.case, "tools/sms_marketing.otp.send", said, self.case.business.key)

    def challenge(self) -> OtpChallenge:
        """The code that was drawn; the case ends with its text."""
        key = number_key(self.case.business.organisation.pk, self.phone)
        found = OtpChallenge.objects.select_related("send__request").get(number_key=key)
        self.case.request = found.send.request
        return found

    def texts(self) -> list[str]:
        """What the phone shows."""
        entries = read_journal(self.case.stack.gateways.journal_path, self.case.texts_from)
        taken = [text for entry in entries for text in entry.get("texts", ()) if text["decision"] == "accepted"]
        return [text["reads"] for text in taken if text["to"] == self.phone]

    def code(self) -> str:
        """As the person reads it, once."""
        (text,) = self.texts()
        found = re.search(r"\b\d{6}\b", text)
        assert found, text
        return found[0]

    def enter(self, code: str) -> bool:
        said = {"challenge_id": str(self.challenge().pk), "phone": self.phone, "purpose": "login", "code": code}
        told = _posted(self.case, "sms/otp/verify", said, self.verifier)
        assert told["status"] == 200, told
        return bool(told["verified"])


def at_the_sign_in_page(case: Case) -> SigningIn:
    own: dict[str, Any] = {"organisation": case.business.organisation, "name": "Sign in"}
    template = OtpTemplate.objects.filter(**own).first() or _approved(case, own)
    owner = case.business.ada.person
    assert owner is not None
    _agent, verifier = create_agent(
        owner.organisation, owner, f"Sign-in page {uuid4()}", scopes=[VERIFY_CODES], **NOTHING
    )
    return SigningIn(case, template, f"+85261{case.chance.randrange(10**6):06d}", f"code-{uuid4()}", verifier)


def _approved(case: Case, own: dict[str, Any]) -> OtpTemplate:
    now = timezone.now()
    template = OtpTemplate(
        purpose="login", texts={"en": TEXT}, identity=case.business.texting.marked,
        approved_by=case.business.mei.person, approved_at=now, created_at=now, updated_at=now, **own,
    )  # fmt: skip
    template.approved_digest = digest_of(template)
    template.save()
    return template


def _posted(case: Case, path: str, said: dict[str, Any], key: str) -> dict[str, Any]:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {key}"}
        try:
            answer = session.post(f"{case.stack.web_url}/api/{path}", json=said, headers=headers, timeout=30)
        except requests.RequestException:
            return {"status": 0}
    told: dict[str, Any] = answer.json()
    return {**told, "status": answer.status_code}
