"""An organisation's rules for one-time passwords, and its codes made to wait for each other."""

from uuid import UUID

from django.db import connection

from accounts.models import Organisation
from sms.models import OtpRules


def rules_of(organisation: Organisation) -> OtpRules:
    """The organisation's limits; the defaults (unsaved) where it has not set any."""
    return OtpRules.objects.filter(pk=organisation.pk).first() or OtpRules(organisation=organisation)


def countries_of(organisation: Organisation) -> list[str]:
    return rules_of(organisation).countries or [organisation.default_country]


def one_at_a_time(organisation: UUID) -> None:
    """Make the tenant's codes wait for each other until this transaction ends: counting and sending are one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sms.otp {organisation}"])
