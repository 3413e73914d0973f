"""When we last wrote to somebody. Read from the attempts: kept on the contact, it would be written with every message,
with all the contact's indexes.
"""

from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery

from messaging.models import Attempt, Contact, Outcome

LAST_OUTBOUND: Final = f"""(
    SELECT max(tried.started_at) FROM messaging_attempt tried
    WHERE tried.contact_id = c.id AND tried.outcome <> {Outcome.NOT_ATTEMPTED})"""
"""The same as SQL over `messaging_contact AS c`."""


def with_last_outbound(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """The contacts with `last_outbound_at`, None for whom we never wrote to."""
    tries = Attempt.objects.filter(contact=OuterRef("pk")).exclude(outcome=Outcome.NOT_ATTEMPTED)
    return contacts.annotate(last_outbound_at=Subquery(tries.order_by("-started_at").values("started_at")[:1]))
