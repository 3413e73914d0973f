"""Outside figures are kept with source and evidence beside our own; a correction is another row that a person saw."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from approvals.defaults import default_policies
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.models import Message
from sms.campaigns.report import report_of
from sms.models import PerformanceSnapshot
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, harbour_tea
from tests.sms.tea_papers import SNAPSHOT
from tests.sms.tea_texts import TeaTexts, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policies() -> None:
    default_policies(harbour_tea())


def record(**changed: Any) -> Envelope[Any]:
    wish = {"idempotency_key": f"key-{uuid4()}", "reason": "February is over."}
    return use("performance_snapshot.record", texter(), **{**SNAPSHOT, **wish, **changed})


def state(answer: Envelope[Any]) -> str:
    assert answer.request is not None
    return answer.request.state


@pytest.fixture
def text() -> Message:
    return text_of(TeaTexts(), drinker("Ann"))


def test_figures_are_kept_at_once_with_everything_that_makes_them_worth_something(text: Message) -> None:
    before = report_of(text.send)
    answer = record(campaign_id=str(text.send.campaign.pk))
    assert state(answer) == "succeeded"
    kept = PerformanceSnapshot.objects.get()
    assert kept.figures == {"conversions": "12", "revenue": "1234.50"}
    assert (kept.source, kept.currency, kept.campaign) == ("shop till", "HKD", text.send.campaign)
    assert kept.evidence[0]["name"] == "february.csv"
    assert report_of(text.send) == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"figures": {}}, "nothing_to_record"),
        ({"until_day": "2026-03-03"}, "odd_days"),
        ({"from_day": "2026-03-01"}, "odd_days"),
        ({"currency": ""}, "currency_missing"),
        ({"attribution": ""}, "attribution_missing"),
        ({"evidence": [{"name": "somewhere"}]}, "evidence_missing"),
        ({"evidence": []}, "invalid_argument"),
        ({"figures": {"clicks": -1}}, "invalid_argument"),
        ({"source": "from +852 6123 4567"}, "personal_data"),
    ],
)
def test_figures_without_their_circumstances_are_refused(changed: dict[str, Any], code: str) -> None:
    assert code in refused(lambda: record(**changed)).codes


def test_the_same_days_of_the_same_source_are_told_once_and_a_correction_waits_for_a_person() -> None:
    record()
    first = PerformanceSnapshot.objects.get()
    assert refused(lambda: record(from_day="2026-02-28")).codes == ["already_recorded"]
    assert state(record(source="invoice")) == "succeeded"
    answer = record(replaces_id=str(first.pk), figures={"conversions": 13})
    assert state(answer) == "pending"
    assert answer.request is not None
    carry_out(approved(ActionRequest.objects.get(pk=answer.request.action_request_id)).pk, NOON)
    second = PerformanceSnapshot.objects.get(replaces=first)
    assert (first.figures["conversions"], second.figures["conversions"]) == ("12", "13")
    assert "already_replaced" in refused(lambda: record(replaces_id=str(first.pk))).codes


def test_what_a_gateway_told_of_itself_is_neither_corrected_nor_in_the_way() -> None:
    gateway = TeaTexts().first
    told = PerformanceSnapshot.objects.create(
        organisation=gateway.organisation, gateway=gateway, source="twilio", method="asked", currency="HKD",
        from_day="2026-02-28", until_day="2026-02-28", figures={"balance": "12.5"}, evidence=[], recorded_at=NOON,
    )  # fmt: skip
    assert state(record(source="twilio", gateway_id=str(gateway.pk))) == "succeeded"
    assert refused(lambda: record(replaces_id=str(told.pk))).codes == ["performancesnapshot_not_found"]


def test_more_deliveries_than_people_are_decided_by_a_person(text: Message) -> None:
    answer = record(campaign_id=str(text.send.campaign.pk), figures={"delivered": 2_000})
    assert state(answer) == "pending"


def test_the_database_refuses_to_change_what_was_recorded() -> None:
    record(figures={"cost": "7.123456"})
    assert Decimal(PerformanceSnapshot.objects.get().figures["cost"]) == Decimal("7.123456")
    with pytest.raises(DatabaseError), transaction.atomic():
        PerformanceSnapshot.objects.update(source="mine")
