"""Harbour Tea's papers: an application for a sender ID, figures from outside, and the rows they become."""

from datetime import date
from typing import Any

from accounts.models import Organisation, Person
from sms.models import Campaign, PerformanceSnapshot, SenderId, SmsGateway
from tests.factories import NOON, ActionRequestFactory, PreviewFactory

PROOF = "a" * 64
LICENCE = {"kind": "business_registration", "name": "BR 2026.pdf", "sha256": PROOF, "kept_at": "office safe"}

APPLICATION: dict[str, Any] = {
    "value": "#TEAHOUSE",
    "kind": "registered",
    "countries": ["HK"],
    "brand": "Harbour Tea",
    "company": "Harbour Tea Limited",
    "company_number": "71234567",
    "purpose": "News of spring teas to our customers.",
    "documents": [LICENCE],
    "company_authorised": True,
}

SNAPSHOT: dict[str, Any] = {
    "source": "shop till",
    "method": "orders with a code, counted by the till",
    "attribution": "last click within 7 days",
    "from_day": "2026-02-01",
    "until_day": "2026-02-28",
    "currency": "HKD",
    "figures": {"conversions": 12, "revenue": "1234.50"},
    "evidence": [{"name": "february.csv", "sha256": PROOF}],
}


def applied_for(organisation: Organisation, value: str = "#TEA", **fields: Any) -> SenderId:
    """A sender ID that is still a draft."""
    facts = {"kind": SenderId.Kind.REGISTERED, "countries": ["HK"], "brand": "Harbour Tea", **fields}
    return SenderId.objects.create(organisation=organisation, value=value, created_at=NOON, **facts)


def snapshot_of(
    campaign: Campaign, gateway: SmsGateway, owner: Person, day: date = date(2026, 2, 1)
) -> PerformanceSnapshot:
    """Figures of one day that the till gave."""
    request = ActionRequestFactory(preview=PreviewFactory(organisation=campaign.organisation), owner=owner)
    return PerformanceSnapshot.objects.create(
        organisation=campaign.organisation, campaign=campaign, gateway=gateway, source="shop till", method="by hand",
        from_day=day, until_day=day, figures={"conversions": "3"}, evidence=[{"name": "february.csv"}],
        request=request, recorded_at=NOON,
    )  # fmt: skip
