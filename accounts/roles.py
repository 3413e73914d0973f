"""What each role may ask for. A scope is `<family>:<verb>`; agents get theirs from their credential, people from their
role.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    COMPLIANCE = "compliance", _("Compliance officer")
    MARKETER = "marketer", _("Marketer")
    SUPPORT = "support", _("Support")
    VIEWER = "viewer", _("Viewer")


FAMILIES = ("whatsapp", "sms", "meta")

PERSONAL_DATA = "pii:read"
AUDIT = "audit:read"
CONFIGURATION = "config:read"
DECIDE = "requests:decide"
# Whether a code that somebody entered is right: for the program behind the sign-in page, which asks for nothing else.
VERIFY_CODES = "otp:verify"
# To tell what happened in the shop: orders, refunds, what automations wait for.
SHOP = "shop:report"
# To answer customers: read the conversations of one's own teams, reply, hand over, label, close.
SERVE = "whatsapp:serve"
# To see every team's conversations, those of restricted queues too, and what each member of the staff did.
ALL_CONVERSATIONS = "conversations:all"
STAFF_FIGURES = "staff:read"


def _verbs(*verbs: str) -> frozenset[str]:
    return frozenset(f"{family}:{verb}" for family in FAMILIES for verb in verbs)


SCOPES_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.ADMIN: _verbs("read", "preview", "request")
    | {PERSONAL_DATA, AUDIT, CONFIGURATION, DECIDE, VERIFY_CODES, SHOP, SERVE, ALL_CONVERSATIONS, STAFF_FIGURES},
    Role.COMPLIANCE: _verbs("read", "preview", "request")
    | {PERSONAL_DATA, AUDIT, CONFIGURATION, DECIDE, SERVE, ALL_CONVERSATIONS, STAFF_FIGURES},
    Role.MARKETER: _verbs("read", "preview", "request") | {SHOP},
    # Answers who has written, and writes a customer's no down: opting out waits for nobody.
    Role.SUPPORT: _verbs("read", "opt_out") | {SERVE},
    Role.VIEWER: _verbs("read"),
}

# What an agent's credential may carry. Deciding is not among them, and no setting adds it: an agent never approves.
AGENT_SCOPES: frozenset[str] = _verbs("read", "preview", "request") | {
    PERSONAL_DATA,
    AUDIT,
    CONFIGURATION,
    VERIFY_CODES,
    SHOP,
    SERVE,
}
