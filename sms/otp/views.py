"""POST /api/sms/otp/verify: the one place where a code comes back. No tool does this: an agent sees no codes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import VERIFY_CODES
from approvals.rest.declared import Declared
from approvals.rest.views import DeclaredView
from sms.otp.verifying import Verified, VerifyAsk, verify


class VerifyCode(DeclaredView):
    """By an agent's key or a session that has the scope for this and, best, no other."""

    declared = Declared(
        does=_("Ask whether the code that somebody entered is right."),
        scope=VERIFY_CODES,
        takes=VerifyAsk,
        answers=Verified,
        when={200: "Whether it was right. A code counts once, and no other no tells why."},
    )

    def carry_out(self, ask: Any, actor: Actor, now: datetime) -> Verified:
        return verify(ask, actor, now)
