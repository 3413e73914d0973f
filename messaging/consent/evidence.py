"""Writing down that somebody agreed or took it back, and what that amounts to today."""

from dataclasses import dataclass
from datetime import datetime

from messaging.models import ConsentAct, ConsentEvidence, ConsentState, Contact, ImportBatch


@dataclass(frozen=True, slots=True)
class Act:
    """One consent act. `occurred_at` is when the person did it, which can be long before we were told."""

    channel: str
    category: str
    act: ConsentAct
    source: str
    occurred_at: datetime
    detail: str = ""
    customers_own: bool = False


def write_down(contact: Contact, act: Act, by: str, now: datetime, batch: ImportBatch | None = None) -> ConsentEvidence:
    """Append the evidence and derive the state anew. Call it in the transaction of the change, the contact locked."""
    evidence = ConsentEvidence.objects.create(
        organisation_id=contact.organisation_id,
        contact=contact,
        channel=act.channel,
        category=act.category,
        act=act.act,
        source=act.source[:120],
        detail=act.detail[:500],
        occurred_at=act.occurred_at,
        recorded_at=now,
        recorded_by=by,
        customers_own_act=act.customers_own,
        import_batch=batch,
    )
    derive(contact, act.channel, act.category)
    return evidence


def derive(contact: Contact, channel: str, category: str) -> ConsentState:
    """Fold the evidence: the newest act counts, a withdrawal wins a tie; the order of arrival does not matter."""
    newest = (
        ConsentEvidence.objects.filter(contact=contact, channel=channel, category=category)
        .order_by("-occurred_at", "-act")  # "withdrawn" sorts after "granted", so it comes first among equals
        .first()
    )
    assert newest is not None
    state, _created = ConsentState.objects.update_or_create(
        contact=contact,
        channel=channel,
        category=category,
        defaults={
            "organisation_id": contact.organisation_id,
            "state": newest.act,
            "since": newest.occurred_at,
            "source": newest.source,
        },
    )
    return state
