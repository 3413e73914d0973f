"""POST /api/sms/otp/verify: the one place where a code comes back. No tool does this: an agent sees no codes."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import VERIFY_CODES
from accounts.tenancy import confined_to
from approvals.arguments import read
from approvals.reasons import Reason, Refused
from approvals.rest.views import RestView
from sms.otp.verifying import VerifyAsk, verify


class VerifyCode(RestView):
    """By an agent's key or a session that has the scope for this and, best, no other."""

    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        if not self.actor.can(VERIFY_CODES):
            raise Refused(Reason("scope_missing", _("You may not verify codes: it needs the scope %s.") % VERIFY_CODES,
                                 _("Ask an administrator of your organisation for the scope.")))  # fmt: skip
        ask = read(VerifyAsk, request.data)
        with confined_to(self.actor.organisation.pk):
            verified = verify(ask, self.actor, timezone.now())
        return Response(verified.model_dump(mode="json"))
