"""sms_marketing.contacts.upsert: no number without consent, nothing over a newer no, and a person where it matters."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from approvals.defaults import default_policies
from approvals.execution import carry_out
from approvals.models import ActionRequest, Preview
from audit.models import Entry
from messaging.contacts.versions import contact_token
from messaging.models import ConsentEvidence, ConsentState, Contact, ImportRow, Suppression
from tests.approvals.tea_room import approved, codes_of, refused
from tests.factories import NOON, ConsentStateFactory, SuppressionFactory, harbour_tea, other_tenant
from tests.sms.tea_texts import drinker, texter, use

pytestmark = pytest.mark.django_db

CONSENT = {"source": "shop form", "occurred_at": "2026-02-01T10:00:00+08:00", "evidence": "form 7"}
NEW = {"phone": "6123 4567", "name": "Dan", "language": "en", "tags": ["tea", "vip"], "consent": CONSENT}


@pytest.fixture
def agent() -> Actor:
    default_policies(harbour_tea())
    return texter()


def upsert(actor: Actor, now: Any = NOON, **said: Any) -> Any:
    wish = {"idempotency_key": f"keep-{uuid4()}", "reason": "From the till."}
    came = {"source": "till 3", "as_of": "2026-03-01T10:00:00+08:00"}
    return use("contacts.upsert", actor, now, **{**wish, **came, **said})


def edit(actor: Actor, contact: Contact, **said: Any) -> Any:
    read = {"contact_id": str(contact.key), "base_version_token": contact_token(contact)}
    return upsert(actor, **{**read, **said})


def let_through(answer: Any) -> ActionRequest:
    """Approved by Mei, and not carried out yet."""
    assert answer.request.state == "pending"
    return approved(ActionRequest.objects.get(pk=answer.request.action_request_id))


def decided(answer: Any) -> ActionRequest:
    """Approved by Mei, and carried out."""
    return carry_out(let_through(answer).pk, NOON)


def test_a_new_contact_is_kept_with_evidence_source_and_time_once_a_person_agreed(agent: Actor) -> None:
    answer = upsert(agent, **NEW, crm_key="crm-9")
    assert Contact.objects.count() == 0
    assert decided(answer).state == "succeeded"
    dan = Contact.objects.get()
    assert (dan.phone, dan.name, dan.language, dan.tags) == ("+85261234567", "Dan", "en", ["tea", "vip"])
    assert (dan.country, dan.crm_id, dan.import_batch.name) == ("HK", "crm-9", "till 3")  # type: ignore[union-attr]
    evidence = ConsentEvidence.objects.get(contact=dan)
    assert (evidence.channel, evidence.category, evidence.act) == ("sms", "marketing", "granted")
    assert (evidence.source, evidence.detail) == ("shop form", "form 7")
    assert ConsentState.objects.get(contact=dan).since.isoformat() == "2026-02-01T02:00:00+00:00"


def test_who_it_is_stands_neither_in_the_contract_nor_in_the_record(agent: Actor) -> None:
    decided(upsert(agent, **NEW, crm_key="crm-9"))
    told = f"{[one.contract for one in Preview.objects.all()]} {[one.facts for one in Entry.objects.all()]}"
    assert [secret for secret in ("61234567", "Dan", "crm-9") if secret in told] == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"consent": None}, "consent_source_missing", "consent"),
        ({"consent": {**CONSENT, "source": "unknown"}}, "consent_source_untraceable", "consent"),
        ({"consent": {**CONSENT, "occurred_at": "2027-01-01T00:00:00Z"}}, "consent_at_future", "consent"),
        ({"phone": ""}, "phone_missing", "phone"),
        ({"phone": "12"}, "phone_too_short", "phone"),
        ({"language": "Klingon"}, "language_unknown", "language"),
    ],
)
def test_what_may_not_be_kept_is_refused_by_its_field(
    agent: Actor, changed: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: upsert(agent, **{**NEW, **changed}))
    assert (code, field) in [(reason.code, reason.field) for reason in no.reasons]
    assert (Contact.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_a_number_that_is_known_is_edited_and_not_made_again(agent: Actor) -> None:
    drinker("Ann", phone="+85261234567")
    assert refused(lambda: upsert(agent, **NEW)).codes == ["contact_known"]


def test_a_number_that_became_known_while_it_waited_is_not_taken_over(agent: Actor) -> None:
    request = let_through(upsert(agent, **NEW))
    drinker("Ann", phone="+85261234567", tags=[])
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["contact_known"])
    assert Contact.objects.get().tags == []


def test_tags_language_and_name_are_edited_at_once_and_what_is_not_said_stays(agent: Actor) -> None:
    ann = drinker("Ann", phone="+85261234567", crm_id="crm-1", attributes={"tier": "gold"})
    answer = edit(agent, ann, tags=["oolong"], language="zh_Hant")
    assert answer.request.state == "succeeded"
    kept = Contact.objects.get()
    assert (kept.tags, kept.language, kept.name) == (["oolong"], "zh_Hant", "Ann")
    assert (kept.phone, kept.crm_id, kept.attributes) == ("+85261234567", "crm-1", {"tier": "gold"})
    assert answer.data["version_token"] == contact_token(kept)
    assert edit(agent, kept, tags=[]).request.state == "succeeded"
    assert Contact.objects.get().tags == []


@pytest.mark.parametrize("said", [{"consent": CONSENT}, {"crm_key": "crm-2"}])
def test_consent_and_keys_of_other_systems_are_decided_by_a_person(agent: Actor, said: dict[str, Any]) -> None:
    answer = edit(agent, drinker("Ann", crm_id="crm-1"), **said)
    assert answer.request.state == "pending"
    assert Contact.objects.get().crm_id == "crm-1"
    assert ConsentEvidence.objects.count() == 0


@pytest.mark.parametrize("token", ["", "v1-000000000000"])
def test_an_edit_of_what_was_not_read_is_refused(agent: Actor, token: str) -> None:
    ann = drinker("Ann")
    no = refused(lambda: edit(agent, ann, tags=["vip"], base_version_token=token))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("stale_version", "base_version_token")]


def test_an_opt_out_after_reading_makes_the_edit_stale_also_while_it_waits(agent: Actor) -> None:
    ann = drinker("Ann")
    read = contact_token(ann)
    waiting = let_through(edit(agent, ann, consent=CONSENT))
    use("contacts.opt_out", agent, contact_id=str(ann.key), source="text message", occurred_at=NOON.isoformat(),
        idempotency_key="stop-ann-3", reason="She wrote STOP.")  # fmt: skip
    assert refused(lambda: edit(agent, ann, tags=["vip"], base_version_token=read)).codes == ["stale_version"]
    ended = carry_out(waiting.pk, NOON)
    assert ended.state == "voided"
    assert "stale_version" in codes_of(ended)
    assert Suppression.objects.filter(contact=ann, lifted_at=None).exists()


def test_no_consent_is_written_over_a_no(agent: Actor) -> None:
    ann = drinker("Ann", agreed=False)
    SuppressionFactory(contact=ann, channel="sms", category="marketing")
    assert refused(lambda: edit(agent, ann, consent=CONSENT)).codes == ["opt_out_stands"]
    bo = drinker("Bo", agreed=False)
    ConsentStateFactory(contact=bo, channel="any", state="withdrawn")
    assert refused(lambda: edit(agent, bo, consent=CONSENT)).codes == ["opt_out_stands"]
    cat = drinker("Cat", agreed=False)
    SuppressionFactory(contact=cat, channel="whatsapp")
    assert edit(agent, cat, consent=CONSENT).request.state == "pending"


def test_another_number_is_another_contact(agent: Actor) -> None:
    ann = drinker("Ann", phone="+85261234567")
    no = refused(lambda: edit(agent, ann, phone="61234568", consent=CONSENT))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("another_number", "phone")]


def test_a_number_joins_a_contact_that_had_none_with_consent_and_a_person(agent: Actor) -> None:
    ann = drinker("Ann", phone=None, bsuid="HK.1", agreed=False)
    assert "consent_source_missing" in refused(lambda: edit(agent, ann, phone="61234567")).codes
    assert decided(edit(agent, ann, phone="61234567", consent=CONSENT)).state == "succeeded"
    kept = Contact.objects.get()
    assert (kept.phone, kept.identities.filter(kind="phone").get().value) == ("+85261234567", "+85261234567")


def test_an_edit_that_changes_nothing_and_a_contact_of_nobody_are_refused(agent: Actor) -> None:
    ann = drinker("Ann")
    assert refused(lambda: edit(agent, ann, name="Ann", tags=["tea"])).codes == ["nothing_changes"]
    theirs = drinker(organisation=other_tenant())
    foreign = refused(lambda: edit(agent, theirs, tags=["vip"]))
    unknown = refused(lambda: edit(agent, theirs, tags=["vip"], contact_id=str(uuid4())))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_a_line_that_was_altered_while_it_waited_is_not_kept(agent: Actor) -> None:
    request = let_through(upsert(agent, **NEW))
    ImportRow.objects.update(phone="+85261234568")
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["contact_altered"])
    assert Contact.objects.count() == 0
