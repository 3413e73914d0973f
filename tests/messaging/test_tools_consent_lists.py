"""The lists of opt-outs and of evidence, through the door."""

from typing import Any

import pytest

from accounts.actor import Actor
from approvals.calls import call
from messaging.models import ConsentEvidence, Suppression
from tests.factories import NOON, ContactFactory, SuppressionFactory, harbour_tea, other_tenant
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db


def listed(name: str, key: str, actor: Actor | None = None, **ask: Any) -> list[dict[str, Any]]:
    answer = call(name, ask, actor or tea_assistant(), NOON)
    rows: list[dict[str, Any]] = answer.data[key]
    return rows


def test_the_opt_outs_of_the_organisation_are_listed_by_reference() -> None:
    ann = ContactFactory()
    SuppressionFactory(contact=ann)
    lifted = SuppressionFactory(contact=ContactFactory(), reason="request")
    evidence = ConsentEvidence.objects.create(
        organisation=harbour_tea(), contact=lifted.contact, channel="any", category="marketing", act="granted",
        source="form", occurred_at=NOON, recorded_at=NOON, recorded_by="test",
    )  # fmt: skip
    Suppression.objects.filter(pk=lifted.pk).update(lifted_at=NOON, lifted_by=evidence)
    SuppressionFactory(contact=ContactFactory(organisation=other_tenant()))
    (row,) = listed("whatsapp.opt_outs.list", "opt_outs")
    assert (row["contact_id"], row["reason"], row["lifted_at"]) == (str(ann.key), "stop", None)
    assert len(listed("whatsapp.opt_outs.list", "opt_outs", lifted=True)) == 2
    assert listed("whatsapp.opt_outs.list", "opt_outs", reason="blocked") == []
    assert listed("whatsapp.opt_outs.list", "opt_outs", contact_id=str(lifted.contact.key)) == []


def test_the_evidence_of_consent_is_listed_and_that_of_another_tenant_is_not() -> None:
    ann, theirs = ContactFactory(agreed=False), ContactFactory(agreed=False, organisation=other_tenant())
    for contact in (ann, theirs):
        for act, category in (("granted", "marketing"), ("withdrawn", "utility")):
            ConsentEvidence.objects.create(
                organisation=contact.organisation, contact=contact, channel="whatsapp", category=category, act=act,
                source="form", occurred_at=NOON, recorded_at=NOON, recorded_by="test",
            )  # fmt: skip
    rows = listed("whatsapp.consent_records.list", "records")
    assert [(row["contact_id"], row["act"]) for row in rows] == [(str(ann.key), "withdrawn"), (str(ann.key), "granted")]
    assert len(listed("whatsapp.consent_records.list", "records", act="granted")) == 1
    assert len(listed("whatsapp.consent_records.list", "records", category="utility")) == 1
    assert listed("whatsapp.consent_records.list", "records", contact_id=str(theirs.key)) == []
