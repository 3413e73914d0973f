"""Which state of a contact somebody has read. A new yes or no makes another one, as an edit does."""

import hashlib

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from messaging.models import ConsentEvidence, Contact


def contact_token(contact: Contact) -> str:
    """The version token of a contact. What changes consent leaves evidence, also an opt-out and its lifting; counting
    that too keeps an edit from being made on what stood there before a STOP.
    """
    newest = ConsentEvidence.objects.filter(contact=contact).order_by("-pk").values_list("pk", flat=True).first()
    facts = f"{contact.pk}:{contact.version}:{newest or 0}"
    return f"v{contact.version}-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"


def check_contact_token(contact: Contact, token: str) -> None:
    """Raises Refused when `token` is not the contact's current one."""
    if token != contact_token(contact):
        raise Refused(
            Reason(
                "stale_version",
                _("This contact has changed since you read it, or no base_version_token was passed."),
                _("Read it again: it may have opted out. Then pass the version_token you find there."),
                "base_version_token",
            )
        )
